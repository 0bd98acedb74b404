"""The first planes of a depth map: spanned by its tie points, random where there are none. numpy and scipy; any thread.

Tie points are sure but few; the triangles between them are mostly near the surface, which saves iterations.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import Delaunay, QhullError

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_STEEPEST_SLOPE: Final = 2.0
_FEWEST_POINTS: Final = 4
_SEED: Final = 20261122


def first_planes(
    width: int, height: int, *, points: Doubles, focal_px: float, bounds: tuple[float, float]
) -> list[Floats]:
    """Return planes on a grid: inverse depth, slope along x, slope along y, each (height, width) float32.

    Args:
        width, height: Size of the grid.
        points: (M, 3) float64, column and row in pixels of the grid, inverse depth in 1 / job units.
        focal_px: Focal length in pixels of the grid.
        bounds: Least and greatest inverse depth.
    """
    planes = _random_planes(width, height, focal_px=focal_px, bounds=bounds)
    if len(points) < _FEWEST_POINTS:
        return planes
    try:
        triangles = Delaunay(points[:, :2])
    except QhullError:
        return planes
    down, across = np.mgrid[:height, :width]
    owner = triangles.find_simplex(np.stack([across, down], axis=-1).reshape(-1, 2)).reshape(height, width)
    spans = _spans(points[triangles.simplices])
    inverse_depth, slope_x, slope_y = (spans[owner, k] for k in range(3))
    offset = inverse_depth + slope_x * across + slope_y * down
    steep = np.hypot(slope_x, slope_y) * focal_px > _STEEPEST_SLOPE * offset
    taken = (owner >= 0) & (offset > bounds[0]) & (offset < bounds[1])
    slopes = [np.where(steep, 0.0, slope) for slope in (slope_x, slope_y)]
    found = zip([offset, *slopes], planes, strict=True)
    return [np.where(taken, part, plane).astype(np.float32) for part, plane in found]


def _spans(corners: Doubles) -> Doubles:
    """Return (T, 3) coefficients c of inverse depth = c0 + c1 x + c2 y through the corners (T, 3, 3) of triangles."""
    system = np.concatenate([np.ones_like(corners[..., :1]), corners[..., :2]], axis=-1)
    flat = np.abs(np.linalg.det(system)) < 1e-9
    system[flat] = np.eye(3)
    spans: Doubles = np.linalg.solve(system, corners[..., 2:])[..., 0]
    spans[flat] = 0.0
    return spans


def _random_planes(width: int, height: int, *, focal_px: float, bounds: tuple[float, float]) -> list[Floats]:
    generator = np.random.default_rng(_SEED)
    shape = (height, width)
    inverse_depth = generator.uniform(bounds[0], bounds[1], shape)
    slopes = [generator.uniform(-0.8, 0.8, shape) * inverse_depth / focal_px for _ in range(2)]
    return [part.astype(np.float32) for part in (inverse_depth, *slopes)]
