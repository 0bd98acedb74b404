"""How fast something goes, smoothed, and how long it will still take, as a range.

Must not know what is measured: it sees a growing number of bytes now and then. Under the desk's lock.
"""

from __future__ import annotations

import math
from typing import Final

_QUICK_S: Final = 3.0
_SLOW_S: Final = 20.0
_FIRST_WORD_S: Final = 2.0
"""Before this long nothing is said of the time left."""
_DOUBT: Final = 0.1
_STILL: Final = 1.0
"""Bytes a second that are none: a smoothed rate never quite comes to nothing."""
_WIDEST: Final = 20.0
"""A range so wide says nothing: it has just begun to stand still, or to move."""


class Meter:
    """Two smoothed rates of one thing: a quick one for people's eyes, a slow one for the time left."""

    def __init__(self) -> None:
        self._seen: tuple[float, int] | None = None
        self._age_s = 0.0
        self._quick = 0.0
        self._slow = 0.0

    def look(self, now_s: float, total_bytes: int) -> None:
        """Take in how far it is.

        Args:
            now_s: A monotonic clock.
            total_bytes: So far; may fall when bytes on their way were lost.
        """
        if self._seen is None:
            self._seen = (now_s, total_bytes)
            return
        then_s, then_bytes = self._seen
        passed_s = now_s - then_s
        if passed_s <= 0.0:
            return
        self._seen = (now_s, total_bytes)
        self._age_s += passed_s
        rate = max(0, total_bytes - then_bytes) / passed_s
        self._quick += (rate - self._quick) * self._weight(passed_s, _QUICK_S)
        self._slow += (rate - self._slow) * self._weight(passed_s, _SLOW_S)

    @property
    def rate_bytes_per_s(self) -> float:
        """Lately."""
        return self._quick

    def left_s(self, left_bytes: int) -> tuple[float, ...] | None:
        """Return from and to how many seconds so many bytes will take; None while it cannot be said."""
        rates = sorted((self._quick, self._slow))
        if self._age_s < _FIRST_WORD_S or rates[0] < _STILL or rates[1] > rates[0] * _WIDEST:
            return None
        return left_bytes / rates[1] * (1 - _DOUBT), left_bytes / rates[0] * (1 + _DOUBT)

    def _weight(self, passed_s: float, memory_s: float) -> float:
        """Return the share of the newest rate; at first all that was seen counts alike."""
        return 1.0 - math.exp(-passed_s / min(memory_s, self._age_s))
