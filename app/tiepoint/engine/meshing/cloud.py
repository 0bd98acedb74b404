"""The dense cloud before meshing: cropped to the scene, with its spacing known. Any thread; files in, files out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_SPACING_SAMPLE: Final = 20_000
_LEAST_DEPTH: Final = 6
_POINTS_PER_CELL: Final = 1.2
_FACES_PER_CELL: Final = 3.0  # measured on three captures: 2.9 to 3.6 where cells hold 1.5 points or more
_FACES_IN_HAND: Final = 1.6


def inside_box(points: NDArray[np.float32], box: Mapping[str, Sequence[float]] | None) -> NDArray[np.bool_]:
    """Return which points lie in a box.

    Args:
        points: (N, 3), m, job frame.
        box: {"min": [x, y, z], "max": [x, y, z]}; None takes all.

    Returns:
        (N,) bool.
    """
    if box is None:
        return np.ones(len(points), np.bool_)
    low, high = np.asarray(box["min"], np.float32), np.asarray(box["max"], np.float32)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1), np.bool_)


def spacing_m(points: NDArray[np.float32]) -> float:
    """Return the median distance to the nearest other point, m; 0 for fewer than two points."""
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return 0.0
    step = max(1, len(points) // _SPACING_SAMPLE)
    distances, _ = cKDTree(points, balanced_tree=False, compact_nodes=False).query(points[::step], k=2)
    return float(np.median(np.asarray(distances)[:, 1]))


def octree_depth(points: NDArray[np.float32], most: int, faces: int) -> int:
    """Return the octree depth that suits the points and the faces wanted.

    Deeper than the points fill costs time and shows noise; much deeper than the faces wanted is thrown away by
    simplification. The cube is the longest side plus a tenth, as PoissonRecon takes it.

    Args:
        points: (N, 3), m; at least one.
        most: The result is never above it.
        faces: Faces wanted of the final mesh; 0 for no limit.
    """
    low = points.min(axis=0)
    longest = float((points.max(axis=0) - low).max()) * 1.1
    if longest <= 0:
        return most
    depth = min(most, _LEAST_DEPTH)
    while depth < most:
        cells = _occupied_cells(points - low, longest / 2**depth)
        if faces and cells * _FACES_PER_CELL >= _FACES_IN_HAND * faces:
            break
        if len(points) < _POINTS_PER_CELL * _occupied_cells(points - low, longest / 2 ** (depth + 1)):
            break
        depth += 1
    return depth


def _occupied_cells(offsets: NDArray[np.float32], cell: float) -> int:
    places = np.floor(offsets / np.float32(cell)).astype(np.int64)
    return len(np.unique(places[:, 0] << 42 | places[:, 1] << 21 | places[:, 2]))


def oriented_records(
    points: NDArray[np.float32], normals: NDArray[np.float32], keep: NDArray[np.bool_]
) -> NDArray[Any]:
    """Return the kept points as PLY records with x, y, z, nx, ny, nz (float32)."""
    records = np.empty(int(keep.sum()), [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")])
    for column, axis in enumerate("xyz"):
        records[axis] = points[keep, column]
        records[f"n{axis}"] = normals[keep, column]
    return records
