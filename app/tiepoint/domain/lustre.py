"""Azure Managed Lustre: which of its sizes a capacity asks for. Pure; any thread.

Source: "Create a file system with Resource Manager" in Azure's documentation of Managed Lustre (sizes, steps), and
"Prerequisites" there (subnets).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.errors import UsageError

LUSTRE_CAPACITIES: Final = range(4, 129, 4)
"""What may be asked for, TiB."""


@dataclass(frozen=True, slots=True)
class LustreSku:
    """One of Lustre's sizes.

    Args:
        name: As Azure calls it.
        mbps_per_tib: Throughput, MB/s for each TiB.
        step_tib: Least capacity and its step.
    """

    name: str
    mbps_per_tib: int
    step_tib: int


_SKUS: Final = (
    LustreSku("AMLFS-Durable-Premium-125", 125, 16),
    LustreSku("AMLFS-Durable-Premium-250", 250, 8),
    LustreSku("AMLFS-Durable-Premium-500", 500, 4),
)
_SUBNETS: Final = ((16, 27), (40, 26), (92, 25), (196, 24))


LUSTRE_APPLICATION: Final = "4392ab71-2ce2-4b0d-8770-b352745c73f5"
"""Application id of *HPC Cache Resource Provider*, the same everywhere (Managed Lustre, Blob integration)."""


def lustre_sku(capacity_tib: int) -> LustreSku:
    """Return the cheapest size that a capacity can have; every one gives 2 GB/s or more.

    Args:
        capacity_tib: One of `LUSTRE_CAPACITIES`.

    Raises:
        UsageError: Lustre does not come in this capacity.
    """
    if capacity_tib not in LUSTRE_CAPACITIES:
        raise UsageError(f"Lustre does not come with {capacity_tib} TiB.", remedy="Choose 4 to 128 TiB, in steps of 4.")
    return next(sku for sku in _SKUS if capacity_tib % sku.step_tib == 0)


def lustre_prefix_length(capacity_tib: int) -> int:
    """Return the length of the prefix of a subnet that holds a file system of this capacity, /26 or wider."""
    return min(26, next((length for most, length in _SUBNETS if capacity_tib <= most), 23))
