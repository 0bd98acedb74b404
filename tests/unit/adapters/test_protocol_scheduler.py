"""What only the protocol's client does: connecting again, surviving nonsense, hearing events in order."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
import pytest_asyncio

from fakes.agent import FakeAgent
from fakes.scheduler import FakeScheduler
from patience import PATIENCE_S
from tiepoint.adapters.scheduler import client as client_module
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, ProtocolError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.ports.scheduler import ConnectionState
from tiepoint.protocol.envelope import Notification, Request, Response
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.events import EVENT
from tiepoint.protocol.framing import MESSAGE_LIMIT_BYTES, encode_message
from tiepoint.protocol.methods import SubmitParams

REQUEST = SubmitParams(capture="/captures/c", preset="draft", key="k1")


class Agents:
    """An agent, its client, and the pauses the client made."""

    def __init__(self) -> None:
        self.fake = FakeScheduler()
        self.agent = FakeAgent(self.fake)
        self.pauses: list[float] = []
        self.client = ProtocolScheduler(self.agent.open_stream, "test", sleep=self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == 4:
            self.fake.is_reachable = True
        await asyncio.sleep(0)


@pytest_asyncio.fixture
async def agents() -> Agents:
    return Agents()


async def test_a_broken_connection_is_made_again_for_a_call(agents: Agents) -> None:
    await agents.client.submit(REQUEST)
    await agents.agent.drop_all()
    assert len(await agents.client.jobs()) == 1
    assert agents.agent.opened == 2
    await agents.client.close()


async def test_a_call_whose_answer_is_lost_is_asked_again_and_makes_one_job(agents: Agents) -> None:
    async def cut(request: Request) -> None:
        await agents.agent._answer(request)
        await agents.agent.drop_all()

    def once(request: Request) -> bytes | None:
        if request.method != "jobs.submit" or agents.agent.opened > 1:
            return None
        asyncio.ensure_future(cut(request))  # noqa: RUF006  ends with the loop of this test
        return b""

    agents.agent.spoil = once
    await agents.client.submit(REQUEST)
    assert len(agents.fake.all_jobs) == 1
    await agents.client.close()


async def test_following_survives_a_lost_agent_and_hears_what_was_missed(agents: Agents) -> None:
    job = await agents.client.submit(REQUEST)
    seen: list[tuple[ConnectionState, JobState]] = []
    async with aclosing(agents.client.follow()) as snapshots:
        async for snapshot in snapshots:
            seen.append((snapshot.connection, snapshot.jobs[job.id].state))
            if len(seen) == 1:
                agents.fake.is_reachable = False
                await agents.agent.drop_all()
                agents.agent.scheduler.set(job.id, state=JobState.RUNNING)
            if seen[-1] == (ConnectionState.CONNECTED, JobState.RUNNING):
                break
    assert (ConnectionState.LOST, JobState.QUEUED) in seen
    assert agents.pauses == [0.2, 0.5, 1.0, 2.0]
    assert agents.agent.subscribes[-1]["since"] == {"epoch": "epoch-1", "seq": 40}
    await agents.client.close()


async def test_a_new_agent_is_asked_for_everything(agents: Agents) -> None:
    job = await agents.client.submit(REQUEST)
    async with aclosing(agents.client.follow()) as snapshots:
        await anext(snapshots)
        await agents.agent.drop_all()
        agents.fake.epoch = "epoch-2"
        agents.agent.seq = 0
        agents.fake.set(job.id, state=JobState.PAUSED)
        async for snapshot in snapshots:
            if snapshot.connection is ConnectionState.CONNECTED and snapshot.jobs[job.id].state is JobState.PAUSED:
                break
    await agents.client.close()


async def test_a_snapshot_replaces_what_was_known(agents: Agents) -> None:
    job = await agents.client.submit(REQUEST)
    async with aclosing(agents.client.follow()) as snapshots:
        assert job.id in (await anext(snapshots)).jobs
        agents.fake.all_jobs.clear()
        agents.agent.tell_snapshot()
        assert not (await anext(snapshots)).jobs
    await agents.client.close()


async def test_a_whole_state_is_told_while_many_changes_come_together(
    agents: Agents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "_BRISK", 0.001)
    monkeypatch.setattr(client_module, "_SLOWEST", 20_000)  # far longer than a test may take
    job = await agents.client.submit(REQUEST)
    async with aclosing(agents.client.follow()) as snapshots:
        await anext(snapshots)
        agents.fake.set(job.id, state=JobState.RUNNING)
        following = asyncio.ensure_future(anext(snapshots))
        await wait_for_waiting(agents.client)
        agents.fake.all_jobs.clear()
        agents.agent.tell_snapshot()
        assert not (await asyncio.wait_for(following, PATIENCE_S)).jobs
    await agents.client.close()


async def wait_for_waiting(client: ProtocolScheduler) -> None:
    """Until a change was heard that nobody looked at."""
    while not client._subscription.waiting:  # noqa: ASYNC110  nothing tells of it
        await asyncio.sleep(0.01)


async def test_an_event_sent_with_the_answer_to_subscribe_is_not_lost(agents: Agents) -> None:
    job = await agents.client.submit(REQUEST)
    agent = agents.agent

    def with_event(request: Request) -> bytes | None:
        if request.method != "subscribe":
            return None
        answer = Response(request.id, _json(agent._subscribed(None)))
        lines = encode_message(answer.message())
        changed = agent.scheduler.all_jobs[job.id]
        return lines + encode_message(Notification(EVENT, _event(agent, changed)).message())

    agent.spoil = with_event
    async with aclosing(agents.client.follow()) as snapshots:
        async for snapshot in snapshots:
            if snapshot.jobs[job.id].state is JobState.COMPLETED:
                break
    await agents.client.close()


def _json(value: object) -> object:
    from tiepoint.protocol.codec import to_json

    return to_json(value)


def _event(agent: FakeAgent, job: Job) -> dict[str, object]:
    import dataclasses

    from fakes.scheduler import T0
    from tiepoint.protocol.events import Event, JobChanged

    return Event(agent.seq + 1, T0, JobChanged(dataclasses.replace(job, state=JobState.COMPLETED))).params()


@pytest.mark.parametrize(
    "noise",
    [b"this is no JSON\n", b"[1, 2]\n", b'{"jsonrpc": "1.0"}\n', b"\xff\xfe\n", b"x" * (MESSAGE_LIMIT_BYTES + 2)],
    ids=["text", "list", "old", "bytes", "endless"],
)
async def test_an_unreadable_agent_is_said_and_left(agents: Agents, noise: bytes) -> None:
    agents.agent.spoil = lambda request: noise if request.method == "jobs.list" else None
    with pytest.raises(ProtocolError) as unreadable:
        await agents.client.jobs()
    assert unreadable.value.remedy
    agents.agent.spoil = lambda request: None
    assert await agents.client.jobs() == ()
    await agents.client.close()


async def test_an_answer_of_the_wrong_shape_is_said(agents: Agents) -> None:
    agents.agent.spoil = lambda request: (
        encode_message(Response(request.id, {"jobs": 5}).message()) if request.method == "jobs.list" else None
    )
    with pytest.raises(ProtocolError, match="cannot be read"):
        await agents.client.jobs()
    await agents.client.close()


async def test_an_event_nobody_can_read_is_passed_over(agents: Agents, expected_logs: list[str]) -> None:
    expected_logs.append("passed over")
    job = await agents.client.submit(REQUEST)
    async with aclosing(agents.client.follow()) as snapshots:
        await anext(snapshots)
        agents.agent.tell(Notification(EVENT, {"seq": "many"}))
        agents.agent.tell(Notification("weather", {}))
        agents.fake.set(job.id, state=JobState.RUNNING)
        async for snapshot in snapshots:
            if snapshot.jobs[job.id].state is JobState.RUNNING:
                break
    await agents.client.close()


async def test_a_stream_that_ends_twice_is_a_lost_connection(agents: Agents) -> None:
    async def hang_up(request: Request) -> None:
        await agents.agent.drop_all()

    def always(request: Request) -> bytes | None:
        if request.method != "jobs.list":
            return None
        asyncio.ensure_future(hang_up(request))  # noqa: RUF006  ends with the loop of this test
        return b""

    agents.agent.spoil = always
    with pytest.raises(ConnectionLost) as lost:
        await agents.client.jobs()
    assert lost.value.retryable
    await agents.client.close()


async def test_closing_twice_is_fine_and_calls_connect_again(agents: Agents) -> None:
    await agents.client.close()
    await agents.client.jobs()
    await agents.client.close()
    await agents.client.close()
    agents.fake.is_reachable = False
    with pytest.raises(AgentUnavailable):
        await agents.client.hello()


async def test_a_list_too_long_for_one_answer_comes_through_the_subscription(agents: Agents) -> None:
    job = await agents.client.submit(REQUEST)

    def too_long(request: Request) -> bytes | None:
        if request.method not in ("jobs.list", "nodes.list"):
            return None
        failure = Failure("protocol", "The answer is too long; ask for less at once.")
        return encode_message(Response.failed(request.id, ErrorCode.MESSAGE_TOO_LONG, failure).message())

    agents.agent.spoil = too_long
    assert [each.id for each in await agents.client.jobs()] == [job.id]
    assert len(await agents.client.nodes()) == 1
    await agents.client.close()
