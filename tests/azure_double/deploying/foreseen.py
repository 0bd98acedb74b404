"""Resource groups that a template of the subscription's level makes: they are there while it is only looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from azure_double.deploying.records import Deployment
from azure_double.world import Group, World

_TYPE = "microsoft.resources/resourcegroups"


@contextmanager
def groups_foreseen(world: World, made: Deployment) -> Iterator[None]:
    """Let the groups of a template be there for a while; those that really are stay as they are.

    Args:
        world: The state.
        made: What is looked at; the double answers one request at a time.
    """
    template = made.properties.get("template")
    rows = template.get("resources") if isinstance(template, dict) and not made.id.group else None
    added = [each for each in _groups(rows, made.id.subscription) if each[0] not in world.groups]
    for key, group in added:
        world.groups[key] = group
    try:
        yield
    finally:
        for key, _ in added:
            del world.groups[key]


def _groups(rows: Any, subscription: str) -> Iterator[tuple[str, Group]]:
    for raw in rows if isinstance(rows, list) else ():
        if str(raw.get("type", "")).lower() == _TYPE:
            name = str(raw.get("name", ""))
            group = Group(subscription, name, str(raw.get("location", "")))
            yield group.id.lower(), group
