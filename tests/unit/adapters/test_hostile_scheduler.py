"""A scheduler that lies, shouts and talks nonsense: the client stays small and quick, and says what is wrong."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

import pytest
import pytest_asyncio

from fakes.agent import MemoryStream
from fakes.scheduler import T0
from patience import PATIENCE_S
from tiepoint.adapters.scheduler import mirror as limits
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.mirror import Mirror
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import ConnectionState, SchedulerSnapshot
from tiepoint.protocol.codec import to_json
from tiepoint.protocol.framing import MESSAGE_LIMIT_BYTES

NODE = to_json(Node(NodeId("n1"), "h", NodeState.READY))
JOB = to_json(Job("j1", "a", "/c", JobState.RUNNING))  # type: ignore[arg-type]
HELLO = {
    "agent": "9",
    "engine": {"name": "evil", "version": "1"},
    "capabilities": [],
    "epoch": "e",
    "time": to_json(T0),
}


def line(**message: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n"


def event(seq: Any, **params: Any) -> bytes:
    return line(method="event", params={"seq": seq, "time": to_json(T0), **params})


class Hostile:
    """Greets and subscribes like an agent, and then says what a test likes."""

    def __init__(self) -> None:
        self.words: Callable[[int], bytes] = lambda _time: b""
        self.opened = 0
        self.pauses: list[float] = []
        self.streams: list[MemoryStream] = []
        self._tasks: list[asyncio.Task[None]] = []
        self.client = ProtocolScheduler(self.open_stream, "test", self._sleep, name="east", period_s=0.0)

    async def open_stream(self) -> MemoryStream:
        mine, theirs = MemoryStream.pair()
        self.opened += 1
        self.streams.append(theirs)
        self._tasks.append(asyncio.create_task(self._serve(theirs)))
        return mine

    async def _serve(self, stream: MemoryStream) -> None:
        while data := await stream.read(1 << 20):
            asked = json.loads(data)
            if asked["method"] == "hello":
                await stream.write(line(id=asked["id"], result=HELLO))
            elif asked["method"] == "subscribe":
                state = {"jobs": [JOB], "nodes": [NODE]}
                await stream.write(line(id=asked["id"], result={"seq": 10, "epoch": "e", "snapshot": state}))
                if words := self.words(self.opened):
                    await stream.write(words)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def first(self, claim: Callable[[SchedulerSnapshot], bool]) -> SchedulerSnapshot:
        """Follow until something is so."""
        async with asyncio.timeout(PATIENCE_S), aclosing(self.client.follow()) as snapshots:
            async for snapshot in snapshots:
                if claim(snapshot):
                    return snapshot
        raise AssertionError

    async def end(self) -> None:
        await self.client.close()
        for stream in self.streams:
            await stream.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest_asyncio.fixture
async def hostile() -> AsyncIterator[Hostile]:
    made = Hostile()
    yield made
    await made.end()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no message of our protocol"),
        (b"\xff\xfe\x00\x01\n", "no message of our protocol"),
        (b'{"jsonrpc":"2.0","method":"event","params":{"seq":NaN}}\n', "no message of our protocol"),
        (b"[" * 100_000 + b"\n", "no message of our protocol"),
        (b'{"a":' * 50_000 + b"\n", "no message of our protocol"),
        (b'{"jsonrpc":"2.0","method":"event","params":{"seq":' + b"9" * 10_000 + b"}}\n", "no message of our protocol"),
        (b"x" * (10 * 1024 * 1024) + b"\n", "a line of more than 1 MiB"),
        (b"x" * (MESSAGE_LIMIT_BYTES + 2), "a line of more than 1 MiB"),
    ],
)
async def test_a_stream_of_nonsense_is_closed_with_a_sentence(hostile: Hostile, words: bytes, said: str) -> None:
    hostile.words = lambda _time: words
    lost = await hostile.first(lambda snapshot: snapshot.connection is ConnectionState.LOST)
    assert lost.problem is not None
    assert lost.problem.summary == f"The scheduler of east sent something unreadable: {said}."
    assert lost.nodes.keys() == {"n1"}
    assert len(lost.problem.detail) < 1000


async def test_nonsense_again_and_again_is_asked_more_and_more_rarely(hostile: Hostile) -> None:
    hostile.words = lambda time: b"\x00\n" if time < 6 else b""
    up = await hostile.first(lambda snapshot: snapshot.connection is ConnectionState.CONNECTED and hostile.opened == 6)
    assert up.problem is None
    assert hostile.pauses == [0.2, 0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    "words",
    [
        event(-5, kind="node.changed", node=NODE),
        event(True, kind="node.changed", node=NODE),
        event("11", kind="node.changed", node=NODE),
        event(2**80, kind="node.changed", node=NODE),
        event(11, kind="node.changed", node=[]),
        event(11, kind="node.changed", node={"id": 5}),
        event(11, kind="node.changed", node={"id": "x" * 501}),
        event(11, kind="node.changed", node={**NODE, "state": "dancing"}),
        event(11, kind="node.changed", node={**NODE, "heard": "0001-01-01T00:00:00+14:00"}),
        event(11, kind="node.changed", node={**NODE, "memory_bytes": 10**30}),
        event(11, kind="job.changed", job={**JOB, "stages": {"a": 1}}),
        event(11, kind="job.changed", job={**JOB, "state": None}),
        event(11, kind="stage.changed", job=[], stage={}),
        event(11, kind="stage.changed", job="j1", stage={"name": "mesh", "tasks": "many"}),
        event(11, kind="tasks.changed", job="j1", stage="mesh", tasks={"running": 1.5}),
        line(method="snapshot", params={"seq": "x"}),
    ],
)
async def test_an_event_that_cannot_be_right_is_said_and_passed_over(
    hostile: Hostile, words: bytes, expected_logs: list[str]
) -> None:
    expected_logs.append("passed over")
    assert (await hostile.first(lambda _snapshot: True)).problem is None
    await hostile.streams[-1].write(words)
    told = await hostile.first(lambda snapshot: snapshot.problem is not None)
    assert told.connection is ConnectionState.CONNECTED
    assert told.problem is not None
    summary = "The scheduler of east sent one message that cannot be right; what it says is not shown."
    assert told.problem.summary == summary
    assert told.jobs["j1"].name == "a"
    assert told.nodes[NodeId("n1")].host == "h"


async def test_after_nonsense_what_makes_sense_is_shown(hostile: Hostile, expected_logs: list[str]) -> None:
    expected_logs.append("passed over")
    busy = {**NODE, "state": "busy"}
    hostile.words = lambda _time: event(-1) + event(11, kind="weather") + event(12, kind="node.changed", node=busy)
    told = await hostile.first(lambda snapshot: snapshot.nodes[NodeId("n1")].state is NodeState.BUSY)
    assert told.connection is ConnectionState.CONNECTED


async def test_texts_without_end_are_cut(hostile: Hostile) -> None:
    long = {**NODE, "notice": "x" * 900_000, "version": "\ud800<b>"}
    hostile.words = lambda _time: event(11, kind="node.changed", node=long)
    told = await hostile.first(lambda snapshot: bool(snapshot.nodes[NodeId("n1")].notice))
    assert len(told.nodes[NodeId("n1")].notice) < 10_000
    assert told.nodes[NodeId("n1")].version == "?<b>"


async def test_a_flood_leaves_the_loop_to_others(hostile: Hostile) -> None:
    flood = b"".join(event(11 + number, kind="node.changed", node=NODE) for number in range(5_000))

    hostile.words = lambda _time: b""
    await hostile.first(lambda _snapshot: True)
    stream = hostile.streams[-1]
    pieces = [flood[at : at + 65536] for at in range(0, len(flood), 65536)]
    for piece in pieces:
        await stream.write(piece)
    late: list[float] = []
    async with asyncio.timeout(PATIENCE_S):
        while hostile.client._subscription.seq < 5_000:
            began = time.thread_time()
            await asyncio.sleep(0)
            late.append(time.thread_time() - began)
    # Every piece is taken by itself; between two of them everybody else has their turn.
    assert len([each for each in late if each > 0.0]) > len(pieces) // 2
    assert max(late) < 0.25


def test_a_scheduler_of_a_million_nodes_does_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]
) -> None:
    expected_logs.append("passed over")
    monkeypatch.setattr(limits, "MOST_NODES", 100)
    doubts = Doubts("scheduler of east")
    mirror = Mirror("e", 0, doubts)
    for number in range(1000):
        params = {"seq": number + 1, "kind": "node.changed", "node": {**NODE, "id": f"n{number}"}}
        assert mirror.take(params, 500, T0)
    assert len(mirror.nodes()) == 100
    assert doubts.failure is not None
    assert doubts.failure.summary.startswith("The scheduler of east sent 900 messages")
    assert doubts.failure.detail == "more than 100 nodes"


def test_what_is_kept_is_limited_in_bytes(monkeypatch: pytest.MonkeyPatch, expected_logs: list[str]) -> None:
    expected_logs.append("passed over")
    monkeypatch.setattr(limits, "MOST_BYTES", 10_000)
    mirror = Mirror("e", 0, Doubts("agent"))
    for number in range(100):
        mirror.take({"seq": number + 1, "kind": "node.changed", "node": {**NODE, "id": f"n{number}"}}, 1000, T0)
    assert len(mirror.nodes()) == 10
