"""The contract of `ports.scheduler.Scheduler`, on the fake and on the protocol's client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
import pytest_asyncio

from fakes.agent import FakeAgent
from fakes.scheduler import T0, FakeScheduler
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.domain.errors import AgentUnavailable, UsageError
from tiepoint.domain.estimate import PastRun
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import JobState
from tiepoint.ports.scheduler import ConnectionState, Scheduler
from tiepoint.protocol.methods import SubmitParams

REQUEST = SubmitParams(capture="/captures/c", preset="draft", key="k1", name="Statue", output="/out")


@pytest.fixture
def behind() -> FakeScheduler:
    return FakeScheduler()


@pytest_asyncio.fixture(params=["fake", "protocol"])
async def scheduler(request: pytest.FixtureRequest, behind: FakeScheduler) -> AsyncIterator[Scheduler]:
    made: Scheduler = behind
    if request.param == "protocol":
        made = ProtocolScheduler(FakeAgent(behind).open_stream, "test", sleep=lambda _: asyncio.sleep(0))
    yield made
    await made.close()


async def test_hello_says_what_it_is(scheduler: Scheduler) -> None:
    hello = await scheduler.hello()
    assert (hello.engine.name, "jobs.pause" in hello.capabilities) == ("fake", True)


async def test_the_same_key_is_the_same_job(scheduler: Scheduler) -> None:
    first, second = await scheduler.submit(REQUEST), await scheduler.submit(REQUEST)
    assert first.id == second.id
    assert (first.name, first.output, first.state) == ("Statue", "/out", JobState.QUEUED)
    assert [job.id for job in await scheduler.jobs()] == [first.id]


async def test_jobs_are_listed_newest_first(scheduler: Scheduler) -> None:
    first = await scheduler.submit(REQUEST)
    second = await scheduler.submit(SubmitParams(capture="/c", preset="draft", key="k2"))
    assert [job.id for job in await scheduler.jobs()] == [second.id, first.id]


async def test_a_job_is_stopped_and_goes_on(scheduler: Scheduler) -> None:
    job = await scheduler.submit(REQUEST)
    assert (await scheduler.pause(job.id)).state is JobState.PAUSED
    assert (await scheduler.resume(job.id)).state is JobState.QUEUED
    assert (await scheduler.abort(job.id)).state is JobState.CANCELED
    assert (await scheduler.abort(job.id)).state is JobState.CANCELED
    assert (await scheduler.retry(job.id)).state is JobState.QUEUED
    assert (await scheduler.job(job.id)).state is JobState.QUEUED


async def test_what_makes_no_sense_is_refused(scheduler: Scheduler, behind: FakeScheduler) -> None:
    job = await scheduler.submit(REQUEST)
    behind.set(job.id, state=JobState.COMPLETED)
    with pytest.raises(UsageError, match="completed") as refused:
        await scheduler.pause(job.id)
    assert refused.value.remedy
    with pytest.raises(UsageError, match="There is no job"):
        await scheduler.job(JobId("20261122-nothing-000000"))
    with pytest.raises(UsageError, match="nonsense"):
        await scheduler.submit(SubmitParams(capture="/c", preset="nonsense", key="k3"))


async def test_logs_are_paged(scheduler: Scheduler) -> None:
    job = await scheduler.submit(REQUEST)
    last = await scheduler.logs(job.id, lines=2)
    assert [line.text for line in last.lines] == ["line 3", "line 4"]
    before = await scheduler.logs(job.id, lines=10, before=last.before)
    assert [line.text for line in before.lines] == ["line 0", "line 1", "line 2"]
    assert before.before is None


async def test_nodes_and_diagnostics_are_told(scheduler: Scheduler) -> None:
    assert [node.host for node in await scheduler.nodes()] == ["workshop"]
    assert (await scheduler.diagnostics()).pid == 4242
    await scheduler.stop(now=False)


async def test_following_tells_every_state_at_last(scheduler: Scheduler, behind: FakeScheduler) -> None:
    job = await scheduler.submit(REQUEST)
    async with aclosing(scheduler.follow()) as snapshots:
        first = await anext(snapshots)
        assert first.connection is ConnectionState.CONNECTED
        assert first.jobs[job.id].state is JobState.QUEUED
        behind.set(job.id, state=JobState.RUNNING)
        behind.set(job.id, state=JobState.COMPLETED)
        async for snapshot in snapshots:
            if snapshot.jobs[job.id].state is JobState.COMPLETED:
                break


async def test_nobody_there_is_said(scheduler: Scheduler, behind: FakeScheduler) -> None:
    behind.is_reachable = False
    with pytest.raises(AgentUnavailable) as unavailable:
        await scheduler.jobs()
    assert unavailable.value.remedy
    with pytest.raises(AgentUnavailable):
        async with aclosing(scheduler.follow()) as snapshots:
            await anext(snapshots)


async def test_priority_and_node_limit_are_set(scheduler: Scheduler) -> None:
    job = await scheduler.submit(REQUEST)
    assert (await scheduler.set_priority(job.id, 2)).priority == 2
    assert (await scheduler.set_node_limit(job.id, 3)).node_limit == 3
    again = await scheduler.job(job.id)
    assert (again.priority, again.node_limit) == (2, 3)
    with pytest.raises(UsageError):
        await scheduler.set_priority(job.id, 3)
    with pytest.raises(UsageError):
        await scheduler.set_node_limit(job.id, -1)
    with pytest.raises(UsageError):
        await scheduler.set_priority(JobId("20261122-nothing-000000"), 0)


async def test_a_log_goes_on_where_an_answer_ended(scheduler: Scheduler, behind: FakeScheduler) -> None:
    job = await scheduler.submit(REQUEST)
    page = await scheduler.logs(job.id, lines=2)
    assert (await scheduler.logs(job.id, lines=2, after=page.end)).lines == ()
    behind.lines += (behind.lines[0], behind.lines[1], behind.lines[2])
    page = await scheduler.logs(job.id, lines=2, after=page.end)
    assert [line.text for line in page.lines] == ["line 0", "line 1"]
    page = await scheduler.logs(job.id, lines=2, after=page.end)
    assert [line.text for line in page.lines] == ["line 2"]


async def test_what_jobs_took_is_told(scheduler: Scheduler, behind: FakeScheduler) -> None:
    assert await scheduler.timings() == ()
    behind.runs = (PastRun("job", "draft", 20, 9.0, {"mesh": 4.5}, finished=T0, memory_bytes=10**9),)
    assert await scheduler.timings() == behind.runs
