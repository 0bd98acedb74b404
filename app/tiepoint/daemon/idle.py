"""Ends a daemon when nobody needed it for a while. A timer of the loop, no polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class IdleTimer:
    """Calls back once nothing happened for a while.

    Args:
        after_s: How long; 0 = never.
        is_idle: Whether there is nothing to do.
        ended: Called then.
    """

    def __init__(self, after_s: float, is_idle: Callable[[], bool], ended: Callable[[], None]) -> None:
        self._after_s = after_s
        self._is_idle = is_idle
        self._ended = ended
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether it will look once more."""
        return self._timer is not None

    def touch(self) -> None:
        """Something began or ended: wait anew if there is nothing to do, not at all otherwise."""
        self.cancel()
        if self._after_s > 0 and self._is_idle():
            self._timer = asyncio.get_running_loop().call_later(self._after_s, self._fire)

    def cancel(self) -> None:
        """Stop waiting."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _fire(self) -> None:
        self._timer = None
        if self._is_idle():
            self._ended()
