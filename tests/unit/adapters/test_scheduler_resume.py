"""Whatever breaks and whenever: after the next words of the agent the client knows what the agent knows, once."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fakes.scheduler import T0
from tiepoint.adapters.scheduler.subscription import RawAnswer, Subscription
from tiepoint.agent.dialogue import AgentDialogue
from tiepoint.agent.journal import Journal
from tiepoint.agent.publisher import Publisher
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, TaskCounts
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import ConnectionState
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.protocol.events import EventBody, JobChanged, NodeChanged, StageChanged, State, TasksChanged

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("node"), st.integers(0, 5)),
        st.tuples(st.just("job"), st.integers(0, 3)),
        st.tuples(st.just("stage"), st.integers(0, 3)),
        st.tuples(st.just("tasks"), st.integers(0, 3)),
        st.tuples(st.just("hear"), st.integers(1, 5)),
        st.tuples(st.just("break"), st.integers(0, 3)),
        st.tuples(st.just("many"), st.integers(1, 400)),
        st.tuples(st.just("new agent"), st.just(0)),
    ),
    max_size=40,
)


class _Agent:
    """One agent's life, what it knows, and one client at a time."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}
        self.nodes: dict[str, Node] = {}
        self.publisher = Publisher(Journal(kept=60))
        self.dialogue = self._dialogue()
        self.count = 0

    def state(self) -> State:
        return State(tuple(self.jobs.values()), tuple(self.nodes.values()))

    def change(self, what: str, number: int) -> None:
        self.count += 1
        for body in self._bodies(what, number):
            self.publisher.tell(body)
            self.publisher.flush()

    def _bodies(self, what: str, number: int) -> list[EventBody]:
        if what == "node":
            node = Node(NodeId(f"n{number}"), "h", NodeState.BUSY, errors=self.count)
            self.nodes[node.id] = node
            return [NodeChanged(node)]
        name = f"job-{number}"
        job = self.jobs.get(name) or Job(JobId(name), name, "/c", JobState.RUNNING, submitted=T0)
        if what == "job":
            job = dataclasses.replace(job, retried=self.count)
            self.jobs[name] = job
            return [JobChanged(job)]
        if name not in self.jobs:
            return []
        known = next((each for each in job.stages if each.name == "mesh"), Stage("mesh"))
        stage = dataclasses.replace(known, tasks=TaskCounts(completed=self.count))
        others = tuple(each for each in job.stages if each.name != "mesh")
        self.jobs[name] = dataclasses.replace(job, stages=(*others, stage))
        told = TasksChanged(job.id, "mesh", stage.tasks) if what == "tasks" else StageChanged(job.id, stage)
        return [told]

    def connect(self, client: Subscription) -> None:
        self.dialogue.end()
        self.dialogue = self._dialogue()
        params = from_json(dict[str, Any], to_json(client.params()))
        answer = asyncio.get_running_loop().create_task(self.dialogue.call("subscribe", params))
        self.waiting = answer

    def _dialogue(self) -> AgentDialogue:
        return AgentDialogue(self, self.publisher, lambda: None)  # type: ignore[arg-type]


async def _play(actions: list[tuple[str, int]]) -> None:
    agent, client, seen = _Agent(), Subscription(), list[tuple[str, int]]()

    async def connect() -> None:
        agent.connect(client)
        client.begin(from_json(RawAnswer, to_json(await agent.waiting)))

    def hear(most: int | None = None) -> None:
        while most is None or most > 0:
            told = agent.dialogue.next_notification()
            if told is None:
                return
            before = client.seq
            client.take(told)
            assert client.seq > before or told.method == "snapshot"
            seen.append((agent.publisher.journal.epoch, client.seq))
            most = None if most is None else most - 1

    await connect()
    for what, number in actions:
        if what == "hear":
            hear(number)
        elif what == "break":
            for _ in range(number):
                agent.change("node", 0)
            await connect()
        elif what == "new agent":
            known = agent
            known.publisher.close()
            agent = _Agent()
            agent.jobs, agent.nodes, agent.count = known.jobs, known.nodes, known.count
            await connect()
        elif what == "many":
            for each in range(number):
                agent.change("node", each % 6)
        else:
            agent.change(what, number)
    await connect()
    hear()
    snapshot = client.snapshot(ConnectionState.CONNECTED)
    assert snapshot.jobs == agent.jobs
    assert snapshot.nodes == agent.nodes
    assert client.seq == agent.publisher.journal.seq
    assert snapshot.problem is None
    agent.publisher.close()


@settings(max_examples=60, deadline=None)
@given(ACTIONS)
def test_nothing_is_lost_or_doubled(actions: list[tuple[str, int]]) -> None:
    asyncio.run(_play(actions))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 3000))
def test_a_state_too_long_for_one_message_comes_in_parts(count: int) -> None:
    async def play() -> None:
        agent, client = _Agent(), Subscription()
        for number in range(count):
            agent.nodes[f"n{number}"] = Node(NodeId(f"n{number}"), "h", NodeState.READY)
        agent.connect(client)
        client.begin(from_json(RawAnswer, to_json(await agent.waiting)))
        agent.change("node", 7)
        while (told := agent.dialogue.next_notification()) is not None:
            client.take(told)
        snapshot = client.snapshot(ConnectionState.CONNECTED)
        assert snapshot.nodes == agent.nodes
        agent.publisher.close()

    asyncio.run(play())
