"""What people call a resource in a list, where it is shown, and what a machine is for by its name. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.cluster import MachineRole
from tiepoint.domain.cluster_operation import ResourceGroupKind

_LABELS: Final = {
    "microsoft.network/virtualnetworks": "Network",
    "microsoft.network/virtualnetworks/subnets": "Subnet",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": "Peering",
    "microsoft.network/networksecuritygroups": "Rules",
    "microsoft.network/natgateways": "NAT gateway",
    "microsoft.network/publicipaddresses": "Public address",
    "microsoft.network/networkinterfaces": "Network card",
    "microsoft.network/bastionhosts": "Bastion",
    "microsoft.network/privatednszones": "Names",
    "microsoft.keyvault/vaults": "Key Vault",
    "microsoft.managedidentity/userassignedidentities": "Identity",
    "microsoft.storage/storageaccounts": "Storage account",
    "microsoft.storage/storageaccounts/blobservices/containers": "Container",
    "microsoft.storagecache/amlfilesystems": "Lustre",
    "microsoft.netapp/netappaccounts": "NetApp account",
    "microsoft.netapp/netappaccounts/capacitypools": "NetApp pool",
    "microsoft.netapp/netappaccounts/capacitypools/volumes": "NetApp volume",
    "microsoft.compute/virtualmachines/extensions": "Extension",
    "microsoft.compute/virtualmachines/runcommands": "Set-up",
    "microsoft.compute/disks": "Disk",
    "microsoft.authorization/roleassignments": "Right",
    "microsoft.operationalinsights/workspaces": "Log",
}
_DISK_MARKS: Final = ("_osdisk", "-os", "_disk", "-nic")
_ROLES: Final = (
    ("scheduler", MachineRole.SCHEDULER),
    ("node-", MachineRole.NODE),
    ("jump-", MachineRole.JUMP_BOX),
    ("dc-", MachineRole.DIRECTORY),
)


def role_of_name(machine: str) -> MachineRole | None:
    """Return what a machine is for by its name, None when it is none of a cluster's."""
    return next((role for start, role in _ROLES if machine.lower().startswith(start)), None)


def label_of(resource_type: str, name: str) -> str:
    """Return what people read in a list of resources: `Lustre`, `node-03`, `Network card of node-03`."""
    kind, own = resource_type.lower(), name.rsplit("/", 1)[-1]
    if kind == "microsoft.compute/virtualmachines":
        return own
    parent = name.split("/", 1)[0] if "/" in name else ""
    label = _LABELS.get(kind)
    if label is None:
        return f"{resource_type.rsplit('/', 1)[-1]} {own}".strip()
    if kind == "microsoft.authorization/roleassignments":
        return label
    if parent and kind.startswith("microsoft.compute/"):
        return f"{label} {own} of {parent}"
    if kind == "microsoft.network/networkinterfaces" or kind == "microsoft.compute/disks":
        machine = own
        for mark in _DISK_MARKS:
            machine = machine.split(mark, 1)[0]
        return f"{label} of {machine}"
    return f"{label} {own}"


_PARTS: Final = {
    "microsoft.network/bastionhosts": ResourceGroupKind.ACCESS,
    "microsoft.network/privatednszones": ResourceGroupKind.DIRECTORY,
    "microsoft.network": ResourceGroupKind.NETWORK,
    "microsoft.keyvault": ResourceGroupKind.SECRETS,
    "microsoft.managedidentity": ResourceGroupKind.SECRETS,
    "microsoft.storage": ResourceGroupKind.STORAGE,
    "microsoft.netapp": ResourceGroupKind.STORAGE,
}
_PARTS_OF_MACHINES: Final = (
    ("scheduler", ResourceGroupKind.SCHEDULER),
    ("node-", ResourceGroupKind.NODES),
    ("jump-", ResourceGroupKind.ACCESS),
    ("bastion", ResourceGroupKind.ACCESS),
    ("dc-", ResourceGroupKind.DIRECTORY),
)
_OF_MACHINES: Final = (
    "microsoft.compute/",
    "microsoft.network/networkinterfaces",
    "microsoft.network/publicipaddresses",
    "microsoft.network/networksecuritygroups",
)


def part_of(resource_type: str, name: str) -> ResourceGroupKind:
    """Return where a resource is shown.

    Args:
        resource_type: Such as `Microsoft.Network/natGateways`.
        name: With its parents' names within the type: `scheduler/guard`.
    """
    kind, whole = resource_type.lower(), name.lower()
    if whole.rsplit("/", 1)[-1].startswith("guard"):
        return ResourceGroupKind.GUARD
    if kind.startswith(_OF_MACHINES):
        for start, part in _PARTS_OF_MACHINES:
            if whole.startswith(start):
                return part
    return next((part for start, part in _PARTS.items() if kind.startswith(start)), ResourceGroupKind.GUARD)
