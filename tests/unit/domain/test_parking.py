"""Nodes that the running stage cannot use: which, what parking them saves, and when they must be up again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tiepoint.domain.estimate import StageEstimate, TimeRange
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState, StageUses
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.parking import is_time_to_wake, parking_advice, saving

MANY = StageUses("many", gpu=True)
STAGES = (
    Stage("depth_maps", StageState.COMPLETED, uses=MANY),
    Stage("mesh", StageState.RUNNING),
    Stage("texture", uses=MANY),
    Stage("export"),
)
JOB = Job(JobId("20261126-a-000001"), "A", "/c", JobState.RUNNING, stage="mesh", stages=STAGES)
NODES = (
    Node(NodeId("n1"), "node-01", NodeState.BUSY, job=JOB.id),
    *(Node(NodeId(f"n{each}"), f"node-{each:02}", NodeState.READY) for each in range(2, 9)),
    Node(NodeId("n9"), "node-09", NodeState.PAUSED),
)
PRICES = {NodeId(f"n{each}"): 2.5 for each in range(1, 10)}
LEFT = (StageEstimate("mesh", TimeRange(2280, 3120)), StageEstimate("texture", TimeRange(500, 700)))


def test_seven_of_eight_nodes_are_idle_while_a_model_is_built() -> None:
    advice = parking_advice([JOB], NODES, PRICES, LEFT)
    assert advice is not None
    assert advice.nodes == tuple(NodeId(f"n{each}") for each in range(2, 9))
    assert (advice.stage, advice.until, advice.per_hour) == ("mesh", "texture", 17.5)
    assert advice.wait == TimeRange(2280, 3120)
    assert advice.saves == pytest.approx((9.625, 13.708), abs=0.001)


@pytest.mark.parametrize(
    "jobs",
    [
        [],
        [replace(JOB, state=JobState.PAUSED)],
        [JOB, replace(JOB, id=JobId("b"), state=JobState.QUEUED)],
        [replace(JOB, stages=(Stage("depth_maps", StageState.RUNNING, uses=MANY),))],
        [JOB, replace(JOB, id=JobId("b"), stages=(Stage("features", StageState.RUNNING),))],
        [replace(JOB, stages=())],
    ],
)
def test_nothing_is_advised_while_nodes_are_of_use(jobs: list[Job]) -> None:
    assert parking_advice(jobs, NODES, PRICES, LEFT) is None


def test_nothing_is_advised_where_nothing_can_be_parked() -> None:
    assert parking_advice([JOB], NODES[:1], PRICES, LEFT) is None
    assert parking_advice([JOB], NODES, {}, LEFT) is None


def test_a_short_wait_does_not_pay() -> None:
    assert parking_advice([JOB], NODES, PRICES, (StageEstimate("mesh", TimeRange(60, 120)),)) is None


def test_without_history_the_price_is_said_and_no_saving() -> None:
    advice = parking_advice([JOB], NODES, PRICES)
    assert advice is not None
    assert (advice.wait, advice.saves) == (None, None)


def test_nodes_that_no_later_stage_needs_are_parked_for_good() -> None:
    job = replace(JOB, stages=(*STAGES[:2], Stage("export")))
    advice = parking_advice([job], NODES, PRICES, (*LEFT[:1], StageEstimate("export", TimeRange(60, 60))))
    assert advice is not None
    assert (advice.until, advice.wait) == ("", TimeRange(2340, 3180))
    assert advice.saves == saving(TimeRange(2340, 3180), 17.5, 0.0)


def test_nodes_are_woken_so_that_they_are_up_when_needed() -> None:
    assert not is_time_to_wake([JOB], JOB.id, "texture", LEFT)
    assert is_time_to_wake([JOB], JOB.id, "texture", (StageEstimate("mesh", TimeRange(250, 500)),))
    assert not is_time_to_wake([JOB], JOB.id, "texture", ())
    begun = replace(
        JOB, stages=(*STAGES[:1], Stage("mesh", StageState.COMPLETED), Stage("texture", StageState.RUNNING))
    )
    assert is_time_to_wake([begun], JOB.id, "texture", ())


@pytest.mark.parametrize("state", [JobState.COMPLETED, JobState.CANCELED, JobState.PAUSED, JobState.FAILED])
def test_nodes_that_nobody_needs_sleep_on(state: JobState) -> None:
    rests = replace(JOB, state=state)
    assert not is_time_to_wake([rests], JOB.id, "texture", LEFT)
    assert not is_time_to_wake([], JOB.id, "texture", LEFT)
    assert not is_time_to_wake([JOB], JOB.id, "", LEFT)
    assert is_time_to_wake([rests, replace(JOB, id=JobId("b"), state=JobState.QUEUED)], JOB.id, "texture", LEFT)
