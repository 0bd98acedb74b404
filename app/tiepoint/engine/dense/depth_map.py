"""The depth map of one photo by PatchMatch, from coarse to fine. One thread; deterministic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.lanes import LANES
from tiepoint.engine.dense.matching_cost import SAMPLES
from tiepoint.engine.dense.plane_field import SplitRows, refine_grid
from tiepoint.engine.dense.propagation import NOISE_LENGTH, sweep
from tiepoint.engine.dense.pyramid import Photo, sources_of

Floats = NDArray[np.float32]

WORST_KEPT_COST: Final = 0.6
_COARSEST_SIZE_PX: Final = 200
_NOISE_SEED: Final = 20261122


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search.

    Attributes:
        coarse_iterations: At every level but the last.
        fine_iterations: At the last, full size level.
    """

    coarse_iterations: int
    fine_iterations: int


@dataclass(frozen=True, slots=True)
class DepthMap:
    """What is known of every pixel of a photo.

    Attributes:
        depth: (h, w) float32, job units along the optical axis; 0 where unknown.
        normals: (h, w, 3) float32, unit, camera frame, towards the camera; 0 where unknown.
        cost: (h, w) float32, 1 - NCC, 0 is best.
    """

    depth: Floats
    normals: Floats
    cost: Floats


Seed = Callable[[int, int], list[Floats]]


def estimate(
    reference: Photo, photos: Sequence[Photo], *, seed: Seed, bounds: tuple[float, float], effort: Effort
) -> DepthMap:
    """Return the depth map of a photo.

    Args:
        reference: The photo.
        photos: Its sources, best first; at least one.
        seed: Given width and height of the coarsest level, returns the first planes on that grid.
        bounds: Least and greatest inverse depth, 1 / job units.
        effort: How long to search.
    """
    levels = _levels(max(reference.brightness.shape))
    planes: list[Floats] = []
    for level in reversed(range(levels)):
        photo = reference.shrunk(1 << level)
        height, width = photo.brightness.shape
        planes = refine_grid(planes[:3], width, height) if planes else seed(width, height)
        search = _Search(photo, [source.shrunk(1 << level) for source in photos], bounds, level)
        iterations = effort.fine_iterations if level == 0 else effort.coarse_iterations
        planes = search.improved(planes, iterations, first=level == levels - 1)
    return _depth_map(reference, planes)


def _levels(size_px: int) -> int:
    """Return how many halvings bring the longest side near the coarsest size, plus one."""
    return 1 + max(0, int(np.ceil(np.log2(size_px / _COARSEST_SIZE_PX))))


class _Search:
    """The sweeps of one level."""

    def __init__(self, photo: Photo, photos: Sequence[Photo], bounds: tuple[float, float], level: int) -> None:
        height, width = photo.brightness.shape
        self._layout = SplitRows(width, height)
        self._reference = self._layout.reference(photo.brightness.astype(np.float32))
        self._sources = sources_of(photo, photos)
        matrix = photo.intrinsics
        self._camera = np.array([matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]], np.float32)
        self._bounds = np.array(bounds, np.float32)
        self._level = level
        generator = np.random.default_rng(_NOISE_SEED + level)
        self._noise = generator.uniform(-1, 1, NOISE_LENGTH + 3 * LANES).astype(np.float32)
        self._columns = np.arange(0, 2 * LANES, 2, dtype=np.float32)
        self._scratch = np.zeros((2, SAMPLES * LANES), np.float32)

    def improved(self, planes: list[Floats], iterations: int, *, first: bool) -> list[Floats]:
        """Return the planes after some iterations, with their cost as a fourth part.

        Args:
            planes: Inverse depth and two slopes, each (h, w) float32.
            iterations: Each one visits every pixel once.
            first: Whether the planes are a first guess, so that larger changes are worth trying.
        """
        field = self._layout.planes(planes[0], planes[1], planes[2])
        self._sweep_both(field, (-1, 0, 0), 0.0)
        size = 0.5 if first else 0.08
        for iteration in range(iterations):
            groups = 3 if iteration < 2 else 2
            self._sweep_both(field, (groups, 3, 1 + iteration + 16 * self._level), size * 0.6**iteration)
        return [self._layout.join(part) for part in field]

    def _sweep_both(self, field: Floats, tries: tuple[int, int, int], size: float) -> None:
        spans = np.array([0.1 * size, size], np.float32)
        sources = self._sources
        for colour in (0, 1):
            sweep(
                field, self._reference, sources.images, sources.sizes, sources.maps, sources.shifts, self._camera,
                self._bounds, self._columns, self._noise, self._scratch, self._layout.shape, colour,
                np.array(tries, np.int64), spans,
            )  # fmt: skip


def _depth_map(photo: Photo, planes: list[Floats]) -> DepthMap:
    """Return depth and normals of planes, without those that explain the photos badly."""
    inverse_depth, slope_x, slope_y, cost = planes
    known = (cost < WORST_KEPT_COST) & (inverse_depth > 0)
    matrix = photo.intrinsics
    height, width = inverse_depth.shape
    across = np.arange(width, dtype=np.float32)[None, :] - np.float32(matrix[0, 2])
    down = np.arange(height, dtype=np.float32)[:, None] - np.float32(matrix[1, 2])
    towards = slope_x * across + slope_y * down - inverse_depth
    n = np.stack([-np.float32(matrix[0, 0]) * slope_x, -np.float32(matrix[1, 1]) * slope_y, towards], axis=-1)
    length = np.sqrt((n * n).sum(axis=-1))
    known &= length > 0
    normals = n / np.where(known, length, 1)[..., None] * known[..., None]
    depth = np.divide(1, inverse_depth, out=np.zeros_like(inverse_depth), where=known)
    return DepthMap(depth, normals.astype(np.float32), cost)
