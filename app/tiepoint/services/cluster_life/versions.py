"""API versions and types of the resources that are looked at or changed one by one.

Newest stable ones in Azure's published schemas (azure-resource-manager-schemas, 2026-08). Must hold nothing else.
"""

from __future__ import annotations

from typing import Final

STORAGE_ACCOUNT: Final = "Microsoft.Storage/storageAccounts"
VAULT: Final = "Microsoft.KeyVault/vaults"
LUSTRE: Final = "Microsoft.StorageCache/amlFilesystems"
NETAPP: Final = "Microsoft.NetApp/netAppAccounts"
BASTION: Final = "Microsoft.Network/bastionHosts"
NAT_GATEWAY: Final = "Microsoft.Network/natGateways"
PUBLIC_ADDRESS: Final = "Microsoft.Network/publicIPAddresses"
NETWORK: Final = "Microsoft.Network/virtualNetworks"
MACHINE: Final = "Microsoft.Compute/virtualMachines"
DISK: Final = "Microsoft.Compute/disks"
RIGHT: Final = "Microsoft.Authorization/roleAssignments"

_VERSIONS: Final = {
    "microsoft.storage": "2026-04-01",
    "microsoft.keyvault": "2026-02-01",
    "microsoft.storagecache": "2026-01-01",
    "microsoft.netapp": "2026-05-01",
    "microsoft.network/privatednszones": "2024-06-01",
    "microsoft.network": "2025-07-01",
    "microsoft.compute/disks": "2026-03-02",
    "microsoft.compute": "2026-03-01",
    "microsoft.managedidentity": "2024-11-30",
    "microsoft.authorization": "2022-04-01",
    "microsoft.operationalinsights": "2025-07-01",
    "microsoft.insights": "2024-03-11",
    "microsoft.resources": "2025-04-01",
}


def api_version(resource_type: str) -> str:
    """Return the API version by which a resource of a type is read, changed or deleted."""
    kind = resource_type.lower()
    return next((version for start, version in _VERSIONS.items() if kind.startswith(start)), "2025-04-01")
