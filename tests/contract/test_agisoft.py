"""What Agisoft's network processing alone does, in all generations: licences run out, tasks are tried again, other
tools' hands are seen.
"""

from __future__ import annotations

import pytest
from engine_desk import Desk
from engine_rigs import GENERATIONS, AgisoftRig

from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import JobState

pytestmark = pytest.mark.parametrize("rig", list(GENERATIONS), indirect=True, scope="module")


async def test_a_licence_that_runs_out_is_named(desk: Desk, rig: AgisoftRig) -> None:
    rig.stand.ask("licences", 0)
    job = await desk.submit("unlicensed")
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.kind == "licence"
    assert "all seats" in failed.error.detail
    rig.stand.ask("licences", 9)
    await desk.scheduler.retry(JobId(job.id))
    await desk.until_state(job.id, JobState.COMPLETED)


async def test_a_task_that_fails_once_is_tried_again(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("once", toy={"mesh": {"error": "Unknown error", "times": 1}})
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error
    assert rig.name == "photoscan-1.4" or done.retried == 1


async def test_what_another_tool_does_to_our_job_is_seen(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("theirs-too", toy={"depth_maps": {"tasks": 4, "gate": True}})
    await desk.until_running(job.id, "depth_maps")
    number = max(int(each.get("batch_id") or each["id"]) for each in rig.stand.batches())
    rig.stand.ask("set_batch", number, "paused", True)
    await desk.until_state(job.id, JobState.PAUSED)
    rig.stand.ask("set_batch", number, "paused", False)
    await desk.until_state(job.id, JobState.RUNNING)
    await desk.scheduler.pause(JobId(job.id))
    await desk.until_state(job.id, JobState.PAUSED)
    rig.stand.ask("set_batch", number, "paused", False)
    await desk.until_job(job.id, lambda found: found.state is not JobState.PAUSED)
    rig.stand.ask("abort_batch", number)
    aborted = await desk.until_job(job.id, lambda found: found.state.is_over)
    assert aborted.state is JobState.CANCELED
    assert aborted.error is not None
    assert "another tool" in aborted.error.summary
