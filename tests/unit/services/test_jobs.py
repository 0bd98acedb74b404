"""Naming jobs, and letting them go on however they were stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fakes.scheduler import T0, FakeScheduler
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.services.jobs import JobService


def _service(*states: JobState) -> tuple[FakeScheduler, JobService]:
    fake = FakeScheduler()
    for number, state in enumerate(states):
        job_id = JobId(f"20261122-statue-{number:06x}")
        fake.all_jobs[job_id] = Job(job_id, "Statue", "/c", state, submitted=T0 + timedelta(minutes=number))
    return fake, JobService(fake, lambda: "key")


@pytest.mark.parametrize("text", ["20261122-statue-000001", "20261122-statue-000001"[:23], "000001", "0001"])
async def test_a_job_is_found_by_what_people_type(text: str) -> None:
    _, jobs = _service(JobState.QUEUED, JobState.QUEUED)
    if text.endswith("00000"):
        pytest.skip("fits both")
    assert (await jobs.find(text)).id.endswith("000001")


async def test_a_job_is_found_by_its_name_if_there_is_one() -> None:
    _, jobs = _service(JobState.QUEUED)
    assert (await jobs.find("Statue")).name == "Statue"
    with pytest.raises(UsageError, match="There is no job"):
        await jobs.find("Fountain")
    with pytest.raises(UsageError, match="There is no job"):
        await jobs.find("")


async def test_a_name_that_fits_several_is_refused_with_all_of_them() -> None:
    _, jobs = _service(JobState.QUEUED, JobState.QUEUED)
    with pytest.raises(UsageError, match="fits 2 jobs") as refused:
        await jobs.find("Statue")
    assert "20261122-statue-000000" in refused.value.remedy


async def test_resume_means_the_newest_unfinished_one() -> None:
    _, jobs = _service(JobState.FAILED, JobState.PAUSED, JobState.COMPLETED)
    assert (await jobs.to_resume()).id.endswith("000001")
    assert (await jobs.newest()).id.endswith("000002")
    _, jobs = _service(JobState.COMPLETED)
    assert (await jobs.to_resume()).state is JobState.COMPLETED
    _, jobs = _service()
    with pytest.raises(UsageError, match="no job yet"):
        await jobs.to_resume()


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (JobState.PAUSED, JobState.QUEUED),
        (JobState.FAILED, JobState.QUEUED),
        (JobState.CANCELED, JobState.QUEUED),
        (JobState.RUNNING, JobState.RUNNING),
        (JobState.COMPLETED, JobState.COMPLETED),
    ],
)
async def test_going_on(state: JobState, then: JobState) -> None:
    _, jobs = _service(state)
    assert (await jobs.go_on(await jobs.newest())).state is then


async def test_logs_and_nodes_are_passed_on() -> None:
    _, jobs = _service(JobState.RUNNING)
    assert [line.text for line in await jobs.log(JobId("20261122-statue-000000"), 1)] == ["line 4"]
    assert len(await jobs.nodes()) == 1
    assert (await jobs.pause(JobId("20261122-statue-000000"))).state is JobState.PAUSED
    assert (await jobs.abort(JobId("20261122-statue-000000"))).state is JobState.CANCELED


async def test_what_is_under_way_is_paused_those_that_wait_first() -> None:
    fake, jobs = _service(JobState.COMPLETED, JobState.RUNNING, JobState.QUEUED, JobState.PAUSED)
    seen: list[JobId] = []
    fake.changed.append(lambda job: seen.append(job.id))
    assert [job.id[-1] for job in await jobs.running()] == ["2", "1"]
    assert {job.state for job in await jobs.pause_all()} == {JobState.PAUSED}
    assert [job_id[-1] for job_id in seen] == ["2", "1"]
    assert await jobs.running() == ()
    assert await jobs.pause_all() == ()


async def test_priority_limit_resume_and_retry_are_passed_on() -> None:
    _, jobs = _service(JobState.PAUSED, JobState.FAILED)
    paused, failed = JobId("20261122-statue-000000"), JobId("20261122-statue-000001")
    assert (await jobs.set_priority(paused, -2)).priority == -2
    assert (await jobs.set_node_limit(paused, 1)).node_limit == 1
    assert (await jobs.resume(paused)).state is JobState.QUEUED
    assert (await jobs.retry(failed)).state is JobState.QUEUED
    with pytest.raises(UsageError):
        await jobs.set_priority(paused, 5)
