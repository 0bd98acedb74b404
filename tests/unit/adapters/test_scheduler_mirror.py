"""The agent's state, kept from its events."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path

from fakes.scheduler import T0
from tiepoint.adapters.conversation.streams import PairStream
from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.mirror import Mirror
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.domain.node import Node, NodeState
from tiepoint.protocol.codec import to_json
from tiepoint.protocol.events import (
    Event,
    EventBody,
    JobChanged,
    LogLines,
    NodeChanged,
    StageChanged,
    State,
    TasksChanged,
)

JOB = Job(JobId("20261122-a-000000"), "a", "/c", JobState.RUNNING, stages=(Stage("check"), Stage("features")))
NODE = Node(NodeId("n1"), "workshop", NodeState.READY)


def _start() -> Mirror:
    mirror = Mirror("epoch", 10, Doubts("agent"))
    mirror.put_state(to_json(State((JOB,), (NODE,))), 1000)
    return mirror


def _take(mirror: Mirror, number: int, body: EventBody) -> bool:
    return mirror.take(Event(number, T0, body).params(), 100, T0)


def _after(*bodies: EventBody) -> Mirror:
    mirror = _start()
    for number, body in enumerate(bodies, start=11):
        assert _take(mirror, number, body)
    return mirror


def test_jobs_and_nodes_are_replaced_or_added() -> None:
    done = dataclasses.replace(JOB, state=JobState.COMPLETED)
    other = dataclasses.replace(JOB, id=JobId("20261122-b-000000"))
    busy = dataclasses.replace(NODE, state=NodeState.BUSY)
    mirror = _after(JobChanged(done), JobChanged(other), NodeChanged(busy))
    assert mirror.jobs() == {done.id: done, other.id: other}
    assert mirror.nodes() == {NODE.id: busy}
    assert (mirror.seq, mirror.heard) == (13, T0)


def test_stages_change_inside_their_job() -> None:
    running = Stage("features", StageState.RUNNING)
    mirror = _after(StageChanged(JOB.id, running), TasksChanged(JOB.id, "features", TaskCounts(running=2)))
    assert [stage.name for stage in mirror.jobs()[JOB.id].stages] == ["check", "features"]
    assert mirror.jobs()[JOB.id].stages[1].tasks.running == 2
    assert mirror.jobs()[JOB.id].stages[1].state is StageState.RUNNING


def test_what_is_new_or_unknown_does_no_harm() -> None:
    unknown = JobId("20261122-x-000000")
    mirror = _after(
        StageChanged(JOB.id, Stage("mesh")),
        StageChanged(unknown, Stage("mesh")),
        TasksChanged(unknown, "mesh", TaskCounts()),
        LogLines((), job=JOB.id),
    )
    assert mirror.take({"seq": 15, "time": "2026-11-22T10:00:00Z", "kind": "weather.changed"}, 60, T0)
    assert [stage.name for stage in mirror.jobs()[JOB.id].stages] == ["check", "features", "mesh"]
    assert unknown not in mirror.jobs()
    assert mirror.seq == 15


def test_an_old_event_is_passed_over() -> None:
    mirror = _start()
    assert not _take(mirror, 10, JobChanged(dataclasses.replace(JOB, state=JobState.FAILED)))
    assert mirror.jobs() == {JOB.id: JOB}


def test_what_did_not_change_stays_the_same_object() -> None:
    mirror = _start()
    before = mirror.jobs()[JOB.id]
    _take(mirror, 11, NodeChanged(dataclasses.replace(NODE, state=NodeState.BUSY)))
    assert mirror.jobs()[JOB.id] is before
    assert mirror.nodes()[NODE.id].state is NodeState.BUSY
    assert mirror.nodes()[NODE.id] is mirror.nodes()[NODE.id]


async def test_a_socket_is_a_stream(tmp_path: Path) -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    path = str(tmp_path / "s")
    async with await asyncio.start_unix_server(echo, path):
        stream = PairStream(*await asyncio.open_unix_connection(path))
        await stream.write(b"hello")
        assert await stream.read(100) == b"hello"
        assert await stream.read(100) == b""
        await stream.close()
