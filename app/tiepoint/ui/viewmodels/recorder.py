"""What the Jobs and Nodes pages show: the shown site as it is now, or as it was at a recorded moment. The GUI thread.

One object for both pages, so that they never show two moments. Must not read tapes (`services.recordings`).
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary, proxy

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.link import Link, LinkState
from tiepoint.ports.flight_recorder import TapeSpan
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.recordings import Recordings
from tiepoint.services.shown import ShownSite
from tiepoint.services.sites import Site
from tiepoint.ui.panel import Panel

SPEEDS: Final = (1.0, 10.0, 60.0, 200.0)
"""How many recorded seconds go by in one of ours."""


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Recorder(QObject):
    """The moment that is shown.

    Signals:
        changed(): The snapshot to show is another one. Not calmed down: use `Pace`.
        told(): The time line, the speed, or whether it is live changed.

    Args:
        shown: The site that is shown.
        recordings: What was recorded.
        start: Runs a coroutine.
        now: The clock.
    """

    changed = Signal()
    told = Signal()

    def __init__(
        self,
        shown: ShownSite,
        recordings: Recordings,
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Task[Any]],
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self._shown: ShownSite = proxy(shown)  # its owner keeps it; `recorder_of` must not
        self._recordings, self._start, self._now = recordings, start, now
        self._moment: MonitorSnapshot | None = None
        self._time: datetime | None = None
        self._spans: tuple[TapeSpan, ...] = ()
        self._speed = 0.0
        self._is_missing = False
        self._task: asyncio.Task[Any] | None = None
        self._looking: asyncio.Task[Any] | None = None
        shown.changed.subscribe(self._on_live)
        shown.switched.subscribe(self._on_switched)

    @property
    def snapshot(self) -> MonitorSnapshot:
        """What is to be shown."""
        return self._shown.snapshot if self._moment is None else self._moment

    @property
    def now(self) -> datetime:
        """The time by which ages are told: the agent's clock, or the recorded moment."""
        return self._time if self._time is not None else self._shown.snapshot.link.theirs(self._now())

    @property
    def is_live(self) -> bool:
        """Whether it is the present; otherwise nothing may be done."""
        return self._time is None

    @property
    def time(self) -> datetime | None:
        """The recorded moment; None = it is live."""
        return self._time

    @property
    def spans(self) -> tuple[TapeSpan, ...]:
        """What there is on tape, oldest first, as last looked for."""
        return self._spans

    @property
    def speed(self) -> float:
        """How fast it plays; 0 = it stands still."""
        return self._speed

    @property
    def is_missing(self) -> bool:
        """Whether nothing was recorded at the moment that was asked for."""
        return self._is_missing

    @property
    def ends(self) -> tuple[datetime, datetime] | None:
        """Begin and end of what can be shown, by the scheduler's clock; None = nothing was recorded."""
        if not self._spans:
            return None
        link, last = self._shown.snapshot.link, self._spans[-1].end
        return self._spans[0].start, last if link.heard is None else max(last, link.theirs(link.heard))

    def look(self) -> None:
        """Look for what there is on tape."""
        if self._looking is None or self._looking.done():
            self._looking = self._start(self._look())

    def show_live(self) -> None:
        """Show the present again."""
        self._stop()
        was_live, self._time, self._moment, self._is_missing = self.is_live, None, None, False
        if not was_live:
            self.changed.emit()
        self.told.emit()

    def show_at(self, time: datetime) -> None:
        """Show a recorded moment; it stands still there."""
        self._stop()
        self._put(self._held(time), self._moment or self._shown.snapshot)
        self._task = self._start(self._show_at(self._time or time))

    def step(self, seconds: float) -> None:
        """Go back or forth from where it is; past the end is live."""
        ends = self.ends
        if ends is None:
            return
        wanted = (self._time or ends[1]) + timedelta(seconds=seconds)
        if wanted >= ends[1] and seconds > 0:
            self.show_live()
        else:
            self.show_at(wanted)

    def play(self, speed: float) -> None:
        """Play from where it is to the end, then go on live."""
        ends = self.ends
        if ends is None:
            return
        start = self._time if self._time is not None else ends[0]
        self._stop()
        self._speed = speed
        self._put(start, self._moment or self._shown.snapshot)
        self._task = self._start(self._play(start, ends[1], speed))

    def hold(self) -> None:
        """Stand still."""
        self._stop()
        self.told.emit()

    async def _look(self) -> None:
        site = self._shown.site.id
        spans = await self._recordings.spans(site)
        if site == self._shown.site.id and spans != self._spans:
            self._spans = spans
            self.told.emit()

    async def _show_at(self, time: datetime) -> None:
        found = await self._recordings.at(self._shown.site.id, time)
        self._is_missing = found is None
        if found is not None:
            self._moment = as_it_was(found, time)
            self.changed.emit()
        self.told.emit()

    async def _play(self, start: datetime, end: datetime, speed: float) -> None:
        async with contextlib.aclosing(self._recordings.play(self._shown.site.id, start, end, speed)) as moments:
            async for moment in moments:
                self._put(moment.link.heard or self.now, moment)
        self._task = None
        self.show_live()

    def _put(self, time: datetime, snapshot: MonitorSnapshot) -> None:
        self._time, self._moment = time, as_it_was(snapshot, time)
        self._is_missing = False
        self.changed.emit()
        self.told.emit()

    def _held(self, time: datetime) -> datetime:
        ends = self.ends
        return time if ends is None else min(max(time, ends[0]), ends[1])

    def _stop(self) -> None:
        self._speed = 0.0
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _on_live(self, _snapshot: MonitorSnapshot) -> None:
        if self.is_live:
            self.changed.emit()

    def _on_switched(self, _site: Site) -> None:
        self._spans = ()
        if self._looking is not None:
            self._looking.cancel()
            self._looking = None
        self.show_live()


def as_it_was(snapshot: MonitorSnapshot, time: datetime) -> MonitorSnapshot:
    """Return a recorded moment as what was known then: nothing in it is stale, and nothing can be done about it."""
    return dataclasses.replace(snapshot, link=Link(LinkState.CONNECTED, time, time), agent=None)


_recorders: WeakKeyDictionary[ShownSite, Recorder] = WeakKeyDictionary()


def recorder_of(panel: Panel) -> Recorder:
    """Return the one recorder of a program."""
    shown = panel.program.remote.shown
    if shown not in _recorders:
        # What was recorded knows the sites, and these know what is shown: held, neither would ever go.
        recordings: Recordings = proxy(panel.program.remote.recordings)
        _recorders[shown] = Recorder(shown, recordings, panel.background.start)
    return _recorders[shown]
