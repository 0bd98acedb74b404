"""Resource ids: taken apart and put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ResourceId:
    """An id, taken apart.

    Args:
        text: As it was given.
        subscription: Its subscription; empty for what is above.
        group: Its resource group; empty for what is above.
        type: Full type, as it was given; empty for groups and subscriptions.
        names: Of the resource and its parents, outermost first.
        scope: What an extension resource (a role assignment) belongs to; for others the group or subscription.
    """

    text: str
    subscription: str
    group: str
    type: str
    names: tuple[str, ...]
    scope: str

    @property
    def key(self) -> str:
        """For looking it up: ids know no case."""
        return self.text.lower()

    @property
    def name(self) -> str:
        """The resource's own name."""
        return self.names[-1] if self.names else self.group

    @property
    def parent(self) -> str:
        """Id of what it is a child of; empty for top-level resources."""
        return self.text.rsplit("/", 2)[0] if len(self.names) > 1 else ""

    @property
    def namespace(self) -> str:
        """Such as `Microsoft.Compute`."""
        return self.type.split("/", 1)[0]


def read_id(text: str) -> ResourceId:
    """Take an id apart."""
    text = "/" + text.strip("/")
    parts = text.strip("/").split("/")
    lower = [part.lower() for part in parts]
    subscription = parts[1] if len(parts) > 1 and lower[0] == "subscriptions" else ""
    group = parts[3] if len(parts) > 3 and lower[2] == "resourcegroups" else ""
    if "providers" not in lower:
        return ResourceId(text, subscription, group, "", (), text)
    at = len(lower) - 1 - lower[::-1].index("providers")
    rest = parts[at + 1 :]
    kinds, names = [rest[0], *rest[1::2]], rest[2::2]
    scope = "/" + "/".join(parts[:at]) if at else "/"
    return ResourceId(text, subscription, group, "/".join(kinds), tuple(names), scope)


def make_id(scope: str, resource_type: str, names: list[str]) -> str:
    """Put an id together from a scope, a full type and a name for each part of it."""
    namespace, *kinds = resource_type.split("/")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(kinds, names, strict=False))
    return f"{scope.rstrip('/')}/providers/{namespace}/{pairs}"


def group_id(subscription: str, group: str) -> str:
    """Id of a resource group."""
    return f"/subscriptions/{subscription}/resourceGroups/{group}"
