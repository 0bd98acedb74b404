"""How many connections are used at once: more while that brings more, half as many when the server groans.

Must not know transfers. Under the desk's lock; the clock's seconds come in from the caller.
"""

from __future__ import annotations

from typing import Final

FEWEST: Final = 8
"""To begin with, and what it goes back to by itself after trouble."""
MOST: Final = 32
_LEAST: Final = 2
_WINDOW_S: Final = 2.0
_WORTH_IT: Final = 1.03
_MUCH: Final = 1.1
"""So much more, and a quarter more connections are tried at once: far away servers need many."""
_TRY_AGAIN_S: Final = 30.0


class Pace:
    """Additive increase, multiplicative decrease, over the goodput of all transfers together."""

    def __init__(self) -> None:
        self.allowed = FEWEST
        self._window_began_s: float | None = None
        self._bytes_then = 0
        self._best = 0.0
        self._tried_s = float("-inf")
        self._had_trouble = False
        self._halved_s = float("-inf")

    def tick(self, now_s: float, moved_bytes: int, in_use: int) -> None:
        """Look whether another connection is worth it; call it a few times a second.

        Args:
            now_s: The desk's clock.
            moved_bytes: Bytes moved so far by everybody, growing.
            in_use: Connections at work now.
        """
        if self._window_began_s is None or in_use < self.allowed:
            # Without enough to do, goodput says nothing about connections.
            self._begin_window(now_s, moved_bytes)
            return
        if now_s - self._window_began_s < _WINDOW_S:
            return
        goodput = (moved_bytes - self._bytes_then) / (now_s - self._window_began_s)
        if not self._had_trouble:
            self._judge(now_s, goodput)
        self._begin_window(now_s, moved_bytes)

    def note_trouble(self, now_s: float) -> None:
        """The server was busy, or a connection stood still: halve, once per window."""
        self._had_trouble = True
        if now_s - self._halved_s >= _WINDOW_S:
            self._halved_s = now_s
            self.allowed = max(_LEAST, self.allowed // 2)
            self._best = 0.0

    def _judge(self, now_s: float, goodput: float) -> None:
        gain = goodput / self._best if self._best else _MUCH
        self._best = max(self._best, goodput)
        if self.allowed < FEWEST:
            self.allowed += 1
        elif gain >= _WORTH_IT or now_s - self._tried_s >= _TRY_AGAIN_S:
            step = self.allowed // 4 if gain >= _MUCH else 1
            self.allowed = min(MOST, self.allowed + step)
            self._tried_s = now_s

    def _begin_window(self, now_s: float, moved_bytes: int) -> None:
        self._window_began_s = now_s
        self._bytes_then = moved_bytes
        self._had_trouble = False
