"""What is known of Azure's machine sizes with graphics cards, to say in words what Azure only names.

Which sizes can be had is Azure's to say (`ports.azure.RegionFacts.sizes`); a size that is not here is shown by its
name. Source: Microsoft's pages on GPU accelerated sizes and on retired sizes, November 2026. Pure; any thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NodeSize:
    """A size.

    Args:
        name: Azure's: `Standard_NV36ads_A10_v5`.
        vcpu: Cores.
        memory_gib: Memory.
        gpu: Name of the card; empty = none.
        gpu_count: How many; a fraction is a slice of one.
        gpu_memory_gib: Of each card, or of the slice.
        gpu_mask: Decimal mask of the cards, as Metashape takes it.
        has_cuda: Whether CUDA runs there.
        note: One short sentence; may be empty.
        retired: What takes its place; empty = it is not retired.
    """

    name: str
    vcpu: int
    memory_gib: float
    gpu: str = ""
    gpu_count: float = 0.0
    gpu_memory_gib: int = 0
    gpu_mask: int = 0
    has_cuda: bool = False
    note: str = ""
    retired: str = ""

    @property
    def gpu_text(self) -> str:
        """The cards for people: `A10 24 GB`, `2 x A100 80 GB`, `1/3 A10 8 GB`."""
        if not self.gpu:
            return ""
        return f"{_count_text(self.gpu_count)}{self.gpu} {self.gpu_memory_gib} GB"


def _cuda(name: str, vcpu: int, memory: float, card: tuple[str, float, int], note: str = "") -> NodeSize:
    gpu, count, gpu_memory = card
    mask = 2 ** max(1, int(count)) - 1
    return NodeSize(name, vcpu, memory, gpu, count, gpu_memory, mask, has_cuda=True, note=note)


def _gone(name: str, vcpu: int, memory: float, card: tuple[str, float, int], instead: str) -> NodeSize:
    gpu, count, gpu_memory = card
    return NodeSize(name, vcpu, memory, gpu, count, gpu_memory, 2 ** max(1, int(count)) - 1, retired=instead)


_GRID: Final = "The GRID driver is installed for you."
_SLICE: Final = "A slice of a card; the GRID driver is installed for you."
_VALUE: Final = "Standard_NV36ads_A10_v5"
_FAST: Final = "Standard_NC24ads_A100_v4"

NODE_SIZES: Final = (
    _cuda("Standard_NC4as_T4_v3", 4, 28, ("T4", 1, 16), "The cheapest with CUDA."),
    _cuda("Standard_NC8as_T4_v3", 8, 56, ("T4", 1, 16)),
    _cuda("Standard_NC16as_T4_v3", 16, 110, ("T4", 1, 16)),
    _cuda("Standard_NC64as_T4_v3", 64, 440, ("T4", 4, 16)),
    _cuda("Standard_NV6ads_A10_v5", 6, 55, ("A10", 1 / 6, 4), _SLICE),
    _cuda("Standard_NV12ads_A10_v5", 12, 110, ("A10", 1 / 3, 8), _SLICE),
    _cuda("Standard_NV18ads_A10_v5", 18, 220, ("A10", 1 / 2, 12), _SLICE),
    _cuda("Standard_NV36ads_A10_v5", 36, 440, ("A10", 1, 24), _GRID),
    _cuda("Standard_NV36adms_A10_v5", 36, 880, ("A10", 1, 24), _GRID),
    _cuda("Standard_NV72ads_A10_v5", 72, 880, ("A10", 2, 24), _GRID),
    _cuda("Standard_NC24ads_A100_v4", 24, 220, ("A100", 1, 80), "Microsoft adds capacity only for the H100 now."),
    _cuda("Standard_NC48ads_A100_v4", 48, 440, ("A100", 2, 80), "Microsoft adds capacity only for the H100 now."),
    _cuda("Standard_NC96ads_A100_v4", 96, 880, ("A100", 4, 80), "Microsoft adds capacity only for the H100 now."),
    _cuda("Standard_NC40ads_H100_v5", 40, 320, ("H100", 1, 94), "The fastest."),
    _cuda("Standard_NC80adis_H100_v5", 80, 640, ("H100", 2, 94)),
    _gone("Standard_NC6s_v2", 6, 112, ("P100", 1, 16), _VALUE),
    _gone("Standard_NC12s_v2", 12, 224, ("P100", 2, 16), _FAST),
    _gone("Standard_NC24s_v2", 24, 448, ("P100", 4, 16), _VALUE),
    _gone("Standard_NC24rs_v2", 24, 448, ("P100", 4, 16), _VALUE),
    _gone("Standard_NC6s_v3", 6, 112, ("V100", 1, 16), _VALUE),
    _gone("Standard_NC12s_v3", 12, 224, ("V100", 2, 16), _FAST),
    _gone("Standard_NC24s_v3", 24, 448, ("V100", 4, 16), _FAST),
    _gone("Standard_NC24rs_v3", 24, 448, ("V100", 4, 16), _FAST),
    _gone("Standard_NV12s_v3", 12, 112, ("M60", 1, 8), "Standard_NV12ads_A10_v5"),
    _gone("Standard_NV24s_v3", 24, 224, ("M60", 2, 8), "Standard_NV18ads_A10_v5"),
    _gone("Standard_NV48s_v3", 48, 448, ("M60", 4, 8), _VALUE),
)
"""Sizes with cards that a photogrammetry cluster meets, cheapest first, then the retired ones."""

SCHEDULER_SIZES: Final = (
    NodeSize("Standard_D2s_v5", 2, 8, note="Enough for the scheduler."),
    NodeSize("Standard_D4s_v5", 4, 16),
    NodeSize("Standard_D8s_v5", 8, 32),
    NodeSize("Standard_D16s_v5", 16, 64),
)
"""Sizes offered for the scheduler node."""

_BY_NAME: Final = {size.name.lower(): size for size in (*NODE_SIZES, *SCHEDULER_SIZES)}
_RETIRED: Final = re.compile(r"standard_(nc\d+r?s?_v[23]|nv\d+s_v3|nv\d+as_v4|nc\d+r?|nv\d+|nd\d+r?s)", re.IGNORECASE)
_NO_CUDA: Final = re.compile(r"standard_nv\d+[a-z]*_v710_v5|standard_nv\d+as_v4", re.IGNORECASE)


def node_size(name: str) -> NodeSize | None:
    """Return what is known of a size; None = nothing."""
    return _BY_NAME.get(name.lower())


def size_label(name: str) -> str:
    """Return a size's name for people: `NV36ads A10 v5`."""
    bare = name[len("Standard_") :] if name.lower().startswith("standard_") else name
    return bare.replace("_", " ")


def size_text(name: str, vcpu: int = 0, memory_gib: float = 0.0) -> str:
    """Return a size with what it has: `NV36ads A10 v5 · 36 vCPU · 440 GiB · A10 24 GB`.

    Args:
        name: Azure's name.
        vcpu: Cores as Azure says them; 0 = as known here.
        memory_gib: Memory likewise.
    """
    known = node_size(name)
    cores, memory = vcpu or (known.vcpu if known else 0), memory_gib or (known.memory_gib if known else 0)
    parts = [size_label(name)]
    parts += [f"{cores} vCPU"] if cores else []
    parts += [f"{memory:g} GiB"] if memory else []
    parts += [known.gpu_text] if known and known.gpu else []
    return " · ".join(parts)


def is_retired(name: str) -> bool:
    """Whether Azure has taken a size out of service."""
    return bool(_RETIRED.fullmatch(name))


def lacks_cuda(name: str) -> bool:
    """Whether a size has a card on which CUDA does not run."""
    return bool(_NO_CUDA.fullmatch(name))


def _count_text(count: float) -> str:
    if count == 1:
        return ""
    if count < 1:
        return f"1/{round(1 / count)} "
    return f"{count:g} x "
