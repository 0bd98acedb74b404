"""One PatchMatch sweep: every second pixel tries its neighbours' planes and perturbed ones, and keeps the best.

Numba kernels only. The result depends on nothing but the arguments: no threads inside, no clock, random numbers
from a table. Pixels lie in split rows (see plane_field.py), so that 16 pixels of one colour are neighbours in memory.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from tiepoint.engine.dense.lanes import LANES, any_lane, choose, load, store
from tiepoint.engine.dense.matching_cost import KERNEL, describe_patch, plane_cost

MARGIN: Final = 16
NOISE_LENGTH: Final = 1 << 14
NEAR: Final = 4
GROUP: Final = 4
# Offsets of an odd sum only: they are of the other colour and rest during a sweep.
OFFSETS: Final = np.array(
    [[1, 0], [-1, 0], [0, 1], [0, -1]]
    + [[3, 0], [-3, 0], [0, 3], [0, -3]]
    + [[2, 1], [-2, 1], [1, -2], [-1, -2]]
    + [[7, 0], [-7, 0], [0, 7], [0, -7]]
    + [[13, 0], [-13, 0], [0, 13], [0, -13]],
    np.int64,
)

_LEAST_COSINE_SQUARED: Final = np.float32(0.1**2)
_UNKNOWN: Final = np.float32(9)


@njit(forceinline=True, **KERNEL)
def place_of(x: Any, y: Any, half: Any) -> Any:
    """Return where a pixel lies in a flat field of split rows."""
    return ((y + MARGIN) * 2 + (x & 1)) * half + (x >> 1) + MARGIN // 2


@njit(forceinline=True, **KERNEL)
def _neighbour(planes: Any, x: Any, y: Any, half: Any, dx: Any, dy: Any) -> Any:
    """Return the neighbours' stored cost and their planes moved to these pixels."""
    place = place_of(x + dx, y + dy, half)
    sx, sy = load(planes[1], place), load(planes[2], place)
    moved = load(planes[0], place) - sx * np.float32(dx) - sy * np.float32(dy)
    return load(planes[3], place), moved, sx, sy


@njit(forceinline=True, **KERNEL)
def _best_neighbour(planes: Any, x: Any, y: Any, half: Any, first: Any) -> Any:
    """Return the plane of the cheapest of four neighbours."""
    best, w, sx, sy = _neighbour(planes, x, y, half, OFFSETS[first, 0], OFFSETS[first, 1])
    for index in range(first + 1, first + GROUP):
        cost, other, other_x, other_y = _neighbour(planes, x, y, half, OFFSETS[index, 0], OFFSETS[index, 1])
        better = cost < best
        best = choose(better, cost, best)
        w, sx, sy = choose(better, other, w), choose(better, other_x, sx), choose(better, other_y, sy)
    return w, sx, sy


@njit(forceinline=True, **KERNEL)
def _perturbed(noise: Any, seed: Any, w: Any, sx: Any, sy: Any, relative: Any, slope: Any) -> Any:
    """Return the planes with their inverse depth and slopes changed at random."""
    place = (seed ^ (seed >> 15)) & (NOISE_LENGTH - 1)
    tilt = w * slope
    moved = w + w * load(noise, place) * relative
    return moved, sx + load(noise, place + LANES) * tilt, sy + load(noise, place + 2 * LANES) * tilt


@njit(forceinline=True, **KERNEL)
def _plausible(camera: Any, bounds: Any, x: Any, y: Any, w: Any, sx: Any, sy: Any) -> Any:
    """Return which planes lie within the depth range and are not seen edge on."""
    dx, dy = x - camera[2], y - camera[3]
    n0, n1, n2 = camera[0] * sx, camera[1] * sy, w - sx * dx - sy * dy
    rx, ry = dx / camera[0], dy / camera[1]
    spread = (n0 * n0 + n1 * n1 + n2 * n2) * (rx * rx + (ry * ry + np.float32(1))) * _LEAST_COSINE_SQUARED
    return (w > bounds[0]) & (w < bounds[1]) & (spread < w * w)


@njit(**KERNEL)
def sweep(
    planes: Any,
    reference: Any,
    images: Any,
    sizes: Any,
    maps: Any,
    shifts: Any,
    camera: Any,
    bounds: Any,
    columns: Any,
    noise: Any,
    scratch: Any,
    shape: Any,
    colour: Any,
    tries: Any,
    spans: Any,
) -> None:
    """Improve the planes of one colour in place.

    Args:
        planes: (4, P) float32, inverse depth, slopes along x and y, cost, in split rows.
        reference: (P,) float32, brightness in split rows.
        images, sizes, maps, shifts: The sources, as in `plane_cost`.
        camera: (4,) float32, fx, fy, cx, cy of the reference, pixels, centre of the first pixel at 0.
        bounds: (2,) float32, least and greatest inverse depth.
        columns: (LANES,) float32, 0, 2, 4, ...
        noise: (NOISE_LENGTH + 3 * LANES,) float32, uniform in -1..1.
        scratch: (2, SAMPLES * LANES) float32.
        shape: (3,) int64, width, height, length of half a split row.
        colour: 0 or 1.
        tries: (3,) int64, far groups, perturbations, seed; with a negative first entry only costs are computed.
        spans: (2,) float32, size of a perturbation: of the inverse depth relative to it, of the slopes in radians.
    """
    width, height, half = shape[0], shape[1], shape[2]
    weights, gains = scratch[0], scratch[1]
    first_perturbation = NEAR + tries[0]
    offsets = load(columns, 0)
    for y in range(height):
        for x in range((y + colour) & 1, width, 2 * LANES):
            place = place_of(x, y, half)
            describe_patch(reference, place, half, weights, gains)
            across, down = offsets + np.float32(x), np.float32(y)
            w, sx, sy = load(planes[0], place), load(planes[1], place), load(planes[2], place)
            best = load(planes[3], place)
            kept, kept_x, kept_y, kept_cost = w, sx, sy, best
            if tries[0] < 0:
                best = plane_cost(images, sizes, maps, shifts, across, down, w, sx, sy, weights, gains)
            span, lean = spans[0], spans[1] / camera[0]
            for attempt in range(max(first_perturbation + tries[1], 0)):
                if attempt < NEAR:
                    _, new, new_x, new_y = _neighbour(planes, x, y, half, OFFSETS[attempt, 0], OFFSETS[attempt, 1])
                elif attempt < first_perturbation:
                    new, new_x, new_y = _best_neighbour(planes, x, y, half, NEAR + (attempt - NEAR) * GROUP)
                else:
                    seed = (x * 73856093) ^ (y * 19349663) ^ ((tries[2] * 16 + attempt) * 83492791)
                    new, new_x, new_y = _perturbed(noise, seed, w, sx, sy, span, lean)
                    span, lean = span * np.float32(0.6), lean * np.float32(0.6)
                fitting = _plausible(camera, bounds, across, down, new, new_x, new_y)
                if any_lane(fitting):
                    cost = plane_cost(images, sizes, maps, shifts, across, down, new, new_x, new_y, weights, gains)
                    better = fitting & (cost < best)
                    best = choose(better, cost, best)
                    w, sx, sy = choose(better, new, w), choose(better, new_x, sx), choose(better, new_y, sy)
            within = across < np.float32(width)
            store(planes[0], place, choose(within, w, kept))
            store(planes[1], place, choose(within, sx, kept_x))
            store(planes[2], place, choose(within, sy, kept_y))
            store(planes[3], place, choose(within, best, kept_cost))
