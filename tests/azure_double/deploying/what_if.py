"""What a deployment would do, worked out from its template and the state."""

from __future__ import annotations

from typing import Any

from azure_double.deploying.preparing import Prepared
from azure_double.kinds.registry import kind_of
from azure_double.template.planning import Planned
from azure_double.template.unknown import Unknown, as_expressions, holds_unknown
from azure_double.world import Resource, World

_NOT_COMPARED = ("customdata", "adminpassword", "protectedsettings", "value", "createmode", "provisioningstate")


def changes(world: World, prepared: Prepared) -> list[dict[str, Any]]:
    """Return the changes: what the template means first, then what it leaves alone."""
    leaves = list(prepared.leaves())
    found = [_change(world, each) for each in leaves]
    meant = {each.id.key for each in leaves}
    group = prepared.deployment.id
    if group.group:
        for resource in world.in_group(world.group_of(group)):
            is_child = any(resource.id.key.startswith(f"{key}/") for key in meant)
            if resource.id.key not in meant and not is_child and resource.type.count("/") == 1:
                found.append(
                    {
                        "resourceId": resource.id.text,
                        "changeType": "Ignore",
                        "before": kind_of(resource.type).shown(world, resource),
                    }
                )
    return found


def _change(world: World, each: Planned) -> dict[str, Any]:
    if each.is_vague:
        return {
            "resourceId": f"{each.id.scope}/providers/{each.id.type}/{each.raw['name']}",
            "changeType": "Unsupported",
            "unsupportedReason": "Changes to it cannot be analyzed: its id is only known once it is deployed.",
        }
    resource, body = world.get(each.id.text), each.body()
    after = {
        "id": each.id.text, "name": each.id.name, "type": each.id.type, "apiVersion": each.api_version,
        **as_expressions(body),
    }  # fmt: skip
    if not resource:
        return {"resourceId": each.id.text, "changeType": "Create", "after": after}
    shown = _seen(world, resource)
    delta = [row for key in body for row in _differences(key, shown.get(key), body[key])]
    return {
        "resourceId": each.id.text,
        "changeType": "Modify" if delta else "NoChange",
        "before": shown,
        "after": after,
        "delta": delta,
    }


def _seen(world: World, resource: Resource) -> dict[str, Any]:
    return kind_of(resource.type).shown(world, resource)


def _differences(path: str, old: Any, new: Any) -> list[dict[str, Any]]:
    if isinstance(new, Unknown) or path.rsplit(".", 1)[-1].lower() in _NOT_COMPARED:
        return []
    if isinstance(new, dict) and isinstance(old, dict):
        low = {key.lower(): value for key, value in old.items()}
        return [row for key, value in new.items() for row in _differences(f"{path}.{key}", low.get(key.lower()), value)]
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [
            row
            for at, (was, now) in enumerate(zip(old, new, strict=True))
            for row in _differences(f"{path}.{at}", was, now)
        ]
    if holds_unknown(new) or old == new or (old is None and new in (None, {}, [], "", False)):
        return []
    if isinstance(old, str) and isinstance(new, str) and old.lower() == new.lower():
        return []
    kind = "Create" if old is None else "Modify"
    return [{"path": path, "propertyChangeType": kind, "before": old, "after": new, "children": None}]
