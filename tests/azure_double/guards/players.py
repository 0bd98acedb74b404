"""The guards' part, played by the double."""

from __future__ import annotations

import threading

from azure_double.arm.machines import Machines
from azure_double.world import World


class Guards:
    """See the module.

    Args:
        world: The state.
        lock: The double's.
        machines: To stop them.
    """

    def __init__(self, world: World, lock: threading.RLock, machines: Machines) -> None:
        self._world, self._lock, self._machines = world, lock, machines
        self.play = True

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End."""
