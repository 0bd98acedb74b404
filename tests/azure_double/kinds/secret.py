"""Secrets put by a template: they land in the vault's data plane."""

from __future__ import annotations

import uuid
from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class Secret(Kind):
    """See the module."""

    type = "Microsoft.KeyVault/vaults/secrets"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its vault must be there."""
        if not world.get(found.parent):
            raise AzureError(404, "ParentResourceNotFound", f"The vault '{found.parent}' could not be found.")

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Move the value to the data plane."""
        vault = world.get(resource.id.parent)
        assert vault is not None
        value = resource.properties.pop("value", "")
        store_secret(world, vault, resource.name, value)


def store_secret(
    world: World, vault: Resource, name: str, value: str, tags: dict[str, str] | None = None
) -> dict[str, Any]:
    """Put a new version of a secret and return it."""
    versions = vault.facts["secrets"].setdefault(name.lower(), [])
    now = int(world.timeline.clock.wall().timestamp())
    made = {
        "id": f"{vault.facts['uri'].rstrip('/')}/secrets/{name}/{uuid.uuid4().hex}",
        "value": value,
        "tags": tags or {},
        "attributes": {
            "enabled": True,
            "created": now,
            "updated": now,
            "recoveryLevel": "Recoverable",
            "recoverableDays": 90,
        },
    }
    versions.append(made)
    return made
