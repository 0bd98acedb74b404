"""Resource groups, their lists of resources, their tags."""

from __future__ import annotations

import re
from typing import Any

from azure_double.arm import putting
from azure_double.arm.operations import Operations
from azure_double.arm.roles import demand
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import group_id
from azure_double.routing import Route
from azure_double.world import Group, Resource, World

_READ = "Microsoft.Resources/subscriptions/resourceGroups"
_HIDDEN = ("microsoft.authorization/", "microsoft.resources/deployments")
_NESTED_SHOWN = ("extensions", "runcommands", "virtualnetworklinks", "capacitypools", "volumes")


class Groups:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers."""
        at = r"/subscriptions/(?P<sub>[^/]+)"
        one = rf"{at}/resourcegroups/(?P<name>[^/]+)"
        tags = r"/providers/Microsoft\.Resources/tags/default"
        return [
            Route("GET", rf"{at}/resourcegroups", self._list),
            Route("HEAD", one, self._head),
            Route("GET", one, self._get),
            Route("PUT", one, self._put),
            Route("PATCH", one, self._patch),
            Route("DELETE", one, self._delete),
            Route("GET", rf"{one}/resources", self._resources),
            Route("GET", rf"{at}/resources", self._all_resources),
            Route("GET", rf"{one}{tags}", self._tags),
            Route("PUT PATCH", rf"{one}{tags}", self._set_tags),
        ]

    def shown(self, group: Group) -> dict[str, Any]:
        """Return a group as Azure answers."""
        return {
            "id": group.id,
            "name": group.name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": group.location,
            "tags": group.tags,
            "properties": {"provisioningState": group.state},
        }

    def _list(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, f"{_READ}/read", f"/subscriptions/{sub}")
        found = [each for each in self._world.groups.values() if each.subscription.lower() == sub.lower()]
        wanted = tag_filter(request.query.get("$filter", ""))
        return Response(200, {"value": [self.shown(each) for each in found if wanted(each.tags)]})

    def _head(self, request: Request, sub: str, name: str) -> Response:
        demand(self._world, request.oid, f"{_READ}/read", group_id(sub, name))
        return Response(204 if group_id(sub, name).lower() in self._world.groups else 404)

    def _get(self, request: Request, sub: str, name: str) -> Response:
        demand(self._world, request.oid, f"{_READ}/read", group_id(sub, name))
        return Response(200, self.shown(self._world.group(name, sub)))

    def _put(self, request: Request, sub: str, name: str) -> Response:
        demand(self._world, request.oid, f"{_READ}/write", group_id(sub, name))
        body = request.json()
        location = str(body.get("location", "")).replace(" ", "").lower()
        if location not in self._world.regions:
            raise AzureError(
                400, "LocationNotAvailableForResourceGroup",
                f"The provided location '{location}' is not available for resource group. List of available regions is "
                f"'{','.join(self._world.regions)}'.",
            )  # fmt: skip
        _check_tags(body.get("tags") or {})
        key = group_id(sub, name).lower()
        old = self._world.groups.get(key)
        if old and old.state == "Deleting":
            raise AzureError(
                409, "ResourceGroupBeingDeleted",
                f"The resource group '{name}' is in deprovisioning state and cannot perform this operation.",
            )  # fmt: skip
        if old and old.location != location:
            raise AzureError(
                409, "InvalidResourceGroupLocation",
                f"Invalid resource group location '{location}'. The Resource group already exists in location "
                f"'{old.location}'.",
            )  # fmt: skip
        group = Group(sub, name, location, dict(body.get("tags") or {}))
        self._world.groups[key] = group
        self._world.note(str(request.claims.get("upn", "")), f"{_READ}/write", group.id, "Succeeded")
        return Response(200 if old else 201, self.shown(group))

    def _patch(self, request: Request, sub: str, name: str) -> Response:
        group = self._world.group(name, sub)
        demand(self._world, request.oid, f"{_READ}/write", group.id)
        tags = request.json().get("tags")
        if tags is not None:
            _check_tags(tags)
            group.tags = dict(tags)
        return Response(200, self.shown(group))

    def _delete(self, request: Request, sub: str, name: str) -> Response:
        group = self._world.group(name, sub)
        demand(self._world, request.oid, f"{_READ}/delete", group.id)
        operation = self._world.begin()
        group.state = "Deleting"

        def end() -> None:
            for each in self._world.in_group(group):
                putting.remove_now(self._world, each)
            self._world.groups.pop(group.id.lower(), None)
            for key in [key for key in self._world.deployments if key.startswith(f"{group.id.lower()}/")]:
                del self._world.deployments[key]
            self._world.note(str(request.claims.get("upn", "")), f"{_READ}/delete", group.id, "Succeeded")
            self._world.end(operation)

        self._world.timeline.after(self._world.takes("group/delete", group.name), end)
        return Response(202, None, self._operations.location(operation, sub))

    def _resources(self, request: Request, sub: str, name: str) -> Response:
        group = self._world.group(name, sub)
        demand(self._world, request.oid, f"{_READ}/resources/read", group.id)
        return Response(200, {"value": _rows(self._world.in_group(group), request)})

    def _all_resources(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Resources/subscriptions/resources/read", f"/subscriptions/{sub}")
        inside = f"/subscriptions/{sub}/".lower()
        found = [each for key, each in self._world.resources.items() if key.startswith(inside)]
        return Response(200, {"value": _rows(found, request)})

    def _tags(self, request: Request, sub: str, name: str) -> Response:
        return Response(200, _tags_shown(self._world.group(name, sub)))

    def _set_tags(self, request: Request, sub: str, name: str) -> Response:
        group = self._world.group(name, sub)
        demand(self._world, request.oid, "Microsoft.Resources/tags/write", group.id)
        body = request.json()
        tags = (body.get("properties") or {}).get("tags") or {}
        operation = str(body.get("operation", "Replace")).lower()
        if operation == "merge":
            tags = {**group.tags, **tags}
        elif operation == "delete":
            tags = {key: value for key, value in group.tags.items() if key not in tags}
        _check_tags(tags)
        group.tags = dict(tags)
        return Response(200, _tags_shown(group))


def tag_filter(text: str) -> Any:
    """Return what says whether tags fit a filter of groups or resources."""
    name = re.search(r"tagName eq '([^']*)'", text, re.IGNORECASE)
    value = re.search(r"tagValue eq '([^']*)'", text, re.IGNORECASE)

    def fits(tags: dict[str, str]) -> bool:
        low = {key.lower(): each for key, each in (tags or {}).items()}
        if name and name[1].lower() not in low:
            return False
        return not value or not name or low[name[1].lower()] == value[1]

    return fits


def _check_tags(tags: dict[str, str]) -> None:
    for key, value in tags.items():
        if len(key) > 512 or len(str(value)) > 256:
            raise AzureError(
                400, "InvalidTagValueLength" if len(key) <= 512 else "InvalidTagNameLength",
                f"Tag value too large. Following tag value '{value}' exceeded the maximum length. Maximum "
                "allowed length "
                "for tag value - '256' characters.",
            )  # fmt: skip
    if len(tags) > 50:
        raise AzureError(400, "InvalidTags", "The number of tags exceeds the limit of 50.")


def _tags_shown(group: Group) -> dict[str, Any]:
    return {
        "id": f"{group.id}/providers/Microsoft.Resources/tags/default",
        "name": "default",
        "type": "Microsoft.Resources/tags",
        "properties": {"tags": group.tags},
    }


def _rows(found: list[Resource], request: Request) -> list[dict[str, Any]]:
    text = request.query.get("$filter", "")
    tags, kind = tag_filter(text), re.search(r"resourceType eq '([^']*)'", text, re.IGNORECASE)
    expands = request.query.get("$expand", "").lower()
    rows = []
    for each in found:
        low = each.type.lower()
        if low.startswith(_HIDDEN) or (low.count("/") > 1 and low.rsplit("/", 1)[1] not in _NESTED_SHOWN):
            continue
        if not tags(each.tags) or (kind and kind[1].lower() != low):
            continue
        row = {"id": each.id.text, "name": "/".join(each.id.names), "type": each.type}
        row |= {
            key: each.body[key] for key in ("location", "tags", "sku", "kind", "zones", "identity") if key in each.body
        }
        if "provisioningstate" in expands:
            row["provisioningState"] = each.state
        if "createdtime" in expands:
            row["createdTime"] = each.facts.get("made", "")
        rows.append(row)
    return rows
