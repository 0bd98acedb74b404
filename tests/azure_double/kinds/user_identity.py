"""Identities that machines share."""

from __future__ import annotations

import uuid
from typing import Any

from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class UserIdentity(Kind):
    """Gets a principal at once."""

    type = "Microsoft.ManagedIdentity/userAssignedIdentities"

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """See the class."""
        resource.properties["principalId"] = resource.facts.setdefault("principal", str(uuid.uuid4()))
        resource.properties["clientId"] = resource.facts.setdefault("client", str(uuid.uuid4()))
        resource.properties["tenantId"] = world.people.subscriptions[resource.id.subscription].tenant
