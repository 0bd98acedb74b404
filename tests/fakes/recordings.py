"""The flight recorder without a disk: moments a test puts on tape, played without waiting."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.link import Link, LinkState
from tiepoint.ports.flight_recorder import TapeSpan
from tiepoint.services.monitor import MonitorSnapshot


class FakeRecordings:
    """Stands for `Recordings`. `goes_on` lets `play` go from moment to moment."""

    def __init__(self) -> None:
        self.tapes: dict[str, list[tuple[datetime, MonitorSnapshot]]] = {}
        self.files: list[tuple[Path, tuple[str, ...]]] = []
        self.fails: TiepointError | None = None
        self.is_recording = False
        self.played: list[float] = []
        self.goes_on = asyncio.Queue[None]()

    def put(self, site: str, time: datetime, snapshot: MonitorSnapshot) -> None:
        """Have a moment on tape."""
        link = Link(LinkState.LOST, time, time)
        self.tapes.setdefault(site, []).append((time, dataclasses.replace(snapshot, link=link)))

    def start(self) -> None:
        self.is_recording = True

    async def stop(self) -> None:
        self.is_recording = False

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        tape = self.tapes.get(site, ())
        return (TapeSpan(tape[0][0], tape[-1][0], len(tape)),) if tape else ()

    async def at(self, site: str, time: datetime) -> MonitorSnapshot | None:
        await asyncio.sleep(0)
        earlier = [snapshot for moment, snapshot in self.tapes.get(site, ()) if moment <= time]
        return earlier[-1] if earlier else None

    async def play(
        self, site: str, start: datetime, end: datetime, speed: float
    ) -> AsyncGenerator[MonitorSnapshot, None]:
        self.played.append(speed)
        for moment, snapshot in self.tapes.get(site, ()):
            if start <= moment <= end:
                yield snapshot
                await self.goes_on.get()

    async def support_file(self, file: Path, sites: tuple[str, ...] = ()) -> int:
        await asyncio.sleep(0)
        if self.fails is not None:
            raise self.fails
        self.files.append((file, sites))
        return 12_345
