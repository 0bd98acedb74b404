"""Functions that make resource ids."""

from __future__ import annotations

from typing import Any

from azure_double.ids import make_id
from azure_double.template.refusal import language


def resource_id(own_subscription: str, own_group: str, *arguments: str) -> str:
    """An id in a resource group: optional subscription and group, then type and names."""
    before, kind, names = _parted("resourceId", arguments)
    subscription = before[0] if len(before) == 2 else own_subscription
    group = before[-1] if before else own_group
    scope = f"/subscriptions/{subscription}" + (f"/resourceGroups/{group}" if group else "")
    return make_id(scope, kind, names)


def subscription_resource_id(own_subscription: str, *arguments: str) -> str:
    """An id in a subscription."""
    before, kind, names = _parted("subscriptionResourceId", arguments)
    return make_id(f"/subscriptions/{before[0] if before else own_subscription}", kind, names)


def extension_resource_id(scope: str, kind: str, *names: str) -> str:
    """An id of what belongs to another resource."""
    return make_id(scope, kind, list(names))


def _parted(function: str, arguments: tuple[Any, ...]) -> tuple[list[str], str, list[str]]:
    at = next((at for at, each in enumerate(arguments) if "/" in str(each)), None)
    if at is None or at > 2:
        raise language(f"The template language function '{function}' expects a resource type: {list(arguments)}.")
    kind, names = arguments[at], list(arguments[at + 1 :])
    if len(names) != kind.count("/"):
        raise language(
            f"The template language function '{function}' parameters are not valid: the type '{kind}' has "
            f"{kind.count('/')} segments and {len(names)} names were given."
        )
    return list(arguments[:at]), kind, names
