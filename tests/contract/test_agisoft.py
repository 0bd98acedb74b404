"""What only Agisoft's network processing does: workers that join paused, licences, its server's restarts, recording."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from rigs import AgisoftRig

from conftest import Desk
from program import wait_until
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.protocol.codec import from_json
from tiepoint.protocol.methods import AGENT_RECORD, RecordResult


@pytest.fixture(scope="module", params=["photoscan-1.4", "metashape-1.8", "metashape-2.3"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AgisoftRig]:
    rig = AgisoftRig(request.param, tmp_path_factory.mktemp("rig"))
    yield rig
    rig.close()


@pytest_asyncio.fixture
async def desk(rig: AgisoftRig) -> AsyncIterator[Desk]:
    rig.mend()
    desk = Desk(rig)
    await desk.follow()
    yield desk
    await desk.close()


def nodes_of(desk: Desk, host: str = "") -> list[Node]:
    return [node for node in desk.seen[-1].nodes.values() if node.host == host or not host]


def node_of(desk: Desk, host: str) -> NodeId:
    return next(node.id for node in nodes_of(desk, host) if node.state is not NodeState.OFFLINE)


def recorded(path: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


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


async def test_a_server_that_forgot_everything(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("forgotten", toy={"depth_maps": {"tasks": 4, "seconds": 0.3}})
    await desk.until_running(job.id, "depth_maps")
    rig.stand.restart_server()
    rig.mend()
    failed = await desk.until_state(job.id, JobState.FAILED)
    assert failed.error is not None
    assert failed.error.retryable
    assert "does not know the job any more" in failed.error.summary
    await desk.scheduler.retry(JobId(job.id))
    done = await desk.until_state(job.id, JobState.COMPLETED)
    lines = [line.text for line in (await desk.scheduler.logs(JobId(job.id), lines=100)).lines]
    assert sum(line.startswith("handing in") for line in lines) == 2
    assert done.error is None


async def test_a_silent_server_is_said_and_waited_for(desk: Desk, rig: AgisoftRig) -> None:
    job = await desk.submit("silent", toy={"depth_maps": {"tasks": 2, "seconds": 0.3}})
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
    wait_until(lambda: not rig.stand.has_worker("node-02"), timeout_s=5, what="the worker to end")
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
    if rig.name != "metashape-2.3":
        pytest.skip("before 2.2 new workers work at once")
    rig.stand.resumes_workers = False
    rig.stand.restart_server()
    rig.mend()
    await desk.until(lambda: sum("Paused since it joined" in node.notice for node in nodes_of(desk)) == 2)
    assert {node.state for node in nodes_of(desk)} <= {NodeState.PAUSED, NodeState.OFFLINE}
    released = await desk.scheduler.resume_node(node_of(desk, "node-01"))
    assert (released.state, released.notice) == (NodeState.READY, "")
    again = await desk.scheduler.pause_node(node_of(desk, "node-01"))
    assert (again.state, again.notice) == (NodeState.PAUSED, "")
