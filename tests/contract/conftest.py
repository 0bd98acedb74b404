"""Each engine is set up once; its agent starts with the first request and again after a test has killed it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from rigs import ENGINES, Rig, made_rig  # noqa: E402

from tiepoint.adapters.scheduler.client import ProtocolScheduler  # noqa: E402
from tiepoint.connections import open_agent_stream  # noqa: E402
from tiepoint.domain.identifiers import JobId  # noqa: E402
from tiepoint.domain.job import Job, JobState  # noqa: E402
from tiepoint.domain.node import NodeState  # noqa: E402
from tiepoint.protocol.methods import SubmitParams  # noqa: E402


@pytest.fixture(scope="module", params=ENGINES)
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = made_rig(request.param, tmp_path_factory.mktemp("rig"))
    yield rig
    rig.close()
    said = "\n".join(path.read_text(errors="replace") for path in (rig.home / "log").glob("agent*.log"))
    for noise in ("Warning:", "never retrieved", "never awaited", "Traceback"):
        assert noise not in said, said


@pytest.fixture(autouse=True)
def tiepoint_home(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let every process of the test live in the engine's home."""
    for name, value in rig.environment().items():
        monkeypatch.setenv(name, value)
    return rig.home


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

    async def until(self, claim: Callable[[], bool], timeout_s: float = 30) -> None:
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

    async def until_job(self, job: str, claim: Callable[[Job], bool], timeout_s: float = 30) -> Job:
        """Wait until a claim about a job holds."""
        await self.until(lambda: (found := self.job(job)) is not None and claim(found), timeout_s)
        found = self.job(job)
        assert found is not None
        return found

    async def until_state(self, job: str, *states: JobState) -> Job:
        return await self.until_job(job, lambda found: found.state in states)

    async def until_running(self, job: str, stage: str, done: int = 0) -> Job:
        """Wait until a stage works, and so many of its tasks are done."""
        return await self.until_job(
            job,
            lambda found: any(
                each.name == stage and each.tasks.running > 0 and each.tasks.completed >= done for each in found.stages
            ),
        )

    async def submit(self, name: str, *, key: str = "", toy: dict[str, Any] | None = None, **more: Any) -> Job:
        """Hand in a job over a capture of this name."""
        capture = self.rig.capture(name, **(toy or {}))
        return await self.scheduler.submit(self.request(capture, key=key or name, **more))

    def request(self, capture: Path, *, key: str, **more: Any) -> SubmitParams:
        return SubmitParams(capture=str(capture), preset="draft", key=key, **more)

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)
        await self.scheduler.close()


@pytest_asyncio.fixture
async def desk(rig: Rig) -> AsyncIterator[Desk]:
    rig.mend()
    desk = Desk(rig)
    await desk.follow()
    yield desk
    for job in await desk.scheduler.jobs():
        if not job.state.is_over:
            await desk.scheduler.abort(JobId(job.id))
    await desk.close()
