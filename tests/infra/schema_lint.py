"""The lint of the official schemas, where they lie beside the checkout; a resource seen before is not checked again."""

import functools
import json
from collections.abc import Mapping
from typing import Any

from azure_double.arm import schemas

# Where a nested deployment goes is for ARM itself to say (its documentation: "Deploy to multiple resource groups"), and
# the schema of deployments does not know it. Only an existing vault in another group needs it.
KNOWN = (
    "Microsoft.Resources/deployments",
    ("/subscriptionId: unknown property", "/resourceGroup: unknown property"),
)
SCHEMAS = schemas.FOLDER


def problems(template: Mapping[str, Any]) -> list[str]:
    """Return what the schemas object to in a template; what is nested in it is to be passed on its own."""
    return [
        f"{resource['type']} {resource['name']} {text}"
        for resource in template["resources"]
        for text in _check(json.dumps(_bare(resource)))
        if not is_known(f"{resource['type']} {text}")
    ]


def is_known(line: str) -> bool:
    """Whether an objection is the schema's own gap."""
    return line.startswith(KNOWN[0]) and line.endswith(KNOWN[1])


def _bare(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = resource.get("properties", {})
    return {**resource, "properties": {**properties, "template": {}}} if "template" in properties else resource


@functools.cache
def _check(text: str) -> tuple[str, ...]:
    lint = schemas.lint()
    assert lint is not None
    return tuple(lint.check(json.loads(text)))
