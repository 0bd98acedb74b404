"""Products: the files a job is for, and how good its outcome is.

Must not read files. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

MODEL: Final = "model.glb"
PREVIEW: Final = "preview.png"
REPORT: Final = "report.html"
RESULT: Final = "result.json"
PRODUCT_NAMES: Final[tuple[str, ...]] = (
    MODEL,
    "model.obj",
    "cloud.ply",
    "cameras.json",
    "colmap",
    PREVIEW,
    REPORT,
    RESULT,
)
"""What every job of the open engine makes; `model.obj` brings its material and texture files, `colmap` is a folder."""
_OF_METASHAPE: Final = frozenset(
    {"model.mtl", "model.png", "model.jpg", "report.pdf", "elevation.tif", "orthomosaic.tif"}
)
FAIR_SHARE: Final = 0.65
"""Below this share of aligned photos an outcome is partial (the report's red light)."""


def is_product_name(name: str) -> bool:
    """Say whether a file or folder of this name may be one that a job put into its output folder."""
    return name in PRODUCT_NAMES or name in _OF_METASHAPE or name.startswith("model_texture")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a completed job came to.

    Args:
        output: Folder that holds the products.
        products: Path of every product that is there, by name.
        missing: Names of products that were asked for and are not there.
        result: Content of `result.json`; empty when it is missing.
    """

    output: Path
    products: Mapping[str, Path]
    missing: tuple[str, ...]
    result: Mapping[str, Any]

    @property
    def photos_total(self) -> int:
        """Photos of the capture."""
        return int(self.result.get("photos_total") or 0)

    @property
    def photos_aligned(self) -> int:
        """Photos whose position was found."""
        return int(self.result.get("photos_aligned") or 0)

    @property
    def is_partial(self) -> bool:
        """Whether products are missing or too few photos aligned to call it whole."""
        return bool(self.missing) or self.photos_aligned < FAIR_SHARE * self.photos_total


def missing_products(present: Collection[str], asked: Collection[str]) -> tuple[str, ...]:
    """Name what was asked for and is not there, in the usual order.

    Args:
        present: Names found.
        asked: Names wanted; empty = all of `PRODUCT_NAMES`.
    """
    wanted = asked or PRODUCT_NAMES
    return tuple(name for name in wanted if name not in present)


def marks_of_result(folder: Path) -> tuple[Path, ...]:
    """Return the files of which at least one is in a folder of products, or in that of its job."""
    return tuple(place / name for place in (folder, folder / "products") for name in (RESULT, MODEL))
