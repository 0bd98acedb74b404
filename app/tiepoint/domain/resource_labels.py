"""What people call a resource in a list, and what a machine is for by its name. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.cluster import MachineRole

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
    "microsoft.insights/datacollectionrules": "Log rule",
    "microsoft.insights/datacollectionruleassociations": "Log of",
    "microsoft.network/privatednszones/a": "Name",
    "microsoft.network/privatednszones/virtualnetworklinks": "Names for",
    "microsoft.storage/storageaccounts/blobservices": "Blob service",
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


def label_of(resource_type: str, name: str, resource_id: str = "") -> str:
    """Return what people read in a list of resources: `Lustre`, `node-03`, `Network card of node-03`.

    Args:
        resource_type: Such as `Microsoft.Network/natGateways`.
        name: With its parents' names within the type: `scheduler/guard`.
        resource_id: Says what a right is on, whose own name is a number.
    """
    kind, own = resource_type.lower(), name.rsplit("/", 1)[-1]
    if kind == "microsoft.compute/virtualmachines":
        return own
    label = _LABELS.get(kind)
    if label is None:
        return f"{resource_type.rsplit('/', 1)[-1]} {own}".strip()
    if kind == "microsoft.authorization/roleassignments":
        scope = resource_id.lower().split("/providers/microsoft.authorization/", 1)[0].rstrip("/")
        return f"{label} on {resource_id[: len(scope)].rsplit('/', 1)[-1]}" if resource_id else label
    if "/" in name and kind.startswith("microsoft.compute/"):
        return f"{label} {own} of {name.split('/', 1)[0]}"
    if kind in ("microsoft.network/networkinterfaces", "microsoft.compute/disks"):
        return f"{label} of {_machine_of(own)}"
    return label if own.lower() in (label.lower(), "default") else f"{label} {own}"


def _machine_of(name: str) -> str:
    for mark in _DISK_MARKS:
        name = name.lower().split(mark, 1)[0]
    return name
