"""What speaks for a mesh vertex: points of the cloud nearby, depth maps that agree or look through it. Any thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.meshing.views import View

DEPTH_TOLERANCE: Final = 0.01
_NEIGHBOURS: Final = 6
_FARTHEST: Final = 4.0
_FARTHEST_AGREED: Final = 10.0
_CLOSE: Final = 1.5
_LEAST_AGREEING: Final = 2
_LEAST_THROUGH: Final = 3


def read_depth_map(path: Path) -> NDArray[np.float32]:
    """Return a COLMAP depth map, (height, width) float32, m; 0 where nothing was measured."""
    data = path.read_bytes()
    parts = data.split(b"&", 3)
    width, height = int(parts[0]), int(parts[1])
    return np.frombuffer(parts[3], dtype="<f4", count=width * height).reshape(height, width).astype(np.float32)


def distance_in_spacings(
    vertices: NDArray[np.float32], points: NDArray[np.float32], least_spacing: float
) -> NDArray[np.float32]:
    """Return how far each vertex is from the cloud, in units of the cloud's own spacing there.

    Args:
        vertices: (V, 3), m.
        points: (N, 3), m; at least one.
        least_spacing: Lower bound of the unit, m, so that dense spots are not judged too hard.

    Returns:
        (V,) float32; 1 means as far as neighbouring points are from each other.
    """
    from scipy.spatial import cKDTree

    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    count = min(_NEIGHBOURS, len(points))
    away, closest = tree.query(vertices, k=1)
    spread, _ = tree.query(points[closest], k=count)
    unit = np.maximum(np.asarray(spread).reshape(len(vertices), count)[:, -1] / 2, least_spacing)
    return (np.asarray(away) / unit).astype(np.float32)


def depth_evidence(
    vertices: NDArray[np.float32], view: View, depth_map: NDArray[np.float32], counts: NDArray[np.int16]
) -> None:
    """Add what one depth map says of every vertex.

    Args:
        vertices: (V, 3), m, job frame.
        view: The photo of the depth map, at the map's size.
        depth_map: (height, width), m, 0 where nothing was measured.
        counts: (V, 2) to add to: maps that agree with the vertex, maps that see through it.
    """
    pixels, depth = view.project(vertices)
    _count_evidence(pixels, depth, depth_map, np.float32(DEPTH_TOLERANCE), counts)


def verdicts(
    distance: NDArray[np.float32], counts: NDArray[np.int16], *, has_maps: bool
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which vertices nothing speaks for, and which ones photos look through.

    Args:
        distance: (V,) from `distance_in_spacings`.
        counts: (V, 2) from `depth_evidence`.
        has_maps: False if there were no depth maps, so that only the distance counts.

    Returns:
        Two (V,) bool arrays: invented, contradicted.
    """
    agreeing, seeing_through = counts[:, 0], counts[:, 1]
    if not has_maps:
        return distance > _FARTHEST, np.zeros(len(distance), np.bool_)
    close = (agreeing >= 1) & (distance < _CLOSE)
    invented = ((agreeing < _LEAST_AGREEING) & ~close) | (distance > _FARTHEST_AGREED)
    return invented, (seeing_through >= _LEAST_THROUGH) & (seeing_through > 2 * agreeing)


@njit(cache=True, nogil=True)
def _count_evidence(pixels: Any, depth: Any, depth_map: Any, tolerance: Any, counts: Any) -> None:
    height, width = depth_map.shape
    for vertex in range(pixels.shape[0]):
        z = depth[vertex]
        column, row = int(pixels[vertex, 0] + 0.5), int(pixels[vertex, 1] + 0.5)
        if z <= 0 or column < 1 or row < 1 or column >= width - 1 or row >= height - 1:
            continue
        nearest, agrees = np.float32(1e30), False
        for y in range(row - 1, row + 2):
            for x in range(column - 1, column + 2):
                measured = depth_map[y, x]
                if measured <= 0:
                    nearest = np.float32(0.0)
                    continue
                nearest = min(nearest, measured)
                if abs(measured - z) <= tolerance * z:
                    agrees = True
        if agrees:
            counts[vertex, 0] += 1
        elif nearest > z * (1 + 3 * tolerance):
            counts[vertex, 1] += 1


def warm() -> None:
    """Compile the kernels on a single vertex."""
    _count_evidence(
        np.zeros((1, 2), np.float32),
        np.ones(1, np.float32),
        np.ones((3, 3), np.float32),
        np.float32(0.01),
        np.zeros((1, 2), np.int16),
    )
