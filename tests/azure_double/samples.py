"""Small templates and resources that fit the official schemas, for tests of the double."""

from __future__ import annotations

from typing import Any

NETWORK = {
    "location": "eastus",
    "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
        "subnets": [{"name": "cluster", "properties": {"addressPrefix": "10.0.1.0/24"}}],
    },
}


def card(subnet: str) -> dict[str, Any]:
    """A network card."""
    inside = {"privateIPAllocationMethod": "Dynamic", "subnet": {"id": subnet}}
    return {"location": "eastus", "properties": {"ipConfigurations": [{"name": "a", "properties": inside}]}}


def machine(card_id: str, *, size: str = "Standard_D2s_v5", **more: Any) -> dict[str, Any]:
    """A machine with an identity of its own."""
    return {
        "location": "eastus",
        "tags": {"tiepoint-role": "node"},
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "hardwareProfile": {"vmSize": size},
            "storageProfile": {
                "imageReference": {"publisher": "Canonical", "offer": "ubuntu", "sku": "server", "version": "latest"},
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {"computerName": "n", "adminUsername": "tp", "adminPassword": "planted"},
            "networkProfile": {"networkInterfaces": [{"id": card_id, "properties": {"deleteOption": "Delete"}}]},
            **more,
        },
    }


def template(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A template around resources."""
    return {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": list(resources),
        **more,
    }


def deployment(body: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """What is put to deploy a template."""
    values = {
        key: value if isinstance(value, dict) and "reference" in value else {"value": value}
        for key, value in parameters.items()
    }
    return {"properties": {"mode": "Incremental", "template": body, "parameters": values}}


def identity(name: str, **more: Any) -> dict[str, Any]:
    """The smallest resource there is."""
    return {
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities", "apiVersion": "2024-11-30", "name": name,
        "location": "eastus", "properties": {}, **more,
    }  # fmt: skip


def nested(name: str, body: dict[str, Any], parameters: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A nested deployment in its own scope."""
    return {
        "type": "Microsoft.Resources/deployments", "apiVersion": "2025-04-01", "name": name,
        "properties": {
            "mode": "Incremental", "expressionEvaluationOptions": {"scope": "inner"},
            "parameters": parameters or {}, "template": body,
        },
        **more,
    }  # fmt: skip


def cluster(nodes: int, **more: Any) -> dict[str, Any]:
    """A network and nodes in it, each with its card, as a template."""
    inside = machine(
        "[resourceId('Microsoft.Network/networkInterfaces', concat('node-0', copyIndex(1), '-nic'))]", **more
    )
    return template(
        {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2025-07-01", "name": "vnet", **NETWORK},
        {
            "type": "Microsoft.Network/networkInterfaces", "apiVersion": "2025-07-01",
            "name": "[concat('node-0', copyIndex(1), '-nic')]", "copy": {"name": "cards", "count": nodes},
            "dependsOn": ["vnet"],
            **card("[resourceId('Microsoft.Network/virtualNetworks/subnets', 'vnet', 'cluster')]"),
        },
        {
            "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2026-03-01",
            "name": "[concat('node-0', copyIndex(1))]", "copy": {"name": "nodes", "count": nodes},
            "dependsOn": ["[concat('node-0', copyIndex(1), '-nic')]"],
            **inside,
        },
    )  # fmt: skip
