"""What a person must be allowed to do to deploy a template, read from the template itself. Pure; any thread."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_ALWAYS: Final = (
    "Microsoft.Resources/subscriptions/resourceGroups/write",
    "Microsoft.Resources/deployments/read",
    "Microsoft.Resources/deployments/write",
    "Microsoft.Resources/deployments/validate/action",
    "Microsoft.Resources/deployments/whatIf/action",
    "Microsoft.Resources/deployments/cancel/action",
    "Microsoft.Resources/deployments/operations/read",
)
_JOINED: Final = {
    "Microsoft.Network/virtualNetworks": ("Microsoft.Network/virtualNetworks/join/action",),
    "Microsoft.Network/networkSecurityGroups": ("Microsoft.Network/networkSecurityGroups/join/action",),
    "Microsoft.Network/natGateways": ("Microsoft.Network/natGateways/join/action",),
    "Microsoft.Network/publicIPAddresses": ("Microsoft.Network/publicIPAddresses/join/action",),
    "Microsoft.Network/networkInterfaces": (
        "Microsoft.Network/networkInterfaces/join/action",
        "Microsoft.Network/virtualNetworks/subnets/join/action",
    ),
    "Microsoft.Network/virtualNetworks/virtualNetworkPeerings": ("Microsoft.Network/virtualNetworks/peer/action",),
    "Microsoft.Storage/storageAccounts": ("Microsoft.Network/virtualNetworks/subnets/joinViaServiceEndpoint/action",),
    "Microsoft.Insights/dataCollectionRules": ("Microsoft.OperationalInsights/workspaces/sharedKeys/action",),
}
"""Deploying a resource that is tied to others needs leave to tie; a missing one is LinkedAuthorizationFailed."""
_MACHINE: Final = ("start/action", "deallocate/action", "delete")
_READ_SECRET: Final = "Microsoft.KeyVault/vaults/deploy/action"


def deployer_actions(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the actions, sorted.

    Args:
        template: As composed.
    """
    found = set(_ALWAYS)
    for kind in resource_types(template):
        found |= {f"{kind}/read", f"{kind}/write", *_JOINED.get(kind, ())}
        if kind == "Microsoft.Compute/virtualMachines":
            found |= {f"{kind}/{action}" for action in _MACHINE}
    if '"keyVault"' in json.dumps(template["resources"]):
        found.add(_READ_SECRET)
    return tuple(sorted(found))


def resource_types(template: Mapping[str, Any]) -> Iterator[str]:
    """Return the types of all resources of a template, those of nested ones too."""
    for resource in template["resources"]:
        yield resource["type"]
        inner = resource.get("properties", {}).get("template")
        if inner:
            yield from resource_types(inner)
