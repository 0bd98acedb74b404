"""The list of jobs on a disk that is full: a new job is refused in words, one that runs goes on and is kept later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tiepoint.agent.jobs import JobRecord, Jobs
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.store import JobStore
from tiepoint.domain.errors import NoSpace
from tiepoint.domain.job import JobState
from tiepoint.protocol.methods import SubmitParams


def _fill(store: JobStore, *, is_full: bool) -> None:
    """Let SQLite itself find no room, as on a full disk."""
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0] if is_full else 10_000  # noqa: SLF001
    store._connection.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001


def taken_in(jobs: Jobs, request: SubmitParams) -> JobRecord:
    """Take in a job as the agent does."""
    return jobs.add(jobs.made(request, lambda *_: None), request)


async def test_a_full_disk(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("could not be kept")
    capture = tmp_path / "capture"
    capture.mkdir()
    (capture / "capture.json").write_text('{"photos": []}')
    store = JobStore(tmp_path / "jobs.db")
    publisher = Publisher(Journal())
    jobs = Jobs(store, publisher, ("mesh",))

    def request(number: int) -> SubmitParams:
        # Long, so that each takes pages of its own.
        return SubmitParams(capture=str(capture), preset="draft", key=f"{number}", parameters={"x": "y" * 20_000})

    kept = taken_in(jobs, request(1))
    _fill(store, is_full=True)
    with pytest.raises(NoSpace, match="left on the disk that holds"):
        taken_in(jobs, request(2))
    assert jobs.by_key("2") is None  # the same key may be handed in again
    assert [record.job.id for record in jobs] == [kept.job.id]
    jobs.put(kept, replace(kept.job, state=JobState.FAILED, changes="z" * 30_000))
    assert jobs.get(kept.job.id).job.state is JobState.FAILED
    assert store.jobs()[0].job.state is JobState.QUEUED

    _fill(store, is_full=False)
    jobs.put(kept, replace(kept.job, state=JobState.CANCELED))
    assert store.jobs()[0].job.state is JobState.CANCELED
    assert taken_in(jobs, request(2)).job.state is JobState.QUEUED
    publisher.close()
    store.close()
