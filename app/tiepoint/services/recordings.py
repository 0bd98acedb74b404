"""The flight recorder as people use it: what there is of a site, one moment of it, playing, and one file for support.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import platform
import re
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import SetupError, TiepointError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job_order import NewestFirst
from tiepoint.domain.link import Link, LinkState
from tiepoint.ports.flight_recorder import FlightRecorder, TapeMoment, TapeSpan
from tiepoint.ports.support import SupportFiles
from tiepoint.protocol.codec import to_json
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.sites import Site, Sites

MOMENTS_PER_S: Final = 10
_ANSWER_S: Final = 10.0
_LOG_LINES: Final = 1000
_MOST_LOGS: Final = 20


class Recordings:
    """What was recorded.

    Args:
        recorder: The tapes.
        sites: Who is asked for a support file; None = nobody.
        support: This computer's own part of one; None = there can be none.
        version: Of this program.
        sleep: Waits between the moments that are played; a test gives its own.
    """

    def __init__(
        self,
        recorder: FlightRecorder,
        sites: Sites | None = None,
        support: SupportFiles | None = None,
        version: str = "",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._recorder, self._sites, self._support = recorder, sites, support
        self._version, self._sleep = version, sleep

    def start(self) -> None:
        """Record from now on whatever is followed; one program of a user does, the panel."""
        self._recorder.start()

    async def stop(self) -> None:
        """Write what is left."""
        await self._recorder.close()

    async def spans(self, site: str) -> tuple[TapeSpan, ...]:
        """What there is of a site, oldest first."""
        return await self._recorder.spans(site)

    async def at(self, site: str, time: datetime) -> MonitorSnapshot | None:
        """The site as it was: jobs, nodes and a link that is `LOST` with `heard` = that moment; None = not recorded."""
        moment = await self._recorder.at(site, time)
        return None if moment is None else _snapshot(moment, time)

    async def play(
        self, site: str, start: datetime, end: datetime, speed: float
    ) -> AsyncGenerator[MonitorSnapshot, None]:
        """Play a stretch, ten moments a second of ours; `speed` 200 = 200 seconds of theirs in one of ours."""
        time, step_s = start, speed / MOMENTS_PER_S
        async with contextlib.aclosing(self._recorder.play(site, start, end, step_s)) as moments:
            async for moment in moments:
                time = max(time, moment.time)
                yield _snapshot(moment, time)
                time += timedelta(seconds=step_s)
                await self._sleep(1 / MOMENTS_PER_S)

    async def support_file(self, file: Path, sites: tuple[str, ...] = ()) -> int:
        """Write one zip for support: tapes, logs, versions, diagnostics, settings; names, addresses, ids of people and
        all secrets replaced. Returns its bytes.

        Args:
            file: The zip.
            sites: Ids of the sites it is about; none = all.

        Raises:
            SetupError: The file cannot be written.
        """
        import tempfile  # rarely needed, and every start would pay for it

        if self._support is None:
            raise SetupError("This program cannot write a file for support.")
        redactor = self._support.redactor()
        asked = [site for site in (self._sites.all if self._sites else ()) if not sites or site.id in sites]
        for site in asked:
            redactor.learn({job.user for job in site.monitor.snapshot.jobs if job.user})
        texts = {"about.json": _json(self._about(asked))}
        for site in asked:
            texts.update(await _told(site, f"sites/{_file_name(redactor.text(site.id))}"))
        try:
            with tempfile.TemporaryDirectory(prefix="tiepoint-support-") as folder:
                files: dict[str, Path] = {}
                for number, site_id in enumerate(await self._taped(sites), start=1):
                    path = Path(folder) / f"{number}.jsonl"
                    await self._recorder.export(site_id, path, redactor.text)
                    files[f"recordings/{_file_name(redactor.text(site_id))}.jsonl"] = path
                return await self._support.write(file, texts, files, redactor)
        except OSError as error:
            remedy = "Free some space in the folder for temporary files, and try again."
            raise SetupError(f"The file for support cannot be written: {error}.", remedy=remedy) from error

    async def _taped(self, sites: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(site for site in await self._recorder.sites() if not sites or site in sites)

    def _about(self, sites: list[Site]) -> dict[str, object]:
        return {
            "tiepoint": self._version,
            "python": sys.version,
            "system": platform.platform(),
            "machine": platform.machine(),
            "sites": [
                {
                    "id": site.id,
                    "kind": site.kind.value,
                    "link": site.monitor.snapshot.link.state.value,
                    "clock_offset_s": site.monitor.snapshot.link.offset_s,
                    "problem": to_json(site.monitor.snapshot.link.problem),
                    "agent": to_json(site.monitor.snapshot.agent),
                    "jobs": len(site.monitor.snapshot.jobs),
                    "nodes": len(site.monitor.snapshot.nodes),
                }
                for site in sites
            ],
        }


async def _told(site: Site, base: str) -> dict[str, str]:
    """Ask a site that is heard for its diagnostics and the logs of its latest jobs; what it does not answer is left.

    Args:
        site: The site.
        base: Folder in the zip.
    """
    if not site.monitor.is_up():
        return {}
    found: dict[str, str] = {}
    with contextlib.suppress(TiepointError, TimeoutError):
        async with asyncio.timeout(_ANSWER_S):
            found[f"{base}/diagnostics.json"] = _json(to_json(await site.scheduler.diagnostics()))
            for job in site.monitor.snapshot.jobs[:_MOST_LOGS]:
                found[f"{base}/{_file_name(job.id)}.log"] = await _log(site, job.id)
    return found


async def _log(site: Site, job: JobId) -> str:
    lines = await site.jobs.log(job, _LOG_LINES)
    return "".join(f"{line.time.isoformat()} {line.level} {line.source}: {line.text}\n" for line in lines)


def _snapshot(moment: TapeMoment, time: datetime) -> MonitorSnapshot:
    jobs = NewestFirst().put({job.id: job for job in moment.state.jobs})
    return MonitorSnapshot(Link(LinkState.LOST, time, time), jobs, moment.state.nodes)


def _file_name(text: str) -> str:
    """Return a text fit to be a name in a zip."""
    return re.sub(r"[^\w.-]", "-", text)[:120]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)
