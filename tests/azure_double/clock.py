"""Azure's time, faster than ours, and what is to happen in it.

Durations are Azure's seconds; stamps are the wall clock's, so that leases, tokens and heartbeats agree with the
program's own clock. Any thread; `Timeline` is used with the double's lock held.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """Azure's time.

    Args:
        scale: Azure's seconds in one of ours; 0 = time stands still, but for `skip`.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._began, self._offset = time.monotonic(), 0.0

    @property
    def scale(self) -> float:
        """Azure's seconds in one of ours; may be changed at any time."""
        return self._scale

    @scale.setter
    def scale(self, value: float) -> None:
        self._offset, self._began, self._scale = self.seconds(), time.monotonic(), value

    def seconds(self) -> float:
        """Azure's seconds since the start."""
        return self._offset + (time.monotonic() - self._began) * self._scale

    def skip(self, seconds: float) -> None:
        """Let so many of Azure's seconds pass at once."""
        self._offset += seconds

    def wall(self, seconds: float | None = None) -> datetime:
        """The wall clock's time at a moment of Azure's; now without one."""
        now = datetime.now(UTC)
        if seconds is None or not self._scale:
            return now
        return now - timedelta(seconds=(self.seconds() - seconds) / self._scale)


def stamp(moment: datetime) -> str:
    """As Azure writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


class Timeline:
    """What happens when: everything that is due happens, in order, as soon as somebody looks.

    Args:
        clock: Azure's time.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._moment: float | None = None

    @property
    def now(self) -> float:
        """Azure's seconds; while something happens, exactly when that was due."""
        return self.clock.seconds() if self._moment is None else self._moment

    def stamp(self) -> str:
        """Now, as Azure writes it."""
        return stamp(self.clock.wall(self.now))

    def after(self, seconds: float, event: Callable[[], None]) -> None:
        """Let something happen in so many of Azure's seconds."""
        heapq.heappush(self._events, (self.now + seconds, next(self._numbers), event))

    def run(self) -> None:
        """Let everything happen that is due."""
        if self._moment is not None:
            return
        try:
            while self._events and self._events[0][0] <= self.clock.seconds():
                self._moment, _, event = heapq.heappop(self._events)
                event()
        finally:
            self._moment = None
