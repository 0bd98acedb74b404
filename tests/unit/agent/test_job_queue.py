"""Commands that cross: what was said last counts, also while what was said before is still being done."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from patience import PATIENCE_S
from tiepoint.agent.job_queue import JobQueue
from tiepoint.agent.jobs import JobRecord, Jobs
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.store import JobStore
from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.job import JobState
from tiepoint.protocol.methods import SubmitParams


def taken_in(jobs: Jobs, request: SubmitParams) -> JobRecord:
    """Take in a job as the agent does."""
    return jobs.add(jobs.made(request, lambda *_: None), request)


async def test_a_job_that_is_told_to_go_on_while_it_stops_goes_on(tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.mkdir()
    (capture / "capture.json").write_text('{"photos": []}')
    runs, stops, may_stop = asyncio.Semaphore(0), asyncio.Event(), asyncio.Event()

    async def run(*_: Any) -> None:
        runs.release()
        try:
            await asyncio.Event().wait()
        finally:
            stops.set()
            await may_stop.wait()  # workers end

    store, publisher = JobStore(tmp_path / "jobs.db"), Publisher(Journal())
    jobs = Jobs(store, publisher, ("mesh",))
    queue = JobQueue(jobs, publisher, cast("Any", SimpleNamespace(own_queue=None, run=run)), lambda: None)
    record = taken_in(jobs, SubmitParams(capture=str(capture), preset="draft", key="1"))
    queue.start_next()
    await runs.acquire()
    pausing = asyncio.create_task(queue.pause(record))
    await stops.wait()
    resuming = asyncio.create_task(queue.resume(record))
    may_stop.set()
    await asyncio.gather(pausing, resuming)
    async with asyncio.timeout(PATIENCE_S):
        await runs.acquire()
    assert record.job.state is JobState.RUNNING
    await queue.close()
    publisher.close()
    store.close()


async def test_storage_that_went_away_is_named(tmp_path: Path) -> None:
    capture = tmp_path / "capture"
    capture.mkdir()
    (capture / "capture.json").write_text('{"photos": []}')

    async def run(*_: Any) -> None:
        capture.rename(tmp_path / "away")
        raise EngineFailure("The stage mesh failed.", detail="No such file or directory")

    store, publisher = JobStore(tmp_path / "jobs.db"), Publisher(Journal())
    jobs = Jobs(store, publisher, ("mesh",))
    over = asyncio.Event()
    queue = JobQueue(
        jobs,
        publisher,
        cast("Any", SimpleNamespace(own_queue=None, run=run)),
        lambda: over.set() if record.job.state.is_over else None,
    )
    record = taken_in(jobs, SubmitParams(capture=str(capture), preset="draft", key="1"))
    queue.start_next()
    async with asyncio.timeout(PATIENCE_S):
        await over.wait()
    assert record.job.error is not None
    assert (record.job.error.kind, record.job.error.retryable) == ("missing-path", True)
    assert "mounted" in record.job.error.remedy
    await queue.close()
    publisher.close()
    store.close()
