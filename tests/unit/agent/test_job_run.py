"""A run of a job says which of its folders does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from patience import PATIENCE_S, until
from tiepoint.agent import job_run
from tiepoint.agent.job_log import tail
from tiepoint.agent.job_run import JobRun
from tiepoint.agent.jobs import Jobs, log_path
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.store import JobStore
from tiepoint.domain.job import Job
from tiepoint.protocol.methods import SubmitParams


async def test_a_job_is_held_until_the_last_of_its_folders_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: dict[Path, Callable[[bool], None]] = {}

    async def watched(folder: Path, tell: Callable[[bool], None], **_: Any) -> None:
        told[folder] = tell
        await asyncio.Event().wait()

    async def run(*_: Any) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(job_run, "watch_folder", watched)
    capture, output = tmp_path / "capture", tmp_path / "out"
    capture.mkdir()
    (capture / "capture.json").write_text('{"photos": []}')
    store, publisher = JobStore(tmp_path / "jobs.db"), Publisher(Journal())
    jobs = Jobs(store, publisher, ("mesh",))
    request = SubmitParams(capture=str(capture), output=str(output), preset="draft", key="1")
    record = jobs.add(jobs.made(request, lambda *_: None), request)

    def held(job: Job) -> str:
        return job.held.summary if job.held is not None else ""

    running = asyncio.create_task(JobRun(record, jobs, publisher, cast("Any", SimpleNamespace(run=run))).run())
    await until(lambda: set(told) == {record.root, output})
    told[record.root](True)
    assert str(capture) in held(record.job)
    told[output](True)
    told[record.root](False)
    assert str(output) in held(record.job)
    told[output](False)
    assert held(record.job) == ""
    running.cancel()
    await asyncio.wait({running})
    assert await jobs.logs.written(log_path(record), PATIENCE_S)
    said = [line.text.rpartition(" answers again")[2] for line in tail(log_path(record), 10, None).lines]
    assert said[2:] == [".", "; the job goes on."]
    publisher.close()
    store.close()
