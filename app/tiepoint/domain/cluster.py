"""A cluster as Azure has it: its machines, resources, state, lease and meter at one moment.

Must not hold secrets, and must not know how it was asked for. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NewType

from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.failure import Failure
from tiepoint.domain.price import PriceEstimate

ClusterId = NewType("ClusterId", str)
"""`SUBSCRIPTION/RESOURCE-GROUP`, lower case: the same cluster from every computer."""

CLUSTER_TAG: Final = "tiepoint-cluster"
"""On the resource group and every resource: the cluster's name."""
ROLE_TAG: Final = "tiepoint-role"
"""On machines: a `MachineRole`."""
PLAN_TAG: Final = "tiepoint-plan"
"""On the resource group: the plan without its addresses, compact JSON cut into `tiepoint-plan`, `tiepoint-plan-2`, …"""


class ClusterState(StrEnum):
    """What a cluster is doing. Derived from Azure, see `services.cluster_reading`."""

    DEPLOYING = "deploying"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"
    COOLING = "cooling"
    COLD = "cold"
    DATA_KEPT = "data-kept"
    """Deleted but for its storage account with captures and products."""
    SCALING = "scaling"
    DELETING = "deleting"
    PARTIAL = "partial"
    """Some machines run and some do not, or resources of it are missing, and nothing is under way."""
    FAILED = "failed"
    """The last operation failed; what there is stays."""


class MachineRole(StrEnum):
    """What a machine is for."""

    SCHEDULER = "scheduler"
    NODE = "node"
    JUMP_BOX = "jump-box"
    DIRECTORY = "directory"


class Power(StrEnum):
    """Azure's power state of a machine (`PowerState/…`)."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    """Off, and billed all the same."""
    DEALLOCATING = "deallocating"
    DEALLOCATED = "deallocated"
    UNKNOWN = "unknown"

    @property
    def is_billed(self) -> bool:
        """Whether the machine itself costs money in this state."""
        return self not in (Power.DEALLOCATED, Power.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine.

    Args:
        id: Resource id.
        name: Such as `node-03`.
        role: See `MachineRole`.
        size: Azure size.
        power: Azure's power state.
        provisioning: Azure's provisioning state, lower case: `succeeded`, `creating`, `updating`, `failed`.
        is_spot: Whether Azure may take it back.
        is_healthy: Whether its guard has reported since it started; None where nothing can be said.
        last_heard: When its guard reported last.
        is_busy: Whether it has a task of its own, by its guard; None = unknown.
        failure: Why Azure could not do what it was asked last, such as that there is no capacity; None = it could.
    """

    id: str
    name: str
    role: MachineRole
    size: str
    power: Power = Power.UNKNOWN
    provisioning: str = ""
    is_spot: bool = False
    is_healthy: bool | None = None
    last_heard: datetime | None = None
    is_busy: bool | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class CloudResource:
    """Any resource of the cluster.

    Args:
        id: Resource id.
        type: Such as `Microsoft.Network/natGateways`.
        name: Its name.
        location: Region.
        state: Provisioning state where known.
        portal_url: Its page in the portal; empty where the cloud has none.
    """

    id: str
    type: str
    name: str
    location: str = ""
    state: str = ""
    portal_url: str = ""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who wants the cluster and until when: blob `control/lease.json`.

    Args:
        holder: Person and computer.
        until: After this nobody wants it any more.
        idle_minutes: See `GuardPlan`.
        budget: See `GuardPlan`.
        currency: Of budget and prices, `USD`.
        prices: List price per hour while running, by machine name; `*` = all that is billed besides machines.
    """

    holder: str
    until: datetime
    idle_minutes: int
    budget: float | None = None
    currency: str = "USD"
    prices: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class MeterSegment:
    """A stretch of time at one price.

    Args:
        start: UTC.
        end: UTC; None = still going on.
        per_hour: List price.
    """

    start: datetime
    end: datetime | None
    per_hour: float


@dataclass(frozen=True, slots=True)
class Meter:
    """What the cluster costs, at list price.

    Args:
        since: Begin of the run: the last resume or deploy.
        per_hour: Now.
        spent: Since then.
        currency: `USD`.
        segments: The run's stretches, oldest first; what a job cost is read from them (`domain.meter.cost_between`).
    """

    since: datetime | None
    per_hour: float
    spent: float
    currency: str = "USD"
    segments: tuple[MeterSegment, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityEntry:
    """A line of the cluster's activity: from Azure's activity log and from our own operations.

    Args:
        time: UTC.
        text: One line.
        tone: `ok`, `info`, `warning` or `error`.
        who: Who did it; empty = unknown.
    """

    time: datetime
    text: str
    tone: str = "info"
    who: str = ""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster at one moment.

    Args:
        id: See `ClusterId`.
        name: For people.
        subscription: Its id.
        resource_group: Its group.
        region: Where it is.
        state: See `ClusterState`.
        plan: What it was deployed from; None where its tags do not say (made by hand, or by a newer program).
        machines: Scheduler first, then nodes by name, then the others.
        resources: All of them.
        price: Per hour in each state; None while unknown.
        meter: What it costs; None while unknown.
        lease: Who wants it; None = nobody, or not readable.
        stops_at: When it stops by itself if nobody works; None = it does not run.
        operation: What is under way, or ended last since the program started.
        activity: Newest first.
        blob_endpoint: Address of its Blob account; empty while unknown.
        failure: Why it cannot be read in full; the rest is then the last that was known.
        updated: When Azure was asked last.
    """

    id: ClusterId
    name: str
    subscription: str
    resource_group: str
    region: str
    state: ClusterState
    plan: ClusterPlan | None = None
    machines: tuple[Machine, ...] = ()
    resources: tuple[CloudResource, ...] = ()
    price: PriceEstimate | None = None
    meter: Meter | None = None
    lease: Lease | None = None
    stops_at: datetime | None = None
    operation: ClusterOperation | None = None
    activity: tuple[ActivityEntry, ...] = ()
    blob_endpoint: str = ""
    failure: Failure | None = None
    updated: datetime | None = None
