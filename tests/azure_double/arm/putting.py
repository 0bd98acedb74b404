"""Putting and deleting a resource, whoever asks: a request or a deployment."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from azure_double.arm import schemas
from azure_double.arm.roles import demand, demand_links
from azure_double.exchange import AzureError
from azure_double.ids import ResourceId, read_id
from azure_double.kinds.registry import kind_of
from azure_double.world import Resource, World

Done = Callable[[dict[str, Any] | None], None]
"""Told why it failed, or None."""


def check_put(
    world: World, oid: str, found: ResourceId, body: dict[str, Any], api_version: str, *, may_lack: bool = False
) -> None:
    """Refuse what Azure would refuse at once.

    Args:
        world: The state.
        oid: Who asks.
        found: Which resource.
        body: What it shall be.
        api_version: In which version.
        may_lack: Only rights and form are looked at: what it refers to may be made later.

    Raises:
        AzureError: Why.
    """
    if world.providers.get(found.namespace.lower(), "NotRegistered") != "Registered":
        raise AzureError(
            409, "MissingSubscriptionRegistration",
            f"The subscription is not registered to use namespace '{found.namespace}'. See "
            "https://aka.ms/rps-not-found for "
            "how to register subscriptions.",
            details=[{"code": "MissingSubscriptionRegistration", "target": found.namespace, "message": ""}],
        )  # fmt: skip
    action = f"{found.type}/write"
    demand(world, oid, action, found.text)
    demand_links(world, oid, found.text, action, _links(body))
    wrong = schemas.problems({**body, "type": found.type, "apiVersion": api_version, "name": "/".join(found.names)})
    if wrong:
        raise AzureError(
            400, "InvalidRequestContent",
            f"The request content of '{found.type}' '{found.name}' does not fit its schema: {'; '.join(wrong[:5])}",
        )  # fmt: skip
    if not may_lack:
        kind_of(found.type).check(world, found, body, world.get(found.text))


def put(world: World, oid: str, found: ResourceId, body: dict[str, Any], done: Done | None = None) -> Resource:
    """Make or change a resource that has been checked; `done` is told when it is ready."""
    kind, old = kind_of(found.type), world.get(found.text)
    body = copy.deepcopy(body)
    for key in ("id", "name", "type", "etag", "apiVersion"):
        body.pop(key, None)
    former = old.body if old else None
    resource = old or Resource(found, body, made_at=world.timeline.now)
    resource.body, resource.state = body, "Updating" if old else "Creating"
    resource.facts.setdefault("made", world.timeline.stamp())
    world.resources[found.key] = resource
    kind.put(world, resource, former)
    world.note(_name(world, oid), f"{found.type}/write", found.text, "Started")

    def end() -> None:
        if world.resources.get(found.key) is not resource:
            if done:
                done({"code": "ResourceNotFound", "message": f"The Resource '{found.text}' was not found."})
            return
        error = kind.failure(world, resource)
        resource.state = "Failed" if error else "Succeeded"
        if error:
            kind.failed(world, resource, error)
        else:
            kind.made(world, resource)
        world.note(_name(world, oid), f"{found.type}/write", found.text, resource.state, str(error or ""))
        if done:
            done(error)

    world.timeline.after(kind.takes_s(world, resource, is_new=former is None), end)
    return resource


def delete(world: World, oid: str, found: ResourceId, done: Done | None = None) -> float:
    """Remove a resource and all below it; return how long it takes."""
    resource = world.get(found.text)
    if not resource:
        raise AzureError(404, "ResourceNotFound", not_found(found))
    for each in world.resources.values():
        for _, linked in _links(each.body):
            if linked.lower() == found.key and _holds(each, resource):
                raise AzureError(
                    409, "InUseResourceCannotBeDeleted" if "networkInterfaces" not in found.type else "NicInUse",
                    f"{found.type.rsplit('/', 1)[-1]} {found.name} is in use by {each.id.text} and cannot be deleted.",
                )  # fmt: skip
    takes = kind_of(found.type).delete_takes_s(world, resource)
    resource.state = "Deleting"

    def end() -> None:
        error = world.faults.take("fail", path=f"{found.text}/delete", name=found.name)
        if error:
            resource.state = "Failed"
        else:
            remove_now(world, resource)
        world.note(_name(world, oid), f"{found.type}/delete", found.text, "Failed" if error else "Succeeded")
        if done:
            done({"code": error.code, "message": error.message} if error else None)

    world.timeline.after(takes, end)
    return takes


def remove_now(world: World, resource: Resource) -> None:
    """Take a resource and what is below it out of the world."""
    for child in world.children(resource.id.text):
        world.resources.pop(child.id.key, None)
        kind_of(child.type).removed(world, child)
    if world.resources.pop(resource.id.key, None):
        kind_of(resource.type).removed(world, resource)


def not_found(found: ResourceId) -> str:
    """Azure's sentence."""
    return (
        f"The Resource '{'/'.join((found.type, *found.names)) if found.type else found.text}' under resource group "
        f"'{found.group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )


def _links(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "id" and isinstance(value, str) and value.startswith("/subscriptions/"):
                yield read_id(value).type, value
            elif key == "userAssignedIdentities" and isinstance(value, dict):
                for each in value:
                    yield "Microsoft.ManagedIdentity/userAssignedIdentities", each
            elif key != "virtualMachine":
                yield from _links(value)
    elif isinstance(part, list):
        for each in part:
            yield from _links(each)


_HOLDERS = {
    "microsoft.network/networkinterfaces": ("microsoft.compute/virtualmachines",),
    "microsoft.network/publicipaddresses": ("microsoft.network/natgateways", "microsoft.network/bastionhosts", "microsoft.network/networkinterfaces"),  # noqa: E501
    "microsoft.network/networksecuritygroups": ("microsoft.network/virtualnetworks/subnets", "microsoft.network/networkinterfaces"),  # noqa: E501
    "microsoft.network/natgateways": ("microsoft.network/virtualnetworks/subnets",),
    "microsoft.compute/disks": ("microsoft.compute/virtualmachines",),
    "microsoft.network/virtualnetworks/subnets": ("microsoft.network/networkinterfaces",),
}  # fmt: skip


def _holds(holder: Resource, held: Resource) -> bool:
    return holder.type.lower() in _HOLDERS.get(held.type.lower(), ()) and holder.state != "Deleting"


def _name(world: World, oid: str) -> str:
    person = world.people.by_oid(oid)
    return person.username if person else oid
