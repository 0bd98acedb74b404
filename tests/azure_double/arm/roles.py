"""Who may do what where: role definitions, assignments, and Azure's way of saying no."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from typing import Any

from azure_double.exchange import AzureError
from azure_double.tables import table
from azure_double.world import World

ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
DEFINITION = "Microsoft.Authorization/roleDefinitions"


def built_in_roles() -> dict[str, dict[str, Any]]:
    """Return Azure's own roles by id (a GUID)."""
    return {
        row["id"]: {
            "roleName": row["roleName"],
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [{key: row[key] for key in ("actions", "notActions", "dataActions", "notDataActions")}],
        }
        for row in table("roles")
    }


@functools.lru_cache(4096)
def fits(action: str, pattern: str) -> bool:
    """Whether an action is meant by a role's pattern."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), action, re.IGNORECASE) is not None


def permits(permission: dict[str, Any], action: str, *, is_data: bool = False) -> bool:
    """Whether a role's permission holds an action."""
    yes, no = ("dataActions", "notDataActions") if is_data else ("actions", "notActions")
    return any(fits(action, each) for each in permission.get(yes) or ()) and not any(
        fits(action, each) for each in permission.get(no) or ()
    )


def permissions(world: World, oid: str, scope: str, *, is_data: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the permissions of somebody at a scope, by birth and by assignment."""
    person = world.people.by_oid(oid)
    subscription = (scope.split("/") + ["", "", ""])[2].lower()
    for key, names in (person.roles if person else {}).items():
        if key.lower() == subscription:
            for role in world.role_definitions.values():
                if role["roleName"] in names:
                    yield from role["permissions"]
    at = scope.lower().rstrip("/") + "/"
    for each in world.resources.values():
        if each.type.lower() != ASSIGNMENT.lower() or each.properties.get("principalId", "").lower() != oid.lower():
            continue
        if is_data and each.made_at + world.role_delay_s > world.timeline.now:
            continue
        if at.startswith(each.id.scope.lower().rstrip("/") + "/"):
            role = world.role_definitions.get(each.properties["roleDefinitionId"].rsplit("/", 1)[1].lower())
            yield from role["permissions"] if role else ()


def may(world: World, oid: str, action: str, scope: str, *, is_data: bool = False) -> bool:
    """Whether somebody may do something."""
    return any(permits(each, action, is_data=is_data) for each in permissions(world, oid, scope, is_data=is_data))


def name_of(world: World, oid: str) -> str:
    """Whose object id it is, for messages."""
    person = world.people.by_oid(oid)
    return person.username if person else oid


def demand(world: World, oid: str, action: str, scope: str) -> None:
    """Refuse what somebody may not do.

    Raises:
        AzureError: 403 AuthorizationFailed.
    """
    if world.faults.take("forbidden", path=action) or not may(world, oid, action, scope):
        raise AzureError(403, "AuthorizationFailed", refusal(world, oid, action, scope))


def refusal(world: World, oid: str, action: str, scope: str) -> str:
    """Azure's sentence."""
    return (
        f"The client '{name_of(world, oid)}' with object id '{oid}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )


_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities"
_LINKS = {
    "microsoft.network/virtualnetworks/subnets": "Microsoft.Network/virtualNetworks/subnets/join/action",
    "microsoft.network/networksecuritygroups": "Microsoft.Network/networkSecurityGroups/join/action",
    "microsoft.network/publicipaddresses": "Microsoft.Network/publicIPAddresses/join/action",
    "microsoft.network/networkinterfaces": "Microsoft.Network/networkInterfaces/join/action",
    "microsoft.network/natgateways": "Microsoft.Network/natGateways/join/action",
    _IDENTITY.lower(): f"{_IDENTITY}/assign/action",
}


def demand_links(world: World, oid: str, resource_id: str, action: str, links: Iterable[tuple[str, str]]) -> None:
    """Refuse a resource that is tied to others which somebody may not use.

    Args:
        world: The state.
        oid: Who.
        resource_id: Of the resource that is written.
        action: Its own action.
        links: Types and ids of what it is tied to.

    Raises:
        AzureError: 403 LinkedAuthorizationFailed.
    """
    for kind, linked in links:
        needed = _LINKS.get(kind.lower())
        if needed and not may(world, oid, needed, linked):
            raise AzureError(
                403,
                "LinkedAuthorizationFailed",
                f"The client '{name_of(world, oid)}' with object id '{oid}' has permission to perform action "
                f"'{action}' "
                f"on scope '{resource_id}'; however, it does not have permission to perform action(s) '{needed}' "
                "on the "
                f"linked scope(s) '{linked}' (respectively) or the linked scope(s) are invalid.",
            )
