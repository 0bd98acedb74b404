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
        footprints: (N,) float32, side of a pixel of the photo on the surface, job units.
    """

    positions: NDArray[np.float32]
    normals: NDArray[np.float32]
    colours: NDArray[np.uint8]
    footprints: NDArray[np.float32]

    def chosen(self, kept: NDArray[np.bool_]) -> Points:
        """Return some of the points.

        Args:
            kept: (N,) bool.
        """
        return Points(self.positions[kept], self.normals[kept], self.colours[kept], self.footprints[kept])


def within_box(points: Points, box: Mapping[str, Sequence[float]] | None) -> Points:
    """Return the points inside a box.

    Args:
        points: Any points.
        box: `min` and `max` corners, job frame, job units; None keeps all.
    """
    if box is None:
        return points
    low, high = (np.asarray(box[name], np.float64) for name in ("min", "max"))
    inside = (points.positions >= low) & (points.positions <= high)
    return points.chosen(np.all(inside, axis=1))
