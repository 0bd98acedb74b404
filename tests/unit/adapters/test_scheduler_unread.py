"""Events that are told by the head of their line and read when somebody looks: the same state as if all were read."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.scheduler import T0
from tiepoint.adapters.scheduler.doubts import Doubts
from tiepoint.adapters.scheduler.subscription import RawAnswer, Subscription
from tiepoint.adapters.scheduler.unread import LONGEST, unread
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import ConnectionState
from tiepoint.protocol.codec import to_json
from tiepoint.protocol.envelope import Notification
from tiepoint.protocol.events import EVENT, Event, EventBody, JobChanged, NodeChanged, StageChanged, State, TasksChanged
from tiepoint.protocol.framing import decode_message, encode_message

JOB = Job(JobId("20261122-a-000000"), "a", "/c", JobState.RUNNING, stages=(Stage("check"), Stage("features")))
NODE = Node(NodeId("n1"), "Werkstatt", NodeState.READY)
STATE = State((JOB,), (NODE,))

_names = st.sampled_from(("n1", "n2", "knoten-ä", 'a"b'))
_bodies = st.one_of(
    st.builds(lambda name, task: NodeChanged(dataclasses.replace(NODE, id=NodeId(name), task=task)), _names, st.text()),
    st.builds(lambda priority: JobChanged(dataclasses.replace(JOB, priority=priority)), st.integers(0, 9)),
    st.builds(lambda name: JobChanged(dataclasses.replace(JOB, id=JobId(f"20261122-{name}-000001"))), _names),
    st.builds(
        lambda stage, done: TasksChanged(JOB.id, stage, TaskCounts(completed=done)),
        st.sampled_from(("check", "features", "mesh")),
        st.integers(0, 99),
    ),
    st.builds(lambda: StageChanged(JOB.id, Stage("features", StageState.RUNNING))),
)


def _line(number: int, body: EventBody) -> bytes:
    return encode_message(Notification(EVENT, Event(number, T0, body).params()).message()).rstrip(b"\n")


def _begun() -> Subscription:
    made = Subscription(Doubts("agent"), now=lambda: T0)
    made.begin(RawAnswer(10, "epoch", snapshot=to_json(STATE)))
    return made


def _read(subscription: Subscription, line: bytes) -> None:
    subscription.take(Notification(EVENT, decode_message(line)["params"]), line)


@given(st.lists(st.tuples(_bodies, st.booleans()), max_size=30))
def test_what_is_read_late_is_the_same(told: list[tuple[EventBody, bool]]) -> None:
    late, early = _begun(), _begun()
    for number, (body, is_looked_at) in enumerate(told, start=11):
        line = _line(number, body)
        _read(early, line)
        if not late.keep(line):
            _read(late, line)
        if is_looked_at:
            assert late.snapshot(ConnectionState.CONNECTED) == early.snapshot(ConnectionState.CONNECTED)
    assert late.seq == early.seq
    assert late.snapshot(ConnectionState.CONNECTED) == early.snapshot(ConnectionState.CONNECTED)


def test_what_changes_often_is_known_by_its_head() -> None:
    kept = [NodeChanged(NODE), JobChanged(JOB), TasksChanged(JOB.id, "features", TaskCounts())]
    assert all(unread(_line(11, body)) is not None for body in kept)
    assert unread(_line(11, StageChanged(JOB.id, Stage("features")))) is None


def test_a_line_that_came_before_is_passed_over() -> None:
    subscription = _begun()
    assert subscription.keep(_line(10, NodeChanged(dataclasses.replace(NODE, state=NodeState.FAILED))))
    assert subscription.snapshot(ConnectionState.CONNECTED).nodes[NODE.id] is not None
    assert subscription.snapshot(ConnectionState.CONNECTED).nodes[NODE.id].state is NodeState.READY


def test_nothing_is_kept_before_there_is_a_state() -> None:
    assert not Subscription(Doubts("agent")).keep(_line(11, NodeChanged(NODE)))


@pytest.mark.parametrize(
    "line",
    [
        b" " + _line(11, NodeChanged(NODE)),
        _line(11, NodeChanged(NODE))[:-2],
        _line(11, NodeChanged(dataclasses.replace(NODE, task="x" * LONGEST))),
        _line(11, NodeChanged(NODE)).replace(b'"n1"', b'"\xff1"'),
        _line(11, NodeChanged(NODE)).replace(b'"seq":11', b'"seq":011'),
        b'{"jsonrpc":"2.0","id":1,"result":{}}',
    ],
)
def test_other_lines_are_left_to_be_read(line: bytes) -> None:
    assert not _begun().keep(line)


@pytest.mark.parametrize(
    "line",
    [
        _line(11, NodeChanged(NODE)).replace(b'"host":', b'"host"'),
        _line(11, NodeChanged(NODE)).replace(b'"ready"', b'"\xff"'),
        _line(11, NodeChanged(NODE)).replace(b'"host":', b'"id":"n2","host":'),
        _line(11, NodeChanged(NODE)).replace(b'"ready"', b'"dancing"'),
        _line(11, JobChanged(JOB)).replace(b'"photos":0', b'"photos":NaN'),
        _line(11, TasksChanged(JOB.id, "features", TaskCounts())).replace(b'"waiting":0', b'"waiting":?'),
    ],
)
def test_a_line_that_cannot_be_read_after_all_is_said_and_passed_over(line: bytes, expected_logs: list[str]) -> None:
    expected_logs.append("passed over for the 1. time")
    subscription = _begun()
    assert subscription.snapshot(ConnectionState.CONNECTED).problem is None
    assert subscription.keep(line)
    other = dataclasses.replace(NODE, id=NodeId("n3"), state=NodeState.BUSY)
    assert subscription.keep(_line(12, NodeChanged(other)))
    snapshot = subscription.snapshot(ConnectionState.CONNECTED)
    assert snapshot.nodes == {NODE.id: NODE, other.id: other}
    assert snapshot.jobs == {JOB.id: JOB}
    assert snapshot.problem is not None


def test_lines_are_read_as_they_are_written() -> None:
    body = NodeChanged(dataclasses.replace(NODE, id=NodeId("knoten-ä")))
    assert unread(_line(11, body)) == (11, "knoten-ä", "", "")
    assert unread(_line(12, JobChanged(JOB))) == (12, "", JOB.id, "")
    assert unread(_line(13, TasksChanged(JOB.id, "features", TaskCounts()))) == (13, "", JOB.id, "features")
