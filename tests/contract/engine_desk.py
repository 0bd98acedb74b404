"""A client of an agent under contract: it follows everything over the real protocol, and waits for what it sees."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine_rigs import Rig

from patience import PATIENCE_S
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.connections import open_agent_stream
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import NodeState
from tiepoint.protocol.methods import SubmitParams


class Desk:
    """What a client does, over the real protocol; it follows everything while it is open."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.scheduler = ProtocolScheduler(open_agent_stream, "contract 1")
        self.seen: list[Any] = []
        self._changed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None

    async def follow(self) -> None:
        """Keep every snapshot from now on."""
        self._following = asyncio.create_task(self._follow())
        await self.until(lambda: bool(self.seen) and self.live_nodes >= 2)

    @property
    def live_nodes(self) -> int:
        """How many nodes are there now."""
        return sum(node.state is not NodeState.OFFLINE for node in self.seen[-1].nodes.values())

    async def _follow(self) -> None:
        async for snapshot in self.scheduler.follow():
            self.seen.append(snapshot)
            self._changed.set()

    async def until(self, claim: Callable[[], bool], timeout_s: float = PATIENCE_S) -> None:
        """Wait until a claim about what was seen holds."""
        async with asyncio.timeout(timeout_s):
            while not claim():
                self._changed.clear()
                await self._changed.wait()

    def job(self, job: str) -> Job | None:
        """Return the job as it was seen last."""
        found: Job | None = self.seen[-1].jobs.get(job)
        return found

    def jobs_seen(self, job: str) -> list[Job]:
        """Return all that was seen of a job."""
        return [snapshot.jobs[job] for snapshot in self.seen if job in snapshot.jobs]

    async def until_job(self, job: str, claim: Callable[[Job], bool], timeout_s: float = PATIENCE_S) -> Job:
        """Wait until a claim about a job holds."""
        await self.until(lambda: (found := self.job(job)) is not None and claim(found), timeout_s)
        found = self.job(job)
        assert found is not None
        return found

    async def until_state(self, job: str, *states: JobState) -> Job:
        return await self.until_job(job, lambda found: found.state in states)

    async def until_running(self, job: str, stage: str, tasks: int = 1) -> Job:
        """Wait until so many tasks of a stage run."""
        return await self.until_job(
            job, lambda found: any(each.name == stage and each.tasks.running >= tasks for each in found.stages)
        )

    def open_gate(self, name: str) -> None:
        """Let the gated stage of a capture go on."""
        (self.rig.work / "captures" / name / "gate").touch()

    async def submit(self, name: str, *, key: str = "", toy: dict[str, Any] | None = None, **more: Any) -> Job:
        """Hand in a job over a capture of this name; a stage with a gate waits for `open_gate`."""
        capture = self.rig.capture(name, **(toy or {}))
        return await self.scheduler.submit(self.request(capture, key=key or name, **more))

    def request(self, capture: Path, *, key: str, **more: Any) -> SubmitParams:
        return SubmitParams(capture=str(capture), preset="draft", key=key, **more)

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.scheduler.close()
