"""Compile the kernels of texturing on tiny data, so that no job waits for the compiler. Any thread."""

from __future__ import annotations

from tiepoint.engine import raster
from tiepoint.engine.texturing import blending, candidates, labelling, levelling, packing, painting


def warm() -> None:
    """Compile what is not in the cache yet."""
    for part in (raster, candidates, labelling, packing, levelling, blending, painting):
        part.warm()
