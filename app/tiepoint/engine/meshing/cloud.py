"""The dense cloud before meshing: cropped to the scene, with its spacing known. Any thread; files in, files out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_SPACING_SAMPLE: Final = 20_000


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
    found: NDArray[np.bool_] = ((points >= low) & (points <= high)).all(axis=1)
    return found


def spacing_m(points: NDArray[np.float32]) -> float:
    """Return the median distance to the nearest other point, m; 0 for fewer than two points."""
    from scipy.spatial import cKDTree

    if len(points) < 2:
        return 0.0
    step = max(1, len(points) // _SPACING_SAMPLE)
    distances, _ = cKDTree(points, balanced_tree=False, compact_nodes=False).query(points[::step], k=2)
    return float(np.median(distances[:, 1]))


def octree_depth(points: NDArray[np.float32], wanted: int, spacing: float) -> int:
    """Return the octree depth that the points can fill.

    A cell finer than the points' spacing costs time and shows noise. The cube is the longest side plus a tenth,
    as PoissonRecon takes it.

    Args:
        points: (N, 3), m.
        wanted: The depth asked for; the result is never above it.
        spacing: Median distance between neighbours, m.
    """
    longest = float(np.ptp(points, axis=0).max()) * 1.1 if len(points) else 0.0
    if longest <= 0 or spacing <= 0:
        return wanted
    useful = int(np.ceil(np.log2(longest / spacing)))
    return max(min(wanted, useful), min(wanted, 6))


def oriented_records(
    points: NDArray[np.float32], normals: NDArray[np.float32], keep: NDArray[np.bool_]
) -> NDArray[Any]:
    """Return the kept points as PLY records with x, y, z, nx, ny, nz (float32)."""
    records = np.empty(int(keep.sum()), [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")])
    for column, axis in enumerate("xyz"):
        records[axis] = points[keep, column]
        records[f"n{axis}"] = normals[keep, column]
    return records
