"""What a job will take, from the agent's history, before it is handed in and while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from fakes.clock import FakeClock
from fakes.scheduler import T0, FakeScheduler
from patience import PATIENCE_S
from tiepoint.domain.errors import UsageError
from tiepoint.domain.estimate import PastRun, TimeRange
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Eta, Job, JobState, Progress, Stage, StageState
from tiepoint.domain.stages import OPEN_ENGINE_STAGES
from tiepoint.services.estimates import Estimates
from tiepoint.services.monitor import JobMonitor

JOB = JobId("20261125-a-000001")
RUN = PastRun("job", "draft", 20, 9.0, dict.fromkeys(OPEN_ENGINE_STAGES, 4.0), finished=T0, memory_bytes=2 * 10**9)


class Parts:
    def __init__(self) -> None:
        self.scheduler = FakeScheduler()
        self.monitor = JobMonitor(self.scheduler, FakeClock())
        self.estimates = Estimates(self.scheduler, self.monitor)

    async def grown(self) -> None:
        """Wait until the history has changed."""
        heard = asyncio.Event()
        stop = self.estimates.changed.subscribe(lambda _: heard.set())
        await asyncio.wait_for(heard.wait(), PATIENCE_S)
        stop()


@pytest_asyncio.fixture
async def parts() -> AsyncIterator[Parts]:
    made = Parts()
    yield made
    await made.monitor.stop()
    await made.estimates.stop()


async def test_without_history_it_says_so_but_knows_the_space(parts: Parts) -> None:
    found = parts.estimates.before(20, megapixels=9.0, photo_bytes=10**8, preset="draft")
    assert (found.time.total, found.basis) == (None, "not enough history on this computer")
    assert 0 < found.output_bytes < found.work_bytes
    assert 0 < found.memory.low_bytes < found.memory.high_bytes
    with pytest.raises(UsageError):
        parts.estimates.before(20, megapixels=9.0, photo_bytes=10**8, preset="nonsense")


async def test_history_comes_with_the_connection_and_grows_with_each_job(parts: Parts) -> None:
    parts.scheduler.runs = (RUN,)
    parts.scheduler.all_jobs[JOB] = Job(JOB, "A", "/c", JobState.RUNNING, submitted=T0)
    parts.monitor.start()
    await parts.grown()
    found = parts.estimates.before(20, megapixels=9.0, photo_bytes=10**8, preset="draft")
    assert found.time.total is not None
    assert found.time.total.low_s < 4.0 * len(OPEN_ENGINE_STAGES) < found.time.total.high_s
    assert found.basis == "from 1 earlier run on this computer"
    assert found.memory.runs == 1
    changed = parts.estimates.before(20, megapixels=9.0, photo_bytes=1, preset="draft", changes={"faces": 5})
    assert changed.time.total is None
    parts.scheduler.runs = (replace(RUN, job="other"), RUN)
    parts.scheduler.set(JOB, state=JobState.COMPLETED)
    await parts.grown()
    assert parts.estimates.before(20, megapixels=9.0, photo_bytes=1, preset="draft").time.runs == 2


async def test_what_remains_of_a_job(parts: Parts) -> None:
    parts.scheduler.runs = (RUN,)
    await parts.estimates.refresh()
    stages = (
        Stage("check", StageState.COMPLETED),
        Stage("features", StageState.RUNNING, progress=Progress(5, 10)),
        Stage("matching"),
    )
    job = Job(JOB, "A", "/c", JobState.RUNNING, stages=stages, eta=Eta(3.0, 9.0), preset="draft", photos=20)
    found = parts.estimates.remaining(job)
    assert found.total == TimeRange(3.0, 9.0)
    assert [stage.stage for stage in found.stages] == ["features", "matching"]
    half, whole = found.stages[0].time, found.stages[1].time
    assert half is not None
    assert whole is not None
    assert half.high_s < whole.high_s
    assert parts.estimates.remaining(replace(job, state=JobState.COMPLETED)).total == TimeRange(0.0, 0.0)
    paused = parts.estimates.remaining(replace(job, state=JobState.PAUSED, eta=None))
    assert paused.total is not None
    assert parts.estimates.remaining(replace(job, eta=None)).total is None


async def test_no_answer_keeps_what_is_known(parts: Parts) -> None:
    parts.scheduler.runs = (RUN,)
    await parts.estimates.refresh()
    parts.scheduler.is_reachable = False
    await parts.estimates.refresh()
    assert parts.estimates.before(20, megapixels=9.0, photo_bytes=1, preset="draft").time.runs == 1
