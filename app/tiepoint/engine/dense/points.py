"""Pieces of a point cloud. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Points:
    """A piece of the point cloud.

    Attributes:
        positions: (N, 3) float32, job frame, job units.
        normals: (N, 3) float32, unit, job frame.
        colours: (N, 3) uint8, sRGB red, green, blue.
    """

    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    colours: NDArray[np.uint8]


def within_box(points: Points, box: Mapping[str, Sequence[float]] | None) -> Points:
    """Return the points inside a box.

    Args:
        points: Any points.
        box: `min` and `max` corners, job frame, job units; None keeps all.
    """
    if box is None:
        return points
    low, high = (np.asarray(box[name], np.float64) for name in ("min", "max"))
    kept = ((points.positions >= low) & (points.positions <= high)).all(axis=1)
    return Points(points.positions[kept], points.normals[kept], points.colours[kept])
