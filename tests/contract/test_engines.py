"""What every engine behind an agent does, whichever it is: one suite, over the real client and a real agent's process.

The open engine runs toys for its stages; Agisoft's network processing is a stand-in of three generations.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from engine_desk import Desk
from engine_rigs import AgisoftRig, Rig

from program import wait_until
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, StageState
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import ConnectionState
from tiepoint.protocol.methods import CapabilityParams


def gated() -> dict[str, Any]:
    """Depth maps that wait until their gate is opened."""
    return {"depth_maps": {"tasks": 4, "gate": True}}


def nodes(desk: Desk) -> list[Node]:
    return list(desk.seen[-1].nodes.values())


async def test_a_job_runs_to_its_end_and_its_products_are_there(desk: Desk, rig: Rig) -> None:
    job = await desk.submit("whole", toy={"depth_maps": {"tasks": 4, "seconds": 0.2}})
    assert job.state in (JobState.QUEUED, JobState.RUNNING)
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error
    assert done.progress is not None
    assert (done.progress.done, done.progress.total) == (100, 100)
    assert done.started is not None
    assert done.finished is not None
    assert {stage.state for stage in done.stages} <= {StageState.COMPLETED, StageState.SKIPPED}
    depth_maps = next(stage for stage in done.stages if stage.name == "depth_maps")
    assert depth_maps.tasks.completed == depth_maps.tasks.total == 4
    assert depth_maps.started is not None
    assert depth_maps.finished is not None
    products = Path(done.folder or "") / "products"
    assert (products / "result.json").is_file()
    assert any((products / name).is_file() for name in ("model.glb", "model.obj"))
    seen = [each.progress.done for each in desk.jobs_seen(job.id) if each.progress is not None]
    assert seen == sorted(seen), "progress went back"
    assert any(0 < value < 100 for value in seen)


async def test_the_same_key_is_the_same_job(desk: Desk, rig: Rig) -> None:
    capture = rig.capture("twice")
    request = desk.request(capture, key="twice")
    first, second = await asyncio.gather(desk.scheduler.submit(request), desk.scheduler.submit(request))
    assert first.id == second.id
    await desk.until_state(first.id, JobState.COMPLETED)
    assert (await desk.scheduler.submit(request)).id == first.id
    assert [job.capture for job in await desk.scheduler.jobs()].count(str(capture)) == 1


async def test_a_paused_job_goes_on_where_it_was(desk: Desk) -> None:
    job = await desk.submit("paused", toy=gated())
    await desk.until_running(job.id, "depth_maps")
    assert (await desk.scheduler.pause(JobId(job.id))).state is JobState.PAUSED
    assert (await desk.scheduler.pause(JobId(job.id))).state is JobState.PAUSED
    desk.open_gate("paused")
    await desk.scheduler.resume(JobId(job.id))
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error


async def test_an_aborted_job_can_be_tried_again(desk: Desk) -> None:
    job = await desk.submit("aborted", toy=gated())
    await desk.until_running(job.id, "depth_maps")
    assert (await desk.scheduler.abort(JobId(job.id))).state is JobState.CANCELED
    assert (await desk.scheduler.abort(JobId(job.id))).state is JobState.CANCELED
    desk.open_gate("aborted")
    await desk.scheduler.retry(JobId(job.id))
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error


async def test_a_failed_job_says_why_and_can_be_tried_again(desk: Desk, rig: Rig) -> None:
    job = await desk.submit("hungry", toy={"mesh": {"memory": True, "isolated": True}})
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.kind == "out-of-memory"
    assert failed.error.remedy
    states = {stage.name: stage.state for stage in failed.stages}
    assert states["mesh"] is StageState.FAILED
    assert states["depth_maps"] is StageState.COMPLETED
    capture = Path(failed.capture) / "capture.json"
    capture.write_text(capture.read_text(encoding="utf-8").replace('"memory": true, ', ""), encoding="utf-8")
    again = await _again(desk, failed)
    assert again.state is JobState.COMPLETED, again.error


async def _again(desk: Desk, job: Job) -> Job:
    """Let a job go on, and its plan be made anew where the engine keeps one."""
    for plan in (Path(job.folder or "") / "work").glob("plan*"):
        plan.unlink()
    await desk.scheduler.retry(JobId(job.id))
    return await desk.until_job(job.id, lambda found: found.state is JobState.COMPLETED or _failed_anew(found, job))


def _failed_anew(found: Job, job: Job) -> bool:
    return found.state is JobState.FAILED and found.finished != job.finished


async def test_what_makes_no_sense_is_refused(desk: Desk, rig: Rig) -> None:
    with pytest.raises(TiepointError) as refused:
        await desk.scheduler.abort(JobId("20260101-nothing-000000"))
    assert refused.value.kind == "usage"
    with pytest.raises(TiepointError):
        await desk.scheduler.submit(desk.request(rig.work / "captures" / "none", key="none"))
    with pytest.raises(TiepointError):
        await desk.scheduler.set_priority(JobId("20260101-nothing-000000"), 1)


async def test_priority_puts_a_job_before_others(desk: Desk, rig: Rig) -> None:
    first = await desk.submit("first", toy=gated())
    await desk.until(lambda: sum(node.job == first.id for node in nodes(desk)) == 2)
    toy = {"matching": {"tasks": 2, "seconds": 0.4}}
    low = await desk.submit("low", toy=toy, priority=-1)
    high = await desk.submit("high", toy=toy, priority=1)
    if isinstance(rig, AgisoftRig):
        for job in (low, high):  # handed in, and let go on
            await desk.until_job(job.id, lambda found: found.suitable_nodes is not None)
    assert (await desk.scheduler.set_priority(JobId(high.id), 2)).priority == 2
    desk.open_gate("first")
    jobs = [await desk.until_state(job.id, JobState.COMPLETED) for job in (low, high)]
    assert jobs[1].started is not None
    assert jobs[0].started is not None
    assert jobs[1].started < jobs[0].started


async def test_a_node_limit_holds(desk: Desk) -> None:
    hello = await desk.scheduler.hello()
    toy = {"depth_maps": {"tasks": 3, "seconds": 0.15}}
    if "jobs.node_limit" not in hello.capabilities:
        job = await desk.submit("limited", toy=toy)
        with pytest.raises(TiepointError) as refused:
            await desk.scheduler.set_node_limit(JobId(job.id), 1)
        assert "cannot" in refused.value.summary
        return
    job = await desk.submit("limited", toy=gated(), node_limit=1)
    await desk.until_running(job.id, "depth_maps")
    desk.open_gate("limited")
    await desk.until_state(job.id, JobState.COMPLETED)
    counts = [stage.tasks for each in desk.jobs_seen(job.id) for stage in each.stages if stage.name == "depth_maps"]
    assert max(count.running for count in counts) == 1


async def test_nodes_say_what_they_work_on(desk: Desk) -> None:
    job = await desk.submit("watched", toy=gated())
    await desk.until(
        lambda: any(
            node.state is NodeState.BUSY and node.job == job.id and node.stage == "depth_maps" for node in nodes(desk)
        )
    )
    busy = next(node for node in nodes(desk) if node.job == job.id)
    desk.open_gate("watched")
    assert busy.version
    assert busy.host
    assert busy.heard is not None


async def test_a_paused_node_takes_nothing_and_goes_on(desk: Desk) -> None:
    hello = await desk.scheduler.hello()
    names = [node.id for node in await desk.scheduler.nodes() if node.state is not NodeState.OFFLINE]
    if "nodes.pause" not in hello.capabilities:
        with pytest.raises(TiepointError):
            await desk.scheduler.pause_node(names[0])
        return
    await desk.until(lambda: not any(node.job for node in nodes(desk)))  # of the tests before this one
    assert (await desk.scheduler.pause_node(names[0])).state is NodeState.PAUSED
    job = await desk.submit("on-one-node", toy=gated())
    await desk.until(lambda: any(node.job == job.id for node in nodes(desk)))
    desk.open_gate("on-one-node")
    await desk.until_state(job.id, JobState.COMPLETED)
    worked = {node.id for snapshot in desk.seen for node in snapshot.nodes.values() if node.job == job.id}
    assert worked
    assert names[0] not in worked
    assert (await desk.scheduler.resume_node(names[0])).state is NodeState.READY


async def test_a_node_lost_in_the_middle_costs_only_its_task(desk: Desk, rig: Rig) -> None:
    job = await desk.submit("lost-node", toy=gated())
    await desk.until_running(job.id, "depth_maps", tasks=2 if rig.name != "photoscan-1.4" else 1)
    await desk.until(lambda: sum(node.job == job.id for node in nodes(desk)) == 2)
    rig.lose_busy_node(next(node.host for node in nodes(desk) if node.job == job.id))
    await desk.until_job(job.id, lambda found: found.retried > 0)
    desk.open_gate("lost-node")
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error
    depth_maps = next(stage for stage in done.stages if stage.name == "depth_maps")
    assert depth_maps.tasks.completed == 4
    assert done.retried >= 1


async def test_a_job_outlives_its_agent(desk: Desk, rig: Rig) -> None:
    job = await desk.submit("orphan", toy=gated())
    await desk.until_running(job.id, "depth_maps")
    rig.kill_agent()
    await desk.until(lambda: desk.seen[-1].connection is ConnectionState.LOST)
    assert desk.job(job.id) is not None
    await desk.until(lambda: desk.seen[-1].connection is ConnectionState.CONNECTED)
    desk.open_gate("orphan")
    found = await desk.until_job(job.id, lambda found: found.state is not JobState.QUEUED)
    if found.state is JobState.PAUSED:
        assert found.error is not None
        assert found.error.kind == "interrupted"
        await desk.scheduler.resume(JobId(job.id))
    done = await desk.until_state(job.id, JobState.COMPLETED, JobState.FAILED)
    assert done.state is JobState.COMPLETED, done.error
    assert (Path(done.folder or "") / "products" / "result.json").is_file()


async def test_a_client_that_comes_back_misses_nothing(desk: Desk, rig: Rig) -> None:
    job = await desk.submit("missed", toy=gated())
    await desk.until_running(job.id, "depth_maps")
    other = Desk(rig)
    await other.follow()
    conversation = other.scheduler._conversation  # the cable, pulled
    assert conversation is not None
    await conversation.close()
    desk.open_gate("missed")
    await desk.until_job(job.id, lambda found: found.state is JobState.COMPLETED)
    found = await other.until_job(job.id, lambda found: found.state is JobState.COMPLETED)
    assert found == desk.job(job.id)
    await other.close()


async def test_a_log_tells_the_stages(desk: Desk) -> None:
    job = await desk.submit("logged")
    await desk.until_state(job.id, JobState.COMPLETED)
    lines = (await desk.scheduler.logs(JobId(job.id), lines=200)).lines
    assert {"depth_maps", "mesh"} <= {line.source for line in lines}
    assert lines[-1].text == "completed"


async def test_steering_what_a_node_may_use(desk: Desk) -> None:
    hello = await desk.scheduler.hello()
    node = next(node for node in await desk.scheduler.nodes() if node.state is not NodeState.OFFLINE)
    params = CapabilityParams(NodeId(node.id), cpu=True, gpus=(0, 1), capability="cpu")
    if "nodes.capability" not in hello.capabilities:
        with pytest.raises(TiepointError):
            await desk.scheduler.set_capability(params)
        return
    changed = await desk.scheduler.set_capability(params)
    assert (changed.capability, changed.gpu_mask, changed.cpu_enabled) == ("cpu", 3, True)
    back = await desk.scheduler.set_capability(
        CapabilityParams(NodeId(node.id), cpu=False, gpus=(0,), capability="any")
    )
    assert (back.capability, back.gpu_mask, back.cpu_enabled) == ("any", 1, False)


async def test_jobs_of_other_tools_are_followed_and_taken_over(desk: Desk, rig: Rig) -> None:
    hello = await desk.scheduler.hello()
    if not isinstance(rig, AgisoftRig):
        assert "jobs.adopt" not in hello.capabilities
        with pytest.raises(TiepointError):
            await desk.scheduler.adopt(JobId("batch-1"))
        return
    photos = sorted((rig.capture("theirs", matching={"seconds": 0.5, "tasks": 400}) / "photos").iterdir())
    number = rig.stand.add_foreign("theirs", photos, "MatchPhotos", "AlignCameras")
    identifier = JobId(f"batch-{number}")
    found = await desk.until_job(identifier, lambda job: job.state is JobState.PAUSED)
    assert found.foreign
    assert found.name == "theirs"
    assert not found.is_adopted
    await desk.scheduler.resume(identifier)
    await desk.until_job(identifier, lambda job: job.state is JobState.RUNNING and job.stage == "matching")
    assert (await desk.scheduler.adopt(identifier)).is_adopted
    assert (await desk.scheduler.set_priority(identifier, 1)).priority == 1
    assert (await desk.scheduler.pause(identifier)).foreign
    await desk.until_job(identifier, lambda job: job.state is JobState.PAUSED and job.priority == 1)
    await desk.scheduler.abort(identifier)
    aborted = await desk.until_job(identifier, lambda job: job.state.is_over)
    assert aborted.state is JobState.CANCELED
    assert aborted.is_adopted
    wait_until(lambda: not any(each.get("batch_id") == number for each in rig.stand.workers()), what="it")
