"""Role assignments and definitions."""

from __future__ import annotations

import uuid
from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class RoleAssignment(Kind):
    """An assignment; the same one under another name is refused."""

    type = "Microsoft.Authorization/roleAssignments"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """See the class."""
        properties = body.get("properties") or {}
        role = str(properties.get("roleDefinitionId", "")).rsplit("/", 1)[-1].lower()
        try:
            uuid.UUID(found.name)
        except ValueError:
            raise AzureError(
                400,
                "InvalidRoleAssignmentId",
                f"The role assignment ID '{found.name}' is not valid. It must be a GUID.",
            ) from None
        if role not in world.role_definitions:
            raise AzureError(
                400, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{role}' does not exist."
            )
        for each in world.of_type(self.type, found.scope):
            same = (
                each.id.scope.lower() == found.scope.lower()
                and each.properties.get("principalId") == properties.get("principalId")
                and each.properties.get("roleDefinitionId", "").rsplit("/", 1)[-1].lower() == role
            )
            if same and each.id.key != found.key:
                raise AzureError(409, "RoleAssignmentExists", "The role assignment already exists.")

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Say where it holds."""
        resource.properties["scope"] = resource.id.scope


class RoleDefinition(Kind):
    """A custom role; from then on it can be assigned."""

    type = "Microsoft.Authorization/roleDefinitions"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its name must not be another one's."""
        name = (body.get("properties") or {}).get("roleName")
        for key, each in world.role_definitions.items():
            if each["roleName"] == name and key != found.name.lower():
                raise AzureError(
                    409, "RoleDefinitionWithSameNameExists",
                    f"A custom role with the same name already exists in this directory. Use a different name: {name}",
                )  # fmt: skip

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """It holds at once."""
        resource.properties["type"] = "CustomRole"
        world.role_definitions[resource.name.lower()] = resource.properties

    def removed(self, world: World, resource: Resource) -> None:
        """It holds no more."""
        world.role_definitions.pop(resource.name.lower(), None)
