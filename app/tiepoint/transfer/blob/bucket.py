"""The limit of bytes a second that all threads share, both ways together.

Must not know who sends. Any thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from tiepoint.runtime.stop import Stop, Stopped

SMALLEST_PIECE: Final = 64 * 1024
LARGEST_PIECE: Final = 1024 * 1024
_PIECES_PER_S: Final = 4
_LONGEST_NAP_S: Final = 0.25
"""How late a new rate may be noticed."""
_BURST_S: Final = 0.25
"""What was not used in this time is gone."""


class TokenBucket:
    """A rate in bytes a second, shared by all threads in the order they ask.

    Args:
        bytes_per_s: None = as fast as it goes, which costs nothing.
        clock: Monotonic seconds, for tests.
    """

    def __init__(self, bytes_per_s: int | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._clock = clock
        self._rate = bytes_per_s
        self._asked = 0.0
        self._granted = 0.0
        self._since = clock()

    @property
    def rate(self) -> int | None:
        """Bytes a second; None = no limit."""
        return self._rate

    @property
    def piece_bytes(self) -> int:
        """Into how large pieces bytes are best cut: 1 MiB, or a quarter of a second's worth, but 64 KiB at least."""
        rate = self._rate
        return LARGEST_PIECE if rate is None else max(SMALLEST_PIECE, min(LARGEST_PIECE, rate // _PIECES_PER_S))

    def set_rate(self, bytes_per_s: int | None) -> None:
        """Set another rate; threads that wait notice it within a quarter of a second."""
        with self._lock:
            self._advance()
            self._rate = bytes_per_s

    def take(self, size: int, stop: Stop) -> None:
        """Wait until so many bytes may go.

        Raises:
            Stopped: It was stopped while waiting.
        """
        if self._rate is None:
            return
        with self._lock:
            self._advance()
            self._asked += size
            place = self._asked
        while (left := self._left_s(place)) > 0.0:
            try:
                stop.wait(min(left, _LONGEST_NAP_S))
            except Stopped:
                self._give_back(size)
                raise

    def _left_s(self, place: float) -> float:
        with self._lock:
            self._advance()
            return 0.0 if self._rate is None else (place - self._granted) / self._rate

    def _advance(self) -> None:
        now = self._clock()
        if self._rate is None:
            self._granted = self._asked
        else:
            burst = self._asked + self._rate * _BURST_S
            self._granted = min(self._granted + (now - self._since) * self._rate, burst)
        self._since = now

    def _give_back(self, size: int) -> None:
        with self._lock:
            self._granted += size
