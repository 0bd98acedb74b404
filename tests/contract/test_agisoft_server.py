"""Agisoft's server and workers in trouble: forgotten jobs, silence, workers that join paused; causes and recordings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from engine_desk import Desk
from engine_rigs import AgisoftRig

from program import wait_until
from tiepoint.adapters.files.result_reader import FolderResultReader
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.result_reader import ResultPlace
from tiepoint.protocol.codec import from_json
from tiepoint.protocol.methods import AGENT_RECORD, RecordResult

pytestmark = pytest.mark.parametrize("rig", ["metashape-2.3"], indirect=True, scope="module")


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


@pytest.mark.parametrize(
    ("stage", "text", "kind"),
    [
        ("alignment", "Zero resolution: no tie points", "no-tie-points"),
        ("export", "Can't write file: No space left on device", "no-space"),
    ],
)
async def test_causes_are_told_apart(desk: Desk, stage: str, text: str, kind: str) -> None:
    job = await desk.submit(f"cause-{kind}", toy={stage: {"error": text}})
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.kind == kind
    assert text in failed.error.detail


async def test_missing_photos_are_named(desk: Desk, rig: AgisoftRig) -> None:
    capture = rig.capture("no-photos")
    for photo in (capture / "photos").iterdir():
        photo.unlink()
    job = await desk.scheduler.submit(desk.request(capture, key="no-photos"))
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.kind == "missing-path"


async def test_a_server_that_forgot_everything(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("forgotten", toy={"depth_maps": {"tasks": 4, "gate": True}})
    await desk.until_running(job.id, "depth_maps")
    rig.stand.restart_server()
    rig.mend()
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.retryable
    assert "does not know the job any more" in failed.error.summary
    desk.open_gate("forgotten")
    await desk.scheduler.retry(JobId(job.id))
    done = await desk.until_state(job.id, JobState.COMPLETED)
    lines = [line.text for line in (await desk.scheduler.logs(JobId(job.id), lines=100)).lines]
    assert sum(line.startswith("handing in") for line in lines) == 2
    assert done.error is None


async def test_a_silent_server_is_said_and_waited_for(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("silent", toy={"depth_maps": {"tasks": 2, "gate": True}})
    await desk.until_running(job.id, "depth_maps")
    rig.stand.kill_server()
    await desk.until(lambda: any("does not answer" in node.notice for node in desk.seen[-1].nodes.values()))
    found = desk.job(job.id)
    assert found is not None
    assert found.state is JobState.RUNNING
    rig.stand.restart_server()
    rig.mend()
    await desk.until_state(job.id, JobState.FAILED)


async def test_a_quit_worker_is_gone(desk: Desk, rig: AgisoftRig) -> None:
    await desk.scheduler.quit_node(node_of(desk, "node-02"))
    wait_until(lambda: not rig.stand.has_worker("node-02"), what="the worker to end")
    await desk.until(
        lambda: all(n.state is NodeState.OFFLINE for n in desk.seen[-1].nodes.values() if n.host == "node-02")
    )


async def test_the_raw_words_are_recorded(desk: Desk) -> None:
    begun = await desk.scheduler.record(on=True)
    await desk.submit("recorded")
    await desk.until(lambda: Path(begun.path).stat().st_size > 2000)
    ended = await desk.scheduler.record(on=False)
    assert ended.path == begun.path
    assert ended.bytes > 0
    calls = recorded(begun.path)
    assert {"batchList"} <= {call["call"] for call in calls}
    assert any(call["answer"] for call in calls)
    assert from_json(AGENT_RECORD.result, {"path": "x", "on": True}) == RecordResult("x", True)


async def test_a_nodes_log_can_be_read(desk: Desk) -> None:
    job = await desk.submit("node-log")
    await desk.until_state(job.id, JobState.COMPLETED)
    node = node_of(desk, "node-01")
    lines = (await desk.scheduler.node_logs(node, lines=20)).lines
    assert any("connected" in line.text or "started" in line.text for line in lines)


async def test_new_workers_join_paused_are_said_and_released(desk: Desk, rig: AgisoftRig) -> None:
    rig.stand.resumes_workers = False
    rig.stand.restart_server()
    rig.mend()
    await desk.until(lambda: sum("Paused since it joined" in node.notice for node in nodes_of(desk)) == 2)
    assert {node.state for node in nodes_of(desk)} <= {NodeState.PAUSED, NodeState.OFFLINE}
    released = await desk.scheduler.resume_node(node_of(desk, "node-01"))
    assert (released.state, released.notice) == (NodeState.READY, "")
    again = await desk.scheduler.pause_node(node_of(desk, "node-01"))
    assert (again.state, again.notice) == (NodeState.PAUSED, "")
