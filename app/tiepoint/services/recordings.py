"""The flight recorder as people use it: what there is of a site, one moment of it, playing, and one file for support.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from pathlib import Path

from tiepoint.ports.flight_recorder import FlightRecorder, TapeSpan
from tiepoint.services.monitor import MonitorSnapshot


class Recordings:
    """What was recorded.

    Args:
        recorder: The tapes.
    """

    def __init__(self, recorder: FlightRecorder) -> None:
        self._recorder = recorder

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        """What there is of a site, oldest first."""
        return await self._recorder.spans(site)

    async def at(self, site: str, time: datetime) -> MonitorSnapshot | None:
        """The site as it was: jobs, nodes and a link that is `LOST` with `heard` = that moment; None = not recorded."""
        raise NotImplementedError

    def play(self, site: str, start: datetime, end: datetime, speed: float) -> AsyncGenerator[MonitorSnapshot, None]:
        """Play a stretch, ten moments a second of ours; `speed` 200 = 200 seconds of theirs in one of ours."""
        raise NotImplementedError

    async def support_file(self, file: Path, sites: tuple[str, ...] = ()) -> int:
        """Write one zip for support: tapes, logs, versions, diagnostics, settings; names, addresses, ids of people and
        all secrets replaced. Returns its bytes.

        Raises:
            SetupError: The file cannot be written.
        """
        raise NotImplementedError
