"""A cluster made of facts: Azure's own words decide, what was asked for here only names what Azure is at. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime, timedelta

from tiepoint.domain.cluster import ActivityEntry, Cluster, ClusterState, Lease, Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, OperationKind
from tiepoint.domain.cluster_plan import StorageKind
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.domain.price import PriceEstimate
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.health import is_healthy
from tiepoint.services.cluster_life.plan_tags import COLD, DATA_KEPT, STATE_TAG
from tiepoint.services.cluster_life.versions import LUSTRE, NETAPP

_BY_KIND = {
    OperationKind.DEPLOY: ClusterState.DEPLOYING,
    OperationKind.RESUME: ClusterState.RESUMING,
    OperationKind.PAUSE: ClusterState.PAUSING,
    OperationKind.COLD: ClusterState.COOLING,
    OperationKind.SCALE: ClusterState.SCALING,
    OperationKind.DELETE: ClusterState.DELETING,
}
_ORDER = (MachineRole.SCHEDULER, MachineRole.NODE, MachineRole.JUMP_BOX, MachineRole.DIRECTORY)
_NEEDED = (MachineRole.SCHEDULER, MachineRole.NODE, MachineRole.DIRECTORY)


def cluster_of(
    facts: ClusterFacts,
    *,
    subscription: str,
    operation: ClusterOperation | None = None,
    price: PriceEstimate | None = None,
    lease: Lease | None = None,
    failure: Failure | None = None,
    activity: Sequence[ActivityEntry] = (),
    now: datetime,
) -> Cluster:
    """Return a cluster as it is shown, without its meter.

    Args:
        facts: What Azure said last.
        subscription: Whose.
        operation: Under way or ended last here.
        price: Of its plan.
        lease: Who wants it.
        failure: Why something of it cannot be read or done, besides what the facts say.
        activity: What operations here have done to it.
        now: UTC.
    """
    machines = tuple(sorted((_heard(each, facts, now) for each in facts.machines), key=_place))
    state = state_of(facts, operation)
    plan = facts.plan
    return Cluster(
        id=facts.id,
        name=facts.name,
        subscription=subscription,
        resource_group=facts.group.name if facts.group else facts.id.split("/", 1)[-1],
        region=facts.group.region if facts.group else (plan.region if plan else ""),
        state=state,
        plan=plan,
        machines=machines,
        resources=facts.resources or (),
        price=price,
        lease=lease,
        stops_at=stops_at(facts, lease, now),
        operation=operation,
        activity=tuple(sorted((*activity, *facts.activity), key=lambda each: each.time, reverse=True)),
        blob_endpoint=facts.blob_endpoint,
        failure=facts.failure or failure,
        updated=facts.updated,
    )


def state_of(facts: ClusterFacts, operation: ClusterOperation | None) -> ClusterState:
    """Return what a cluster is doing.

    Args:
        facts: What Azure said last.
        operation: Under way or ended last here.
    """
    if operation is not None and operation.state in (OperationState.QUEUED, OperationState.RUNNING):
        return _BY_KIND[operation.kind]
    if facts.group is not None and facts.group.state == "deleting":
        return ClusterState.DELETING
    if facts.deployments:
        return ClusterState.DEPLOYING
    state = _by_power(facts)
    has_failed = operation is not None and operation.state is OperationState.FAILED and not operation.is_interrupted
    return ClusterState.FAILED if has_failed and state is ClusterState.PARTIAL else state


def is_cold(facts: ClusterFacts) -> bool:
    """Whether what bills while paused has been removed: what is there says so, before any tag does."""
    tagged = _tag(facts) == COLD
    if facts.resources is None or facts.plan is None:
        return tagged
    if facts.plan.storage.kind is StorageKind.LUSTRE:
        return facts.resource(LUSTRE) is None
    if facts.plan.storage.kind is StorageKind.NETAPP:
        return tagged or facts.resource(NETAPP) is None
    return tagged


def stops_at(facts: ClusterFacts, lease: Lease | None, now: datetime) -> datetime | None:
    """Return by when a running cluster stops by itself if nobody works; None = no machine runs."""
    if not any(machine.power is Power.RUNNING for machine in facts.machines):
        return None
    if lease is None:
        idle = facts.plan.guard.idle_minutes if facts.plan else 30
        return now + timedelta(minutes=idle)
    return max(lease.until, now) + timedelta(minutes=lease.idle_minutes)


def _by_power(facts: ClusterFacts) -> ClusterState:
    needed = [machine for machine in facts.machines if machine.role in _NEEDED]
    powers = {machine.power for machine in needed}
    if not needed:
        return ClusterState.DATA_KEPT if _tag(facts) == DATA_KEPT else ClusterState.PARTIAL
    if any(machine.provisioning == "creating" for machine in needed):
        return ClusterState.DEPLOYING
    if Power.STARTING in powers:
        return ClusterState.RESUMING
    if powers & {Power.DEALLOCATING, Power.STOPPING}:
        return ClusterState.PAUSING
    if powers == {Power.DEALLOCATED}:
        return ClusterState.COLD if is_cold(facts) else ClusterState.PAUSED
    is_complete = powers == {Power.RUNNING} and any(each.role is MachineRole.SCHEDULER for each in needed)
    return ClusterState.RUNNING if is_complete and _has_all(facts, needed) else ClusterState.PARTIAL


def _tag(facts: ClusterFacts) -> str:
    return facts.group.tags.get(STATE_TAG, "") if facts.group is not None else ""


def _has_all(facts: ClusterFacts, machines: Sequence[Machine]) -> bool:
    nodes = sum(machine.role is MachineRole.NODE for machine in machines)
    return facts.plan is None or nodes >= facts.plan.nodes.count


def _heard(machine: Machine, facts: ClusterFacts, now: datetime) -> Machine:
    beat = (facts.heartbeats or {}).get(machine.name)
    return dataclasses.replace(
        machine,
        is_healthy=is_healthy(machine, facts, now),
        last_heard=beat.time if beat else None,
        is_busy=beat.is_busy if beat and machine.power is Power.RUNNING else None,
    )


def _place(machine: Machine) -> tuple[int, str]:
    return _ORDER.index(machine.role), machine.name
