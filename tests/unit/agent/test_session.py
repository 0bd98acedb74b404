"""One client's stream, without sockets: a slow reader gets a snapshot, a mistake of ours is an answer."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from patience import PATIENCE_S, until
from tiepoint.agent.dialogue import MOST_WAITING_EVENTS, AgentDialogue
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import Publisher
from tiepoint.daemon.session import Session
from tiepoint.domain.identifiers import JobId
from tiepoint.protocol.events import ProductReady, State
from tiepoint.protocol.framing import encode_message
from tiepoint.protocol.hello import EngineVersion, HelloResult


class FakeWriter:
    """Takes nothing until it is let."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.lines: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self.lines.extend(json.loads(line) for line in data.splitlines())

    async def drain(self) -> None:
        await self.free.wait()

    def close(self) -> None:
        return

    async def wait_closed(self) -> None:
        return


class FakeMethods:
    def hello(self, params: Any) -> HelloResult:
        from datetime import UTC, datetime

        return HelloResult("0", EngineVersion("toy", "1"), (), "epoch", datetime.now(UTC))

    def state(self) -> State:
        return State()

    async def call(self, name: str, params: Any) -> Any:
        if name == "jobs.list":
            raise ZeroDivisionError
        return State()


class Fixture:
    def __init__(self) -> None:
        self.reader = asyncio.StreamReader()
        self.writer = FakeWriter()
        self.publisher = Publisher(Journal())
        self.session = Session(
            self.reader,
            self.writer,  # type: ignore[arg-type]
            lambda wake: AgentDialogue(FakeMethods(), self.publisher, wake),  # type: ignore[arg-type]
            "agent",
        )
        self.serving = asyncio.create_task(self.session.serve())

    def ask(self, number: int, method: str, **params: Any) -> None:
        self.reader.feed_data(encode_message({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def end(self) -> None:
        self.writer.free.set()
        self.reader.feed_eof()
        await asyncio.wait_for(self.serving, PATIENCE_S)
        self.publisher.close()


@pytest.fixture
async def fixture() -> Any:
    made = Fixture()
    made.ask(1, "hello", client="test")
    await made.settle()
    yield made
    await made.end()


async def test_a_slow_client_gets_a_snapshot_instead_of_a_queue(fixture: Fixture) -> None:
    fixture.ask(2, "subscribe")
    await fixture.settle()
    fixture.writer.free.clear()
    for number in range(MOST_WAITING_EVENTS * 3):
        fixture.publisher.tell(ProductReady(JobId("j"), str(number), "/p", 1))
        if number % 50 == 0:
            await asyncio.sleep(0)
    fixture.writer.free.set()
    await until(lambda: any(line.get("method") == "snapshot" for line in fixture.writer.lines))
    fixture.publisher.tell(ProductReady(JobId("j"), "last", "/p", 1))
    await until(lambda: fixture.writer.lines[-1].get("params", {}).get("name") == "last")
    methods = [line.get("method") for line in fixture.writer.lines[2:]]
    assert methods.count("snapshot") == 1
    assert len(methods) < MOST_WAITING_EVENTS
    snapshot = next(line for line in fixture.writer.lines if line.get("method") == "snapshot")["params"]
    after = fixture.writer.lines[-1]["params"]
    assert after["name"] == "last"
    assert after["seq"] == snapshot["seq"] + 1


async def test_a_mistake_of_ours_is_an_answer(fixture: Fixture, expected_logs: list[str]) -> None:
    expected_logs.append("the request jobs.list failed")
    fixture.ask(2, "jobs.list")
    fixture.ask(3, "nodes.list")
    await until(lambda: len(fixture.writer.lines) >= 3)
    assert fixture.writer.lines[1]["error"]["code"] == -32603
    assert fixture.writer.lines[2]["id"] == 3


async def test_notifications_and_answers_of_a_client_are_passed_over(fixture: Fixture) -> None:
    fixture.reader.feed_data(b'{"jsonrpc": "2.0", "method": "hi"}\n{"jsonrpc": "2.0", "id": 4, "result": 1}\n')
    fixture.ask(5, "nodes.list")
    await until(lambda: len(fixture.writer.lines) >= 2)
    assert [line["id"] for line in fixture.writer.lines] == [1, 5]
