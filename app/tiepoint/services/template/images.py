"""Images of worker nodes, by their size. Pure; any thread.

NV sizes are slices of a card and need NVIDIA's GRID driver, which Azure's extension installs on Ubuntu (extension
hpccompute-gpu-linux); NC and ND sizes start from Azure's HPC image, which has driver and Lustre client (azhpc-images).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class NodeImage:
    """What a node starts from.

    Args:
        reference: Azure's image reference.
        installs_driver: Whether the graphics driver is installed afterwards.
        is_trusted: Whether it has a virtual TPM and may check what it starts.
        has_secure_boot: Whether only signed code starts; the driver of the extension is not.
    """

    reference: dict[str, str]
    installs_driver: bool
    is_trusted: bool
    has_secure_boot: bool


_UBUNTU: Final = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server", "version": "latest"}
_HPC: Final = {"publisher": "microsoft-dsvm", "offer": "ubuntu-hpc", "sku": "2404", "version": "latest"}


def node_image(size: str) -> NodeImage:
    """Return the image of a size such as `Standard_NV36ads_A10_v5`."""
    family = size.removeprefix("Standard_")[:2].upper()
    if family == "NV":
        return NodeImage(_UBUNTU, True, True, False)
    if family in ("NC", "ND"):
        return NodeImage(_HPC, False, False, False)
    return NodeImage(_UBUNTU, False, True, True)
