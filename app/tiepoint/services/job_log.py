"""Following the log of one job: new lines as they come, the last few thousand kept.

Must not read files nor know how lines travel (`ports.scheduler`). On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job
from tiepoint.domain.plain_text import plain
from tiepoint.ports.scheduler import Scheduler
from tiepoint.protocol.events import LogLine
from tiepoint.services.event import Event

KEPT_LINES: Final = 5000
_PAGE_LINES: Final = 1000
_MOST_CHARACTERS: Final = 10_000
_PERIOD_S: Final = 1.0
# The last words of a job come a moment after its end.
_LAST_LOOKS: Final = 3


class JobsKnown(Protocol):
    """Who knows whether the scheduler is there, and how a job is."""

    def is_up(self) -> bool:
        """Whether asking makes sense: never start an agent for a log."""

    def job(self, job_id: JobId) -> Job | None:
        """The job as last heard of."""


class FollowedLog:
    """The log of one job, for as long as somebody listens. Made by `JobMonitor.follow_log`; close it when done.

    Line texts are harmless plain text: control characters are shown as `\\\\x1b` and the like. `LogLine.level` is
    `info`, `warning`, `error` (or `debug`), so that a page can mark them.
    """

    def __init__(
        self, job: JobId, scheduler: Scheduler, known: JobsKnown, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self.job = job
        self.appended: Event[tuple[LogLine, ...]] = Event()
        """New lines, oldest first; the first ones (up to 1000 of the past) come soon after opening."""
        self._lines: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._scheduler = scheduler
        self._known = known
        self._sleep = sleep
        self._cursor: str | None = None
        self._task = asyncio.get_running_loop().create_task(self._follow(), name=f"log of {job}")

    @property
    def lines(self) -> tuple[LogLine, ...]:
        """The last `KEPT_LINES` lines, oldest first."""
        return tuple(self._lines)

    @property
    def is_open(self) -> bool:
        """Whether it still follows."""
        return not self._task.done()

    def close(self) -> None:
        """Stop following; calling it again does nothing."""
        self._task.cancel()

    async def ended(self) -> None:
        """Wait until the task behind it has ended after `close`."""
        await asyncio.wait([self._task])

    async def _follow(self) -> None:
        seen: Job | None = None
        looks = _LAST_LOOKS
        while True:
            job = self._known.job(self.job)
            if job is not seen or (job is not None and not job.state.is_over):
                seen, looks = job, _LAST_LOOKS
            if looks > 0 and self._known.is_up():
                looks -= 1
                await self._look()
            await self._sleep(_PERIOD_S)

    async def _look(self) -> None:
        """Fetch what is new; a scheduler that does not answer is asked again at the next look."""
        try:
            while True:
                page = await self._scheduler.logs(self.job, lines=_PAGE_LINES, after=self._cursor)
                is_behind = self._cursor is not None and len(page.lines) >= _PAGE_LINES
                self._cursor = page.end
                self._take(page.lines)
                if not is_behind:
                    return
        except TiepointError:
            return

    def _take(self, lines: tuple[LogLine, ...]) -> None:
        if lines:
            harmless = tuple(_harmless(line) for line in lines)
            self._lines.extend(harmless)
            self.appended.emit(harmless)


def _harmless(line: LogLine) -> LogLine:
    """Make a line harmless; of one that is longer than anybody reads only the beginning is looked at."""
    text, source = plain(line.text[:_MOST_CHARACTERS]), plain(line.source[:_MOST_CHARACTERS])
    if len(line.text) > _MOST_CHARACTERS:
        text = f"{text}… ({len(line.text):,} characters)"
    return line if (text, source) == (line.text, line.source) else dataclasses.replace(line, text=text, source=source)
