"""What a cluster costs per hour in each of its states, resource by resource, at list price.

Must not ask anybody: `services.prices` does. Money is in the currency named, before any discount. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster_operation import ResourceGroupKind

HOURS_PER_WEEK: Final = 168.0
WEEKS_PER_MONTH: Final = 52 / 12
HOURS_PER_MONTH: Final = 730.0
"""Azure's own month, by which monthly meters are turned into hours (pricing calculator)."""


@dataclass(frozen=True, slots=True)
class PriceLine:
    """One kind of resource.

    Args:
        part: Where it belongs.
        label: For people: `GPU nodes`.
        detail: `5 x NV36ads A10 v5 · 3.20`.
        running: Per hour while the cluster runs.
        paused: Per hour while its machines are deallocated.
        cold: Per hour while only Blob, disks and what is free are left.
        machines: Names of the machines it is the price of; empty for everything else.
        is_known: False when the price list does not have it; it then counts as 0, and that is said.
        is_data: Whether it is the price of what stays when a cluster is deleted and its data kept.
        type: Azure's type of the resource that is billed; empty = machines, and what is billed by use.
    """

    part: ResourceGroupKind
    label: str
    detail: str
    running: float
    paused: float
    cold: float
    machines: tuple[str, ...] = ()
    is_known: bool = True
    is_data: bool = False
    type: str = ""


@dataclass(frozen=True, slots=True)
class PriceEstimate:
    """The price of a plan or a cluster.

    Args:
        lines: Dearest first.
        currency: `USD`.
        region: Azure's short name.
        read: When the price list was read, UTC.
        is_old: Whether it is more than a day old because no newer could be had.
    """

    lines: tuple[PriceLine, ...]
    currency: str
    region: str
    read: datetime
    is_old: bool = False

    @property
    def running(self) -> float:
        """Per hour while it runs."""
        return sum(line.running for line in self.lines)

    @property
    def paused(self) -> float:
        """Per hour while it is paused."""
        return sum(line.paused for line in self.lines)

    @property
    def cold(self) -> float:
        """Per hour while it is cold."""
        return sum(line.cold for line in self.lines)

    @property
    def unknown(self) -> tuple[PriceLine, ...]:
        """Lines without a price."""
        return tuple(line for line in self.lines if not line.is_known)

    def per_month(self, hours_per_week: float, *, is_cold_between: bool = False) -> float:
        """Per month when it runs so many hours a week, 0 to 168, and rests for the others."""
        between = self.cold if is_cold_between else self.paused
        week = self.running * hours_per_week + between * (HOURS_PER_WEEK - hours_per_week)
        return week * WEEKS_PER_MONTH
