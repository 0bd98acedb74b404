"""Stage-aware parking: nodes that the running stage cannot use, what they cost, and what parking them saves. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.estimate import StageEstimate, TimeRange
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.stages import uses_many_nodes

WAKING_S: Final = 300.0
"""How long a machine takes from being started to its node being heard, unless measured (deployments: 4 to 6 min)."""
_WORTH_S: Final = 2.0
"""Parking is worth it when the wait is at least so many times the waking."""


@dataclass(frozen=True, slots=True)
class ParkingAdvice:
    """What could be parked.

    Args:
        job: The job whose stage leaves nodes idle.
        stage: Name of that stage.
        nodes: Idle ones that could be parked.
        per_hour: What they cost together, list price.
        currency: Of the prices.
        until: Name of the stage that needs them again; empty = none does.
        wait: Time until then; None = unknown.
        waking_s: How long waking takes, as measured or 300.
        saves: Least and most it saves, waking included; None = unknown.
    """

    job: JobId
    stage: str
    nodes: tuple[NodeId, ...]
    per_hour: float
    currency: str = "USD"
    until: str = ""
    wait: TimeRange | None = None
    waking_s: float = 300.0
    saves: tuple[float, float] | None = None


def parking_advice(
    jobs: Sequence[Job],
    nodes: Sequence[Node],
    prices: Mapping[NodeId, float],
    left: Sequence[StageEstimate] = (),
    *,
    currency: str = "USD",
    waking_s: float = WAKING_S,
) -> ParkingAdvice | None:
    """Say which nodes could be parked now.

    Args:
        jobs: All jobs of the scheduler.
        nodes: All its nodes.
        prices: Per hour, of the nodes that can be parked.
        left: Time left of the running stage and of each later one, for the job that runs.
        currency: Of the prices.
        waking_s: How long waking takes.

    Returns:
        None when every node is of use, or parking would not pay.
    """
    if not leaves_nodes_idle(jobs):
        return None
    job = next(job for job in jobs if job.state is JobState.RUNNING)
    stage = running_stage(job)
    idle = tuple(node for node in nodes if node.state is NodeState.READY and node.job is None and node.id in prices)
    if stage is None or not idle:
        return None
    until = next_of_many(job)
    wait = wait_until(job, until, left)
    if until is not None and wait is not None and wait.low_s < _WORTH_S * waking_s:
        return None
    per_hour = sum(prices[node.id] for node in idle)
    return ParkingAdvice(
        job=job.id,
        stage=stage.name,
        nodes=tuple(node.id for node in idle),
        per_hour=per_hour,
        currency=currency,
        until="" if until is None else until.name,
        wait=wait,
        waking_s=waking_s,
        saves=None if wait is None else saving(wait, per_hour, waking_s if until is not None else 0.0),
    )


def leaves_nodes_idle(jobs: Sequence[Job]) -> bool:
    """Whether all that runs is in stages that use one node, and nothing waits for nodes."""
    states = {job.state for job in jobs}
    if JobState.RUNNING not in states or JobState.QUEUED in states:
        return False
    stages = [running_stage(job) for job in jobs if job.state is JobState.RUNNING]
    return all(stage is not None and not needs_many(stage) for stage in stages)


def running_stage(job: Job) -> Stage | None:
    """Return the stage that a job is in."""
    return next((stage for stage in job.stages if stage.state is StageState.RUNNING), None)


def needs_many(stage: Stage) -> bool:
    """Whether a stage can make use of several nodes."""
    return stage.uses.nodes == "many" or uses_many_nodes(stage.name)


def next_of_many(job: Job) -> Stage | None:
    """Return the next stage of a job that can make use of several nodes."""
    return next((stage for stage in job.stages if stage.state is StageState.WAITING and needs_many(stage)), None)


def wait_until(job: Job, stage: Stage | None, left: Sequence[StageEstimate]) -> TimeRange | None:
    """Return the time until a waiting stage of a running job begins, or until its end; None = unknown."""
    known = {each.stage: each.time for each in left}
    low = high = 0.0
    for each in job.stages:
        if stage is not None and each.name == stage.name:
            break
        if each.state in (StageState.COMPLETED, StageState.SKIPPED, StageState.FAILED):
            continue
        time = known.get(each.name)
        if time is None:
            return None
        low, high = low + time.low_s, high + time.high_s
    return TimeRange(low, high)


def saving(wait: TimeRange, per_hour: float, waking_s: float) -> tuple[float, float]:
    """Return the least and most that is saved when nodes are off for a time, less the time in which they start."""
    return (
        max(0.0, wait.low_s - waking_s) / 3600 * per_hour,
        max(0.0, wait.high_s - waking_s) / 3600 * per_hour,
    )


def is_time_to_wake(
    jobs: Sequence[Job], parked_for: JobId, until: str, left: Sequence[StageEstimate], waking_s: float = WAKING_S
) -> bool:
    """Whether parked nodes are needed now, or will be when they are up; nodes that nobody needs sleep on.

    Args:
        jobs: All jobs of the scheduler.
        parked_for: The job they were parked for.
        until: The stage they were parked until; empty = its end.
        left: Of that job, see `parking_advice`.
        waking_s: How long waking takes.
    """
    running = [job for job in jobs if job.state is JobState.RUNNING]
    stages = [running_stage(job) for job in running]
    if any(job.state is JobState.QUEUED for job in jobs) or any(stage and needs_many(stage) for stage in stages):
        return True
    job = next((job for job in running if job.id == parked_for), None)
    goal = None if job is None else next((each for each in job.stages if each.name == until), None)
    if job is None or goal is None:
        return False
    wait = wait_until(job, goal, left)
    return wait is not None and wait.low_s <= waking_s
