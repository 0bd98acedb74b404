"""Resource ids taken apart: subscription, group, type, name. Pure; any thread."""

from __future__ import annotations


def group_of(resource_id: str) -> str:
    """Return the resource group in an id, empty when there is none."""
    parts = resource_id.split("/")
    lower = [part.lower() for part in parts]
    return parts[lower.index("resourcegroups") + 1] if "resourcegroups" in lower[:-1] else ""


def subscription_of(resource_id: str) -> str:
    """Return the subscription in an id, empty when there is none."""
    parts = resource_id.strip("/").split("/")
    return parts[1] if len(parts) > 1 and parts[0].lower() == "subscriptions" else ""


def type_of(resource_id: str) -> str:
    """Return the type in an id, such as `Microsoft.Compute/virtualMachines`; empty when there is none."""
    if "/providers/" not in resource_id:
        return ""
    parts = resource_id.rsplit("/providers/", 1)[1].split("/")
    return "/".join([parts[0], *parts[1::2]])


def name_of(resource_id: str) -> str:
    """Return the name in an id with its parents' within the type: `lustre`, `node-01/guard`."""
    if "/providers/" not in resource_id:
        return resource_id.rsplit("/", 1)[-1]
    return "/".join(resource_id.rsplit("/providers/", 1)[1].split("/")[2::2])
