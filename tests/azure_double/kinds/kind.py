"""What every type of resource has: a check before it is put, what follows from it, and how it is shown."""

from __future__ import annotations

import copy
from typing import Any

from azure_double.ids import ResourceId
from azure_double.world import Resource, World

SECRET_NAMES = {"adminpassword", "customdata", "protectedsettings", "value"}


class Kind:
    """A type without anything special; others build on it.

    Args of every method: world: the state; resource: the resource; body: what was put.
    """

    type = ""

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Refuse what Azure would refuse at once.

        Raises:
            AzureError: Why.
        """

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Has been accepted: add what the service adds at once."""

    def made(self, world: World, resource: Resource) -> None:
        """Is ready."""

    def failure(self, world: World, resource: Resource) -> dict[str, Any] | None:
        """Return why making it fails in the end; None = it does not."""
        rule = world.faults.take("fail", path=resource.id.text, name=resource.name)
        return {"code": rule.code, "message": rule.message} if rule else None

    def failed(self, world: World, resource: Resource, error: dict[str, Any]) -> None:
        """Could not be made."""

    def removed(self, world: World, resource: Resource) -> None:
        """Is gone."""

    def shown(self, world: World, resource: Resource, *, expand: str = "") -> dict[str, Any]:
        """Return it as Azure answers."""
        body = copy.deepcopy(resource.body)
        body |= {"id": resource.id.text, "name": resource.name, "type": resource.type}
        properties = body.setdefault("properties", {})
        properties["provisioningState"] = resource.state
        for part in properties.values():
            if isinstance(part, dict):
                for key in [key for key in part if key.lower() in ("adminpassword", "customdata")]:
                    del part[key]
        properties.pop("protectedSettings", None)
        return body

    def takes_s(self, world: World, resource: Resource, *, is_new: bool) -> float:
        """How long making it takes, Azure's seconds; a change takes a few only."""
        return world.takes(resource.type, resource.name) if is_new else min(5.0, world.takes("default", resource.name))

    def delete_takes_s(self, world: World, resource: Resource) -> float:
        """How long removing it takes."""
        key = f"{resource.type}/delete"
        return world.takes(key if key.lower() in world.durations else "delete/default", resource.name)
