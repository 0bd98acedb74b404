"""Graphics: how the 3D view draws on this computer, found out before it is first needed. On the loop's thread.

What was found is believed as long as screen, drivers and variables are the same: a month where all is well, a day
where it is not. A way of drawing that took the program down is not tried again before its driver is another one, or
somebody asks for it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.graphics import Drawing, GraphicsChoice, GraphicsFacts, GraphicsRecord, Trouble
from tiepoint.domain.graphics_choice import choice_of
from tiepoint.ports.graphics import GraphicsMemory, GraphicsTrial

_GOOD_FOR: Final = timedelta(days=30)
_BAD_FOR: Final = timedelta(days=1)
_log = logging.getLogger(__name__)


class GraphicsService:
    """Finds out how to draw, and remembers it.

    Args:
        trial: Tries.
        memory: Remembers; blocks for a moment, so it is asked in a thread.
        surroundings: Describes screen, drivers and variables; another text means another trial. Blocks for a moment.
        now: The clock, UTC.
    """

    def __init__(
        self,
        trial: GraphicsTrial,
        memory: GraphicsMemory,
        surroundings: Callable[[], str],
        now: Callable[[], datetime],
    ) -> None:
        self._trial, self._memory = trial, memory
        self._surroundings, self._now = surroundings, now
        self._choosing = asyncio.Lock()
        self._record: GraphicsRecord | None = None
        self._choice: GraphicsChoice | None = None
        self._has_begun = False
        self._here: str | None = None

    @property
    def facts(self) -> GraphicsFacts | None:
        """What the system's own way of drawing came to; None before it is known."""
        return None if self._record is None else self._record.facts

    @property
    def has_ended_program(self) -> bool:
        """Whether a driver is not tried because it took the program down."""
        return self._record is not None and bool(self._record.ended_by)

    async def choose(self) -> GraphicsChoice:
        """Return how the 3D view draws in this run, from a trial or from what an earlier one found."""
        async with self._choosing:
            if self._choice is None:
                record = await self._remembered()
                if record is None or not self._is_good(record, await self._surrounded()):
                    record = await self._tried(record)
                self._record, self._choice = record, record.choice
            return self._choice

    async def look(self) -> GraphicsChoice:
        """Try again, whatever is remembered. It holds from the next start on; what draws now goes on as it does."""
        async with self._choosing:
            self._record = await self._tried(self._record or await self._remembered())
            return self._record.choice

    async def forgive(self) -> None:
        """Forget what took the program down and everything found; the next start or `look` tries everything anew."""
        async with self._choosing:
            record = self._record or await self._remembered()
            if record is not None:
                self._record = dataclasses.replace(record, surroundings="", ended_by=(), told="")
                await asyncio.to_thread(self._memory.save, self._record)

    async def begin(self) -> GraphicsChoice:
        """Choose, and mark that a view is about to draw."""
        choice = await self.choose()
        if choice.drawing is not Drawing.NONE:
            self._has_begun = True
            await asyncio.to_thread(self._memory.begin, choice.drawing)
        return choice

    async def drew(self) -> None:
        """Mark that the first picture came."""
        if self._has_begun:
            await asyncio.to_thread(self._memory.drew)

    async def failed(self, reason: str) -> None:
        """Take note that a view could not start though the trial could: the next start tries anew."""
        _log.info("the 3D view did not start although the trial did: %s", reason)
        self._has_begun = False
        await asyncio.to_thread(self._memory.end)
        if self._record is not None:
            self._record = dataclasses.replace(self._record, surroundings="")
            await asyncio.to_thread(self._memory.save, self._record)

    async def stop(self, *, has_hung: bool = False) -> None:
        """Mark that nothing draws any more.

        Args:
            has_hung: The driver never came back; unless the processor draws, which may just be slow, the next start
                takes that as if it had ended the program.
        """
        if not self._has_begun:
            return
        self._has_begun = False
        is_card = self.facts is not None and not self.facts.is_software
        if has_hung and is_card and self._choice is not None and self._choice.drawing is Drawing.SYSTEM:
            _log.info("the driver did not come back; the next start tries another way of drawing")
            await asyncio.to_thread(self._memory.begin, Drawing.SYSTEM)
        else:
            await asyncio.to_thread(self._memory.end)

    async def news(self) -> GraphicsChoice | None:
        """Return what a person should be told once; None when all is well, or it was told before."""
        choice = await self.choose()
        record = self._record
        if record is None or record.told == choice.summary:
            return None
        self._record = dataclasses.replace(record, told=choice.summary)
        await asyncio.to_thread(self._memory.save, self._record)
        return choice if choice.summary else None

    def _is_good(self, record: GraphicsRecord, surroundings: str) -> bool:
        is_well = record.choice.drawing is Drawing.SYSTEM and not record.ended_by
        age = self._now() - record.looked
        same = record.surroundings == surroundings
        return same and timedelta(0) <= age <= (_GOOD_FOR if is_well else _BAD_FOR)

    async def _surrounded(self) -> str:
        """Describe the surroundings as they were at first: drawing by the processor sets variables of its own."""
        if self._here is None:
            self._here = await asyncio.to_thread(self._surroundings)
        return self._here

    async def _remembered(self) -> GraphicsRecord | None:
        """Return what is remembered, with the blame for the end of the last run in it."""
        record, blamed = await asyncio.to_thread(lambda: (self._memory.load(), self._memory.ended_by()))
        if blamed is None:
            return record
        _log.info("the last run was ended while it drew in 3D (%s)", blamed.value)
        if record is None:
            record = GraphicsRecord("", GraphicsFacts(None), GraphicsChoice(blamed), self._now())
        others = tuple(pair for pair in record.ended_by if pair[0] is not blamed)
        identity = record.facts.identity if blamed is Drawing.SYSTEM else ""
        # Without surroundings it is good for nothing but the blame: a trial says what to do instead.
        blaming = dataclasses.replace(record, surroundings="", ended_by=(*others, (blamed, identity)))
        await asyncio.to_thread(self._memory.save, blaming)
        return blaming

    async def _tried(self, before: GraphicsRecord | None) -> GraphicsRecord:
        """Try what must be tried, and remember what came of it."""
        surroundings = await self._surrounded()
        system = await self._trial.attempt(Drawing.SYSTEM)
        ended = tuple(pair for pair in (before.ended_by if before else ()) if _still_counts(pair, system))
        ways = tuple(way for way, _ in ended)
        needs_more = not system.is_fine or Drawing.SYSTEM in ways
        has_screen = system.trouble not in {Trouble.NO_SCREEN, Trouble.NOT_TRIED}
        software = await self._trial.attempt(Drawing.SOFTWARE) if needs_more and has_screen else None
        choice = choice_of(system, software, ways)
        _log.info("graphics: %s, %s -> %s", system, software, choice.drawing.value)
        if not has_screen:
            surroundings = ""  # nothing was learnt, so the next start asks again
        record = GraphicsRecord(
            surroundings, system, choice, self._now(), ended, before.told if before is not None else ""
        )
        await asyncio.to_thread(self._memory.save, record)
        return record


def _still_counts(pair: tuple[Drawing, str], system: GraphicsFacts) -> bool:
    """Whether a blame holds: the driver is the one that was there then, or nothing is known of it."""
    drawing, identity = pair
    return drawing is not Drawing.SYSTEM or not identity or not system.identity or identity == system.identity
