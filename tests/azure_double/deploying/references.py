"""`reference()`: unknown before a deployment runs, then the resource as it is."""

from __future__ import annotations

from typing import Any

from azure_double.exchange import AzureError
from azure_double.ids import read_id
from azure_double.kinds.registry import kind_of
from azure_double.template.planning import Planned
from azure_double.template.refusal import invalid
from azure_double.template.unknown import Unknown
from azure_double.world import World


class References:
    """What the expressions of one template ask.

    Args:
        world: The state.
        is_running: Whether resources are looked at; before that everything is unknown.
    """

    def __init__(self, world: World, *, is_running: bool) -> None:
        self._world, self._is_running = world, is_running
        self.planned: list[Planned] = []
        self.asked: set[str] = set()
        """Keys of the template's resources that were asked for: who asks depends on them."""

    def reference(self, name: str, api_version: str, *, is_full: bool) -> Any:
        """See `template.scope.Runtime`."""
        own = next((each for each in self.planned if _is_named(each, name)), None)
        if own:
            self.asked.add(own.id.key)
        found = own.id.text if own else name
        if not own and not name.startswith("/"):
            raise invalid(
                f"The template reference '{name}' is not valid: could not find template resource or resource copy with "
                "this name. Please see https://aka.ms/arm-function-reference for usage details"
            )
        if not own and not api_version and "/deployments/" not in name.lower():
            raise invalid(
                f"The resource '{name}' is not defined in the template and its apiVersion is not given to reference(). "
                "Please see https://aka.ms/arm-function-reference for usage details"
            )
        if not self._is_running:
            return Unknown(f"reference('{name}')")
        return self._looked_up(found, is_full=is_full)

    def _looked_up(self, resource_id: str, *, is_full: bool) -> Any:
        deployment = self._world.deployments.get(resource_id.lower())
        if deployment:
            body = deployment.shown(self._world.timeline)
        else:
            resource = self._world.get(resource_id)
            if not resource:
                found = read_id(resource_id)
                raise AzureError(
                    404, "ResourceNotFound",
                    f"The Resource '{found.type}/{found.name}' under resource group '{found.group}' was not "
                    "found. For more "
                    "details please go to https://aka.ms/ARMResourceNotFoundFix",
                )  # fmt: skip
            body = kind_of(resource.type).shown(self._world, resource)
        return body if is_full else body["properties"]


def _is_named(each: Planned, name: str) -> bool:
    low = name.lower()
    return low in (each.id.key, "/".join(each.id.names).lower()) or bool(each.symbol and each.symbol.lower() == low)
