"""The plan of a cluster: what is to be deployed, as people choose it and as `cluster.toml` holds it.

Must not know prices, Azure's state or templates. Pure; any thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PLAN_SCHEMA_VERSION: Final = 1
MOST_NODES: Final = 200


class Profile(StrEnum):
    """Where a plan began."""

    SMALL = "small"
    REFERENCE = "reference"
    CUSTOM = "custom"


class Engine(StrEnum):
    """Who makes models."""

    METASHAPE = "metashape"
    OPEN = "open"


class SchedulerOs(StrEnum):
    """System of the scheduler node."""

    LINUX = "linux"
    WINDOWS = "windows"


class StorageKind(StrEnum):
    """What the nodes work on; captures and products always rest in Blob."""

    LUSTRE = "lustre"
    NETAPP = "netapp"
    BLOB = "blob"


class DirectoryKind(StrEnum):
    """Where names come from."""

    DNS = "dns"
    ACTIVE_DIRECTORY = "active-directory"


class AccessKind(StrEnum):
    """How people get in."""

    BASTION = "bastion"
    JUMP_BOXES = "jump-boxes"


class NetworkKind(StrEnum):
    """Whether the storage has a network of its own, peered both ways."""

    ONE = "one"
    PEERED = "peered"


@dataclass(frozen=True, slots=True)
class SchedulerPlan:
    """The scheduler node: `[scheduler]`.

    Args:
        os: Its system.
        size: Azure size, such as `Standard_D8s_v5`.
    """

    os: SchedulerOs = SchedulerOs.LINUX
    size: str = "Standard_D8s_v5"


@dataclass(frozen=True, slots=True)
class NodesPlan:
    """The worker nodes: `[nodes]`.

    Args:
        size: Azure size.
        count: How many, 1 to `MOST_NODES`.
        spot: Whether Azure may take them back with 30 s notice, for a lower price.
    """

    size: str = "Standard_NV36ads_A10_v5"
    count: int = 5
    spot: bool = False


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """The working storage: `[storage]`.

    Args:
        kind: See `StorageKind`.
        capacity_tib: Of Lustre or NetApp, TiB; ignored for Blob alone.
        lustre_principal: Object id of the service principal *HPC Cache Resource Provider* in the tenant, which Lustre
            needs rights for; empty = it is looked up.
    """

    kind: StorageKind = StorageKind.LUSTRE
    capacity_tib: int = 4
    lustre_principal: str = ""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """Addresses: `[network]`.

    Args:
        kind: One network, or a second one for the storage, peered.
        address_space: Of the cluster's network, a /16 in CIDR form.
        storage_address_space: Of the storage's own network.
    """

    kind: NetworkKind = NetworkKind.ONE
    address_space: str = "10.0.0.0/16"
    storage_address_space: str = "10.1.0.0/16"


@dataclass(frozen=True, slots=True)
class AccessPlan:
    """The way in: `[access]`.

    Args:
        kind: Bastion, or jump boxes (a Windows one always with Active Directory, a Linux one unless that is so).
        sources: Addresses and networks it may be reached from, CIDR; never everywhere. Also Blob's firewall.
        linux_jump_box: Whether a Linux jump box is made beside the Windows one.
    """

    kind: AccessKind = AccessKind.BASTION
    sources: tuple[str, ...] = ()
    linux_jump_box: bool = True


@dataclass(frozen=True, slots=True)
class DirectoryPlan:
    """Names and accounts: `[directory]`.

    Args:
        kind: A private DNS zone, or Active Directory with two domain controllers.
        domain: Name of the zone or of the domain.
    """

    kind: DirectoryKind = DirectoryKind.DNS
    domain: str = "tiepoint.internal"


@dataclass(frozen=True, slots=True)
class SecretsPlan:
    """Key Vault: `[secrets]`.

    Args:
        vault: Resource id of an existing vault; empty = a new one is made.
    """

    vault: str = ""


@dataclass(frozen=True, slots=True)
class GuardPlan:
    """When it stops by itself: `[guard]`.

    Args:
        idle_minutes: A node without a task of its own for so long stops once nobody wants the cluster.
        budget: Most that one run may cost at list price, in the currency of the price list; None = no limit.
    """

    idle_minutes: int = 30
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """A whole plan.

    Args:
        name: Of the cluster: 3 to 20 lower-case letters, digits and hyphens, a letter first.
        region: Azure's short name, such as `eastus`.
        profile: Where it began.
        engine: Who makes models.
        metashape_seats: Floating seats the studio has; None = not said, node-locked or open engine.
        package: Address of what is installed: Metashape's archive (its installer on Windows), or Tiepoint's
            package for the open engine; empty = the machines come without.
    """

    name: str = "tiepoint"
    region: str = "eastus"
    profile: Profile = Profile.REFERENCE
    engine: Engine = Engine.OPEN
    metashape_seats: int | None = None
    package: str = ""
    scheduler: SchedulerPlan = SchedulerPlan()
    nodes: NodesPlan = NodesPlan()
    storage: StoragePlan = StoragePlan()
    network: NetworkPlan = NetworkPlan()
    access: AccessPlan = AccessPlan()
    directory: DirectoryPlan = DirectoryPlan()
    secrets: SecretsPlan = SecretsPlan()
    guard: GuardPlan = GuardPlan()

    @property
    def resource_group(self) -> str:
        """The one resource group that holds all of the cluster."""
        return f"rg-{self.name}"


@dataclass(frozen=True, slots=True)
class PlanFinding:
    """Something about a plan that a person should know.

    Args:
        key: Where: `nodes.count`; a table alone is fine.
        summary: What, one sentence.
        remedy: What to do, one sentence.
        is_blocking: Whether the plan cannot be deployed so.
        replacement: What takes the place of a retired or misspelt choice; empty = none.
    """

    key: str
    summary: str
    remedy: str = ""
    is_blocking: bool = True
    replacement: str = ""


SMALL_PLAN: Final = ClusterPlan(
    profile=Profile.SMALL,
    nodes=NodesPlan(size="Standard_NV12ads_A10_v5", count=2),
    scheduler=SchedulerPlan(size="Standard_D2s_v5"),
    storage=StoragePlan(kind=StorageKind.BLOB),
)
REFERENCE_PLAN: Final = ClusterPlan()
CUSTOM_PLAN: Final = ClusterPlan(profile=Profile.CUSTOM)
PROFILES: Final = {
    Profile.SMALL: SMALL_PLAN,
    Profile.REFERENCE: REFERENCE_PLAN,
    Profile.CUSTOM: CUSTOM_PLAN,
}
CLUSTER_NAME: Final = re.compile(r"[a-z](?:[a-z0-9]|-(?!-)){1,18}[a-z0-9]")
