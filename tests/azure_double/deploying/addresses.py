"""The addresses of deployments."""

from __future__ import annotations

from azure_double.arm.operations import Operations
from azure_double.routing import Route
from azure_double.world import World


class Deployments:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers."""
        return []
