"""One cluster in every state of its life, for the panel's tests and pictures; all of it invented. Times go by `T0`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from fakes.azure_scenes import NO_CAPACITY, OFFLINE, SUBSCRIPTION_ID, a_cluster, a_plan, an_estimate, machines, small
from fakes.scheduler import T0
from tiepoint.domain.cluster import ActivityEntry, CloudResource, Cluster, ClusterState, Lease, Machine, Meter, Power
from tiepoint.domain.cluster_operation import (
    ClusterOperation,
    LineState,
    OperationKind,
    ResourceGroupKind,
    ResourceLine,
)
from tiepoint.domain.cluster_plan import GuardPlan
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState

NAME: Final = "harbour"
NOW: Final = T0 + timedelta(seconds=5)
_PORTAL: Final = "https://portal.azure.com/#resource"
_GROUP: Final = f"/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/rg-harbour/providers"
QUOTA: Final = Failure(
    "quota",
    "The subscription may run 108 vCPU of NVads A10 v5 in East US, and 180 are asked for.",
    "Ask Azure for more vCPU of this family, or deploy with 3 nodes.",
    False,
    "OperationNotAllowed: Operation could not be completed as it results in exceeding approved NVADSA10v5 Family "
    "Cores quota. Additional details - Deployment Model: Resource Manager, Location: eastus, Current Limit: 108, "
    "Current Usage: 0, Additional Required: 180, (Minimum) New Limit Required: 180.",
)

_NET, _ACCESS, _SECRETS, _STORAGE, _SCHEDULER, _NODES, _GUARD = (
    ResourceGroupKind.NETWORK,
    ResourceGroupKind.ACCESS,
    ResourceGroupKind.SECRETS,
    ResourceGroupKind.STORAGE,
    ResourceGroupKind.SCHEDULER,
    ResourceGroupKind.NODES,
    ResourceGroupKind.GUARD,
)
_KINDS: Final = (
    (_NET, "Microsoft.Network/virtualNetworks", "vnet-harbour", 21.0),
    (_NET, "Microsoft.Network/networkSecurityGroups", "nsg-nodes", 9.0),
    (_NET, "Microsoft.Network/networkSecurityGroups", "nsg-scheduler", 8.0),
    (_NET, "Microsoft.Network/publicIPAddresses", "pip-nat", 6.0),
    (_NET, "Microsoft.Network/natGateways", "nat-harbour", 31.0),
    (_NET, "Microsoft.Network/privateDnsZones", "tiepoint.internal", 40.0),
    (_ACCESS, "Microsoft.Network/bastionHosts", "bastion-harbour", 48.0),
    (_SECRETS, "Microsoft.KeyVault/vaults", "kv-harbour-4f2a1", 65.0),
    (_SECRETS, "Microsoft.ManagedIdentity/userAssignedIdentities", "id-nodes", 12.0),
    (_STORAGE, "Microsoft.Storage/storageAccounts", "tpharbour4f2a1c9d", 22.0),
    (_STORAGE, "Microsoft.StorageCache/amlFilesystems", "lustre-harbour", 164.0),
    (_SCHEDULER, "Microsoft.Network/networkInterfaces", "nic-scheduler", 7.0),
    (_SCHEDULER, "Microsoft.Compute/virtualMachines", "scheduler", 100.0),
    *(
        entry
        for each in range(1, 6)
        for entry in (
            (_NODES, "Microsoft.Network/networkInterfaces", f"nic-node-{each:02}", 7.0),
            (_NODES, "Microsoft.Compute/virtualMachines", f"node-{each:02}", 118.0),
        )
    ),
    (_GUARD, "Microsoft.OperationalInsights/workspaces", "logs-harbour", 30.0),
    (_GUARD, "Microsoft.Insights/dataCollectionRules", "rules-harbour", 11.0),
)


def _id(kind: str, name: str) -> str:
    return f"{_GROUP}/{kind.lower()}/{name}"


def resources(state: str = "Succeeded") -> tuple[CloudResource, ...]:
    """All resources of a cluster."""
    return tuple(
        CloudResource(_id(kind, name), kind, name, "eastus", state, _PORTAL + _id(kind, name))
        for _, kind, name, _ in _KINDS
    )


def activity() -> tuple[ActivityEntry, ...]:
    """Some of what happened, newest first."""
    told = (
        (20, "node-03: AllocationFailed, trying zone 2", "warning"),
        (56, "scheduler: guard answers, version 0.1.0", "ok"),
        (127, "node-01, node-02: starting in zone 1", "info"),
        (134, "Key Vault: 3 identities may read, 2 min to spread", "ok"),
        (166, "Bastion ready", "ok"),
        (180, "Lustre: creating in zone 2", "info"),
        (228, "Network: 4 subnets, NAT, 3 rule sets", "ok"),
        (327, "Storage account and 3 containers", "ok"),
        (399, "Preflight repeated: quota and names still fine", "ok"),
        (402, "Deployment tiepoint-harbour-20261122-0953 accepted", "info"),
    )
    return tuple(ActivityEntry(NOW - timedelta(seconds=ago), text, tone, "ada") for ago, text, tone in told)


def deploy_lines(**states: LineState) -> tuple[ResourceLine, ...]:
    """The lines of a deployment in its middle; `states` changes lines by name, `_` for `-`."""
    usual = {
        "lustre-harbour": LineState.WORKING,
        "scheduler": LineState.WORKING,
        "node-01": LineState.WORKING,
        "node-02": LineState.WORKING,
        "node-04": LineState.WAITING,
        "node-05": LineState.WAITING,
        "nic-node-05": LineState.WAITING,
        "logs-harbour": LineState.WAITING,
        "rules-harbour": LineState.WAITING,
    }
    usual |= {name.replace("_", "-"): state for name, state in states.items()}
    notes = {
        "lustre-harbour": "usually 8 to 12 min",
        "scheduler": "installs driver and agent",
        "node-01": "installs the GPU driver",
        "node-02": "installs the GPU driver",
        "node-03": "No capacity in zone 1: zone 2 next, try 2 of 3",
        "node-04": "after the zone of node-03 is known",
        "node-05": "after the zone of node-03 is known",
    }
    return tuple(
        _line(part, kind, name, took, usual.get(name, LineState.DONE), notes) for part, kind, name, took in _KINDS
    )


def _line(
    part: ResourceGroupKind, kind: str, name: str, took: float, state: LineState, notes: dict[str, str]
) -> ResourceLine:
    is_begun = state not in (LineState.WAITING, LineState.CANCELED)
    trouble = state in (LineState.RETRYING, LineState.FAILED)
    note = notes.get(name, "") if state in (LineState.WORKING, LineState.WAITING, LineState.RETRYING) else ""
    return ResourceLine(
        _id(kind, name),
        part,
        name,
        "create",
        state,
        NOW - timedelta(seconds=took) if is_begun else None,
        took if is_begun else None,
        note,
        NO_CAPACITY if trouble else None,
        kind,
    )


def deployment(**changes: Any) -> ClusterOperation:
    """A deployment in its middle."""
    made = ClusterOperation(
        OperationKind.DEPLOY,
        NAME,
        OperationState.RUNNING,
        deploy_lines(),
        NOW - timedelta(minutes=6, seconds=22),
        deployment="tiepoint-harbour-20261122-0953",
    )
    return dataclasses.replace(made, **changes)


def deploying(operation: ClusterOperation | None = None, **changes: Any) -> Cluster:
    """A cluster that is being deployed."""
    return a_cluster(
        NAME,
        **{
            "state": ClusterState.DEPLOYING,
            "operation": operation or deployment(),
            "machines": (),
            "resources": resources(),
            "activity": activity(),
            "meter": Meter(NOW - timedelta(minutes=6), 0.46, 0.03),
            "updated": NOW,
            **changes,
        },
    )


def retrying() -> Cluster:
    """A deployment in which a node finds no machine."""
    return deploying(deployment(lines=deploy_lines(node_03=LineState.RETRYING)))


def failed() -> Cluster:
    """A deployment that failed for want of quota."""
    waiting = {f"node_0{each}": LineState.CANCELED for each in (4, 5)}
    lines = deploy_lines(node_03=LineState.FAILED, lustre_harbour=LineState.DONE, scheduler=LineState.DONE,
                         node_01=LineState.DONE, node_02=LineState.DONE, **waiting)  # fmt: skip
    lines = tuple(dataclasses.replace(line, failure=QUOTA if line.failure else None) for line in lines)
    operation = deployment(lines=lines, state=OperationState.FAILED, ended=NOW - timedelta(minutes=1), failure=QUOTA)
    return deploying(operation, state=ClusterState.FAILED, machines=machines(2), meter=Meter(None, 8.81, 0.61))


def interrupted() -> Cluster:
    """A deployment that a program which ended has left."""
    return deploying(
        deployment(is_interrupted=True, state=OperationState.FAILED, began=NOW - timedelta(hours=3)),
        state=ClusterState.PARTIAL,
    )


def confirming() -> Cluster:
    """A deployment that waits for the person."""
    return deploying(deployment(needs_confirmation=True))


def running(**changes: Any) -> Cluster:
    """A cluster that works: one node silent, one starting, one ready."""
    found = list(machines())
    found[2] = dataclasses.replace(found[2], is_healthy=False, last_heard=NOW - timedelta(minutes=14), is_busy=None)
    found[4] = dataclasses.replace(found[4], is_healthy=False, last_heard=None, is_busy=None)
    plan = dataclasses.replace(a_plan(NAME), guard=GuardPlan(30, 120.0))
    return a_cluster(
        NAME,
        **{
            "state": ClusterState.RUNNING,
            "plan": plan,
            "machines": tuple(found),
            "resources": resources(),
            "activity": activity(),
            "lease": Lease("ada on workshop", T0 + timedelta(minutes=40), 30, 120.0),
            "meter": Meter(NOW - timedelta(hours=4, minutes=50), 18.45, 89.2),
            "updated": NOW,
            **changes,
        },
    )


def without_lease() -> Cluster:
    """A running cluster that nobody wants and of whose guards nothing is known."""
    silent = tuple(dataclasses.replace(each, is_healthy=None, last_heard=None, is_busy=None) for each in machines())
    return running(lease=None, stops_at=None, machines=silent, meter=Meter(None, 18.45, 0.0))


def released() -> Cluster:
    """A running cluster whose lease has lapsed: its guards see to it."""
    return running(lease=None, stops_at=None)


def over_budget() -> Cluster:
    """A running cluster close to its budget."""
    return running(meter=Meter(NOW - timedelta(hours=6), 18.45, 113.7))


def paused(**changes: Any) -> Cluster:
    """A paused cluster."""
    made = a_cluster(NAME, ClusterState.PAUSED, resources=resources(), activity=activity(), updated=NOW)
    return dataclasses.replace(made, **changes)


def cold() -> Cluster:
    """A cold cluster."""
    left = tuple(each for each in resources() if "aml" not in each.type and "nat" not in each.name)
    return a_cluster(NAME, ClusterState.COLD, resources=left, activity=activity(), updated=NOW)


def data_kept() -> Cluster:
    """A deleted cluster of which the storage account was kept."""
    left = tuple(each for each in resources() if "storageAccounts" in each.type)
    return a_cluster(NAME, ClusterState.DATA_KEPT, machines=(), resources=left, activity=activity(), updated=NOW,
                     meter=Meter(None, 0.03, 0.0))  # fmt: skip


def partial() -> Cluster:
    """A cluster of which two nodes are off."""
    found = list(machines())
    for place in (3, 5):
        off = dataclasses.replace(found[place], power=Power.DEALLOCATED, is_healthy=None, is_busy=None, last_heard=None)
        found[place] = off
    return running(
        state=ClusterState.PARTIAL, machines=tuple(found), meter=Meter(NOW - timedelta(hours=1), 12.05, 11.9)
    )


def broken() -> Cluster:
    """A cluster of which resources were deleted by hand."""
    return running(state=ClusterState.PARTIAL, resources=resources()[8:])


def unknown() -> Cluster:
    """A cluster that was made by hand."""
    return running(plan=None, price=None, lease=None, stops_at=None, meter=None)


def offline() -> Cluster:
    """A running cluster as it was known before the connection went."""
    return running(updated=NOW - timedelta(minutes=23))


def hundred() -> Cluster:
    """A cluster with 100 nodes, being resumed."""
    plan = small(a_plan(NAME), 100)
    found = tuple(_resumed(each, place) for place, each in enumerate(machines(100)))
    operation = ClusterOperation(
        OperationKind.RESUME, NAME, OperationState.RUNNING, hundred_lines(), NOW - timedelta(minutes=3)
    )
    return running(
        state=ClusterState.RESUMING, plan=plan, machines=found, price=an_estimate(plan), operation=operation,
        meter=Meter(NOW - timedelta(minutes=3), 130.2, 4.1),
    )  # fmt: skip


def _resumed(machine: Machine, place: int) -> Machine:
    if place < 40:
        return dataclasses.replace(machine, is_busy=place % 3 == 0)
    power = Power.STARTING if place < 70 else Power.DEALLOCATED
    return dataclasses.replace(machine, power=power, is_healthy=None, is_busy=None, last_heard=None)


def hundred_lines(done: int = 40, going: int = 30) -> tuple[ResourceLine, ...]:
    """The lines of resuming 1 + 100 machines.

    Args:
        done: How many nodes are done.
        going: How many are under way.
    """

    def line(part: ResourceGroupKind, name: str, state: LineState, took: float | None) -> ResourceLine:
        began = NOW - timedelta(seconds=took) if took else None
        return ResourceLine(_id("Microsoft.Compute/virtualMachines", name), part, name, "start", state, began, took)

    lines = [line(_SCHEDULER, "scheduler", LineState.DONE, 74.0)]
    for each in range(1, 101):
        state = LineState.DONE if each <= done else LineState.WORKING if each <= done + going else LineState.WAITING
        lines.append(
            line(_NODES, f"node-{each:03}", state, 60.0 + each % 40 if state is not LineState.WAITING else None)
        )
    return tuple(lines)


LIFE: Final[dict[str, Callable[[], Cluster]]] = {
    "deploying": deploying,
    "deploying, a retry": retrying,
    "failed": failed,
    "interrupted": interrupted,
    "needs confirmation": confirming,
    "running": running,
    "running, without lease": without_lease,
    "running, released": released,
    "running, near its budget": over_budget,
    "paused": paused,
    "cold": cold,
    "deleted, data kept": data_kept,
    "partly off": partial,
    "resources missing": broken,
    "plan unknown": unknown,
    "last known": offline,
    "1 + 100 nodes": hundred,
}
"""The states by what they show."""
OFFLINE_STATES: Final = ("last known",)
"""Those in which Azure cannot be reached; `OFFLINE` says why."""


def clock() -> datetime:
    """The time in all of them."""
    return NOW


__all__ = ["LIFE", "NAME", "NOW", "OFFLINE", "OFFLINE_STATES", "clock"]
