"""How a machine stands, as its guard would see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from azure_double.world import Resource, World
from tiepoint.domain.cluster import ROLE_TAG, MachineRole


@dataclass(frozen=True)
class Standing:
    """A machine at one moment.

    Args:
        machine: Which.
        name: Its name.
        role: Its role.
        is_up: Whether it runs and has booted.
        is_billed: Whether it costs money.
        is_busy: Whether it has a task.
        up_at: When it had booted, Azure's seconds.
        booted: The same by the wall clock.
    """

    machine: Resource
    name: str
    role: MachineRole
    is_up: bool
    is_billed: bool
    is_busy: bool
    up_at: float
    booted: datetime


def standing_of(world: World, machine: Resource) -> Standing:
    """Return how a machine stands now."""
    up_at = float(machine.facts.get("boots_until", 0.0))
    if machine.facts.get("booted", (None,))[0] != up_at:
        machine.facts["booted"] = (up_at, world.timeline.clock.wall(up_at))
    return Standing(
        machine, machine.name, MachineRole(machine.tags[ROLE_TAG]),
        is_up=machine.power == "running" and up_at <= world.timeline.now,
        is_billed=machine.power not in ("deallocated", ""),
        is_busy=bool(machine.facts.get("busy")), up_at=up_at, booted=machine.facts["booted"][1],
    )  # fmt: skip
