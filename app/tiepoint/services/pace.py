"""Telling of many changes a few times a second. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

INTERVAL_S: Final = 0.1
"""Views are told at most ten times a second."""


class Pace:
    """Calls `tell` soon after `touch`, but never twice within the interval.

    Args:
        tell: Called on the loop.
        interval_s: Least time between two calls.
    """

    def __init__(self, tell: Callable[[], None], interval_s: float = INTERVAL_S) -> None:
        self._tell = tell
        self._interval_s = interval_s
        self._told_s = float("-inf")
        self._waiting: asyncio.TimerHandle | None = None

    def touch(self) -> None:
        """Something changed."""
        if self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_at(max(loop.time(), self._told_s + self._interval_s), self._now)

    def stop(self) -> None:
        """Tell no more of what was touched; a later touch is told again."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _now(self) -> None:
        self._waiting = None
        self._told_s = asyncio.get_running_loop().time()
        self._tell()
