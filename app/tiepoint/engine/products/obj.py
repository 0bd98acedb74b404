"""The model as Wavefront OBJ with its material and texture files, in the job frame, z up. Any thread."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint import __version__
from tiepoint.engine.products.model import TexturedModel
from tiepoint.engine.products.whole_file import replacing

MATERIAL_FILE: Final = "model.mtl"
TEXTURE_FILE: Final = "model_texture.jpg"
_ROWS_AT_ONCE: Final = 65_536
_SIGNIFICANT_DIGITS: Final = 8  # a float32 holds a little more than seven


def write_obj(model: TexturedModel, folder: Path, *, unit: str) -> None:
    """Write model.obj, model.mtl and model_texture.jpg.

    Args:
        model: What to write.
        folder: Where to; files there are replaced.
        unit: What one unit is, for the reader of the file: "metres", or that the scale is not known.

    Raises:
        EngineFailure: A file cannot be written.
        NoSpace: The disk is full.
    """
    with replacing(folder / TEXTURE_FILE) as temporary:
        shutil.copyfile(model.atlas, temporary)
    with replacing(folder / MATERIAL_FILE) as temporary:
        temporary.write_text(_material(), encoding="ascii", newline="\n")
    with replacing(folder / "model.obj") as temporary, temporary.open("w", encoding="ascii", newline="\n") as file:
        file.write(f"# Tiepoint {__version__}\n# Axes: x east, y north, z up. Unit: {unit}.\n")
        file.write(f"mtllib {MATERIAL_FILE}\no model\n")
        place = f"%.{decimals(model.vertices)}f"
        file.writelines(_lines(f"v {place} {place} {place}\n", model.vertices))
        file.writelines(_lines("vt %.7f %.7f\n", model.uv))
        file.writelines(_lines("vn %.4f %.4f %.4f\n", model.normals))
        file.write("usemtl photos\ns 1\n")
        corners = np.repeat(model.faces + 1, 3, axis=1)
        file.writelines(_lines("f %d/%d/%d %d/%d/%d %d/%d/%d\n", corners))


def decimals(vertices: NDArray[np.float32]) -> int:
    """Return the digits after the point that keep all a float32 coordinate holds, between 3 and 9."""
    largest = max(float(np.abs(vertices).max(initial=0.0)), 1e-9)
    return min(max(_SIGNIFICANT_DIGITS - math.ceil(math.log10(largest)), 3), 9)


def _lines(form: str, rows: NDArray[Any]) -> Iterator[str]:
    """Format many rows with one operation; row by row takes five times as long."""
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        block = rows[first : first + _ROWS_AT_ONCE]
        yield (form * len(block)) % tuple(block.ravel().tolist())


def _material() -> str:
    return f"newmtl photos\nKa 1 1 1\nKd 1 1 1\nKs 0 0 0\nillum 1\nmap_Kd {TEXTURE_FILE}\n"
