"""A deployment into a resource group that is not there yet, so that Azure can check it before anything is made.

Resource Manager refuses to check a template for a missing group; at the subscription's level it checks the group
together with what goes into it. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_SCHEMA: Final = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
_GROUPS_VERSION: Final = "2025-04-01"
_DEPLOYMENTS_VERSION: Final = "2025-04-01"


def wrapped(group: str, region: str, template: Mapping[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body of a deployment at the subscription's level that makes the group and deploys into it.

    Args:
        group: Name of the group.
        region: Where it would be made.
        template: For the group.
        parameters: Its parameters, in Azure's form.
    """
    place = {"type": "Microsoft.Resources/resourceGroups", "apiVersion": _GROUPS_VERSION, "name": group}
    content = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": _DEPLOYMENTS_VERSION,
        "name": "cluster",
        "resourceGroup": group,
        "dependsOn": [f"[subscriptionResourceId('Microsoft.Resources/resourceGroups', '{group}')]"],
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": dict(template),
            "parameters": dict(parameters),
        },
    }
    outer = {
        "$schema": _SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [{**place, "location": region, "properties": {}}, content],
    }
    return {"location": region, "properties": {"mode": "Incremental", "template": outer, "parameters": {}}}
