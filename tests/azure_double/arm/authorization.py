"""What somebody may do, roles and their assignments, as they are asked for."""

from __future__ import annotations

import re
from typing import Any

from azure_double.arm.generic import GenericResources
from azure_double.arm.roles import ASSIGNMENT, DEFINITION, demand, permissions
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import read_id
from azure_double.routing import Route
from azure_double.world import World


class Authorization:
    """See the module.

    Args:
        world: The state.
        resources: Where assignments are put.
    """

    def __init__(self, world: World, resources: GenericResources) -> None:
        self._world, self._resources = world, resources

    def routes(self) -> list[Route]:
        """Its answers."""
        at = r"(?P<scope>(/subscriptions/.+)?)/providers/Microsoft\.Authorization"
        return [
            Route("GET", rf"{at}/permissions", self._permissions),
            Route("GET", rf"{at}/roleDefinitions", self._definitions),
            Route("GET", rf"{at}/roleDefinitions/(?P<name>[^/]+)", self._definition),
            Route("GET", rf"{at}/roleAssignments", self._assignments),
        ]

    def _permissions(self, request: Request, scope: str) -> Response:
        found = read_id(scope)
        if found.group and not found.type:
            self._world.group_of(found)
        return Response(200, {"value": list(permissions(self._world, request.oid, scope))})

    def _shown(self, scope: str, name: str, role: dict[str, Any]) -> dict[str, Any]:
        subscription = read_id(scope).subscription
        at = f"/subscriptions/{subscription}" if subscription else ""
        return {
            "id": f"{at}/providers/{DEFINITION}/{name}",
            "name": name,
            "type": DEFINITION,
            "properties": role,
        }

    def _definitions(self, request: Request, scope: str) -> Response:
        demand(self._world, request.oid, f"{DEFINITION}/read", scope)
        text = request.query.get("$filter", "")
        name = re.search(r"roleName eq '([^']*)'", text, re.IGNORECASE)
        kind = re.search(r"type eq '([^']*)'", text, re.IGNORECASE)
        rows = [
            self._shown(scope, key, role)
            for key, role in self._world.role_definitions.items()
            if (not name or role["roleName"] == name[1]) and (not kind or role["type"] == kind[1])
        ]
        return Response(200, {"value": rows})

    def _definition(self, request: Request, scope: str, name: str) -> Response:
        demand(self._world, request.oid, f"{DEFINITION}/read", scope)
        role = self._world.role_definitions.get(name.lower())
        if not role:
            raise AzureError(404, "RoleDefinitionDoesNotExist", f"The role definition '{name}' does not exist.")
        return Response(200, self._shown(scope, name.lower(), role))

    def _assignments(self, request: Request, scope: str) -> Response:
        demand(self._world, request.oid, f"{ASSIGNMENT}/read", scope)
        text = request.query.get("$filter", "")
        who = re.search(r"(?:assignedTo\('|principalId eq ')([^']*)'", text, re.IGNORECASE)
        low = scope.lower().rstrip("/")
        rows = []
        for each in self._world.of_type(ASSIGNMENT):
            at = each.id.scope.lower().rstrip("/")
            is_near = at == low if "atscope()" in text.lower() else at.startswith(low) or low.startswith(at)
            if is_near and (not who or each.properties.get("principalId") == who[1]):
                rows.append({"id": each.id.text, "name": each.name, "type": ASSIGNMENT, "properties": each.properties})
        return Response(200, {"value": rows})
