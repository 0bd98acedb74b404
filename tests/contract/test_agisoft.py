"""What Agisoft's network processing alone does, in all its generations: real models, licences, other tools' hands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_desk import Desk
from engine_rigs import GENERATIONS, AgisoftRig

from tiepoint.adapters.files.result_reader import FolderResultReader
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.result_reader import ResultPlace

pytestmark = pytest.mark.parametrize("rig", list(GENERATIONS), indirect=True, scope="module")


def nodes_of(desk: Desk, host: str = "") -> list[Node]:
    return [node for node in desk.seen[-1].nodes.values() if node.host == host or not host]


def node_of(desk: Desk, host: str) -> NodeId:
    return next(node.id for node in nodes_of(desk, host) if node.state is not NodeState.OFFLINE)


def recorded(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


async def test_the_result_opens_in_the_panel(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("opened")
    done = await desk.until_state(job.id, JobState.COMPLETED)
    folder = Path(done.folder or "")
    facts = await FolderResultReader(rig.work / "captures").read(ResultPlace(folder / "products"))
    assert facts.problems == ()
    assert facts.faces == 12
    assert facts.cloud is not None
    assert (facts.cameras_aligned, facts.cameras_total) == (3, 3)
    assert [camera.photo for camera in facts.cameras] == ["0.jpg", "1.jpg", "2.jpg"]
    assert facts.cameras[1].centre == (1.0, 0.0, 5.0)
    assert facts.job == job.id


async def test_no_worker_suits_is_loud(desk: Desk, rig: AgisoftRig) -> None:
    names = [node_of(desk, host) for host in ("node-01", "node-02")]
    for name in names:
        await desk.scheduler.pause_node(name)
    job = await desk.submit("nobody")
    waiting = await desk.until_job(job.id, lambda found: found.suitable_nodes == 0)
    assert waiting.state is JobState.QUEUED
    said = [line.text for line in (await desk.scheduler.logs(JobId(job.id), lines=50)).lines if line.level == "warning"]
    assert said
    assert said[-1].startswith("0 of 2 workers suit MatchPhotos: 2 paused")
    for name in names:
        assert (await desk.scheduler.resume_node(name)).notice == ""
    await desk.until_state(job.id, JobState.COMPLETED)


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
    job = await desk.submit("theirs-too", toy={"depth_maps": {"tasks": 4, "seconds": 0.3}})
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
