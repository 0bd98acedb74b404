"""Names of what a cluster is made of on Azure: groups, machines, accounts, containers, roles, deployments.

Must not ask Azure whether one is free. Pure; any thread.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import MOST_NODES, ClusterPlan, DirectoryKind, StorageKind

ADMIN_USER: Final = "tiepoint"
"""Administrator of every machine."""
SCHEDULER: Final = "scheduler"
JUMP_WINDOWS: Final = "jump-windows"
JUMP_LINUX: Final = "jump-linux"
CONTROLLERS: Final = ("dc-01", "dc-02")

CAPTURES: Final = "captures"
PRODUCTS: Final = "products"
ARCHIVE: Final = "archive"
"""What Lustre is filled from and archived to."""
HSM_LOG: Final = "hsm-log"
CONTROL: Final = "control"
"""What panel and guards tell each other."""

ROLE_DEPLOYER: Final = "Tiepoint Deployer"
ROLE_GUARD_NODE: Final = "Tiepoint Guard Node"
ROLE_GUARD_SCHEDULER: Final = "Tiepoint Guard Scheduler"

ADMIN_PASSWORD: Final = "adminPassword"
ACTIVATION_CODE: Final = "activationCode"
SSH_PRIVATE_KEY: Final = "sshPrivateKey"
SCHEDULER_CERTIFICATE: Final = "schedulerCertificate"
NODE_CERTIFICATE: Final = "nodeCertificate"
"""By these two scheduler and nodes of the open engine know each other; they are made together."""
SCHEDULER_PORT: Final = 8786
"""Where the open engine's scheduler listens for its nodes, inside the cluster's network only."""

_PRIVATE_ZONE: Final = "tiepoint.private"
_LONGEST_IN_ACCOUNT: Final = 10
_LONGEST_IN_VAULT: Final = 15
_STAMP: Final = "%Y%m%d-%H%M"


_Kind = ResourceGroupKind
_STEPS: Final = {
    "security": _Kind.NETWORK,
    "access-security": _Kind.NETWORK,
    "egress": _Kind.NETWORK,
    "network": _Kind.NETWORK,
    "peering": _Kind.NETWORK,
    "storage-egress": _Kind.NETWORK,
    "storage-network": _Kind.NETWORK,
    "storage-rules": _Kind.NETWORK,
    "access": _Kind.ACCESS,
    "bastion": _Kind.ACCESS,
    "jump": _Kind.ACCESS,
    "directory": _Kind.DIRECTORY,
    "dc": _Kind.DIRECTORY,
    "secrets": _Kind.SECRETS,
    "storage": _Kind.STORAGE,
    "scheduler": _Kind.SCHEDULER,
    "node": _Kind.NODES,
    "nodes": _Kind.NODES,
    "monitoring": _Kind.GUARD,
}
"""By how the name of a step, or of what belongs to a machine, begins."""
_TYPES: Final = {
    "microsoft.network/networksecuritygroups": _Kind.NETWORK,
    "microsoft.network/virtualnetworks": _Kind.NETWORK,
    "microsoft.network/natgateways": _Kind.NETWORK,
    "microsoft.network/bastionhosts": _Kind.ACCESS,
    "microsoft.network/privatednszones": _Kind.DIRECTORY,
    "microsoft.compute/availabilitysets": _Kind.DIRECTORY,
    "microsoft.keyvault/": _Kind.SECRETS,
    "microsoft.storage/": _Kind.STORAGE,
    "microsoft.storagecache/": _Kind.STORAGE,
    "microsoft.netapp/": _Kind.STORAGE,
    "microsoft.authorization/": _Kind.GUARD,
    "microsoft.operationalinsights/": _Kind.GUARD,
    "microsoft.insights/": _Kind.GUARD,
}


def node_name(number: int) -> str:
    """Return the name of the worker node of this number, from 1."""
    return f"node-{number:02d}"


def node_names(count: int) -> tuple[str, ...]:
    """Return the names of the first so many worker nodes."""
    return tuple(node_name(number) for number in range(1, min(count, MOST_NODES) + 1))


def node_number(name: str) -> int:
    """Return the number of a worker node; 0 where it is none."""
    number = name.removeprefix("node-")
    return int(number) if number != name and number.isdecimal() else 0


def account_name(cluster: str, subscription: str) -> str:
    """Return the name of the storage account: letters and digits, 24 at most, the same at every deployment."""
    return f"tp{short_name(cluster)}{_hash(cluster, subscription, 8)}"


def short_name(cluster: str) -> str:
    """Return the part of the storage account's name that people recognise."""
    return cluster.replace("-", "")[:_LONGEST_IN_ACCOUNT]


def vault_name(cluster: str, subscription: str) -> str:
    """Return the name of the vault: letters, digits and single hyphens, 24 at most, the same at every deployment."""
    return f"{vault_stem(cluster)}{_hash(cluster, subscription, 5)}"


def vault_stem(cluster: str) -> str:
    """Return the part of the vault's name that people recognise, its hyphen included."""
    return f"kv-{cluster[:_LONGEST_IN_VAULT].rstrip('-')}-"


def deployment_name(cluster: str, now: datetime, *, is_foundation: bool = False) -> str:
    """Return the name of a deployment that begins now.

    Args:
        cluster: Name of the cluster.
        now: UTC.
        is_foundation: Whether it is the first of two steps.
    """
    return f"tiepoint-{cluster}{'-foundation' if is_foundation else ''}-{now.strftime(_STAMP)}"


def containers(plan: ClusterPlan) -> tuple[str, ...]:
    """Return the containers of the storage account."""
    always = (CAPTURES, PRODUCTS, ARCHIVE, CONTROL)
    return (*always, HSM_LOG) if plan.storage.kind is StorageKind.LUSTRE else always


def private_zone(plan: ClusterPlan) -> str:
    """Return the name of the private DNS zone.

    Active Directory answers for its own domain itself and would hide Azure's records of the same one.
    """
    return plan.directory.domain if plan.directory.kind is DirectoryKind.DNS else _PRIVATE_ZONE


def part_of(resource_type: str, name: str) -> ResourceGroupKind:
    """Return the part of a cluster that a resource belongs to.

    Args:
        resource_type: Such as `Microsoft.Network/networkInterfaces`.
        name: Of the resource, such as `node-03-nic`, or of a step of the deployment.
    """
    kind, first = resource_type.lower(), name.split("/")[0].lower()
    by_type = next((part for prefix, part in _TYPES.items() if kind.startswith(prefix)), None)
    if by_type is not None:
        return by_type
    for part_name in (first, "-".join(first.split("-")[:2]), first.split("-")[0]):
        if part_name in _STEPS:
            return _STEPS[part_name]
    return ResourceGroupKind.NETWORK


def _hash(cluster: str, subscription: str, length: int) -> str:
    digest = hashlib.sha256(f"{subscription}/rg-{cluster}".lower().encode()).digest()
    return base64.b32encode(digest).decode().lower()[:length]
