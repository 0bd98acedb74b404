"""Resources of any type: put, get, list, change, delete."""

from __future__ import annotations

import copy
from typing import Any

from azure_double.arm import putting
from azure_double.arm.operations import Operations
from azure_double.arm.roles import demand
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import ResourceId, read_id
from azure_double.kinds.registry import kind_of
from azure_double.routing import Route
from azure_double.world import Resource, World

_DELETED_AT_ONCE = (
    "microsoft.authorization/", "microsoft.keyvault/vaults", "microsoft.storage/storageaccounts",
    "microsoft.managedidentity/userassignedidentities", "microsoft.network/privatednszones/a",
)  # fmt: skip
"""Types whose own clients know no waiting here."""


class GenericResources:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers; they come last, for they fit nearly everything."""
        one = r"(?P<path>(/subscriptions/.+)?/providers/[^/]+(/[^/]+/[^/]+)+)"
        many = r"(?P<scope>(/subscriptions/.+)?)/providers/(?P<kind>[^/]+(/[^/]+/[^/]+)*/[^/]+)"
        return [
            Route("PUT", one, self._put),
            Route("PATCH", one, self._patch),
            Route("GET HEAD", one, self._get),
            Route("DELETE", one, self._delete),
            Route("GET", many, self._list),
        ]

    def _put(self, request: Request, path: str) -> Response:
        found, body = read_id(path), request.json()
        return self.put(request, found, body)

    def put(self, request: Request, found: ResourceId, body: dict[str, Any]) -> Response:
        """Answer a put."""
        if found.group:
            self._world.group_of(found)
        is_new = not self._world.get(found.text)
        putting.check_put(self._world, request.oid, found, body, request.query.get("api-version", ""))
        operation = self._world.begin()

        def done(error: dict[str, Any] | None) -> None:
            self._world.end(operation, error, None if error else self._shown(request, resource))

        resource = putting.put(self._world, request.oid, found, body, done)
        headers = {}
        if found.namespace.lower() != "microsoft.authorization":
            headers = self._operations.headers(
                operation, found.subscription, found.namespace, str(body.get("location", ""))
            )
            if found.type.lower() == "microsoft.storage/storageaccounts":
                headers.pop("Azure-AsyncOperation")
                return Response(202, None, headers)
            headers.pop("Location")
        else:
            resource.state = "Succeeded"
        return Response(201 if is_new else 200, self._shown(request, resource), headers)

    def _patch(self, request: Request, path: str) -> Response:
        resource = self._there(read_id(path))
        body = merged(resource.body, request.json())
        return self.put(request, resource.id, body)

    def _get(self, request: Request, path: str) -> Response:
        found = read_id(path)
        demand(self._world, request.oid, f"{found.type}/read", found.text)
        return Response(200, self._shown(request, self._there(found)))

    def _delete(self, request: Request, path: str) -> Response:
        found = read_id(path)
        demand(self._world, request.oid, f"{found.type}/delete", found.text)
        resource = self._world.get(found.text)
        if not resource:
            return Response(204)
        if found.type.lower().startswith(_DELETED_AT_ONCE):
            shown = self._shown(request, resource)
            putting.remove_now(self._world, resource)
            return Response(200, shown)
        operation = self._world.begin()
        putting.delete(self._world, request.oid, found, lambda error: self._world.end(operation, error))
        location = str(resource.body.get("location", ""))
        return Response(202, None, self._operations.headers(operation, found.subscription, found.namespace, location))

    def _list(self, request: Request, scope: str, kind: str) -> Response:
        parts = kind.split("/")
        full = "/".join([parts[0], *parts[1::2]])
        parent = f"{scope}/providers/{'/'.join(parts[:-1])}" if len(parts) > 2 else scope
        demand(self._world, request.oid, f"{full}/read", parent or "/")
        if len(parts) > 2 and not self._world.get(parent) and "/blobServices/" not in f"{parent}/":
            raise AzureError(404, "ParentResourceNotFound", f"The parent '{parent}' could not be found.")
        found = self._world.of_type(full, parent)
        return Response(200, {"value": [self._shown(request, each) for each in found]})

    def _there(self, found: ResourceId) -> Resource:
        if found.group:
            self._world.group_of(found)
        resource = self._world.get(found.text)
        if not resource:
            raise AzureError(404, "ResourceNotFound", putting.not_found(found))
        return resource

    def _shown(self, request: Request, resource: Resource) -> dict[str, Any]:
        return kind_of(resource.type).shown(self._world, resource, expand=request.query.get("$expand", ""))


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return what a patch makes of a resource."""
    found = copy.deepcopy(old)
    for key, value in new.items():
        if isinstance(value, dict) and isinstance(found.get(key), dict) and key != "tags":
            found[key] = merged(found[key], value)
        elif value is not None:
            found[key] = value
    return found
