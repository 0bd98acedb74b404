"""How well a plane at a pixel explains the source photos: bilateral NCC of 25 samples, 16 pixels at once.

A plane is (inverse depth at the pixel, its change per pixel along x, along y): inverse depth is affine in the image,
so a neighbour's plane is taken over by two multiplications. Numba kernels only; no state, nogil, any thread.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from tiepoint.engine.dense.lanes import (
    LANES,
    absolute,
    any_lane,
    byte_of,
    choose,
    floor,
    gather,
    larger,
    load,
    root,
    smaller,
    splat,
    store,
    to_index,
)

WORST_COST: Final = np.float32(2.0)
SAMPLES: Final = 25
KERNEL: Final = {"cache": True, "fastmath": True, "error_model": "numpy", "nogil": True}

_ONE: Final = np.float32(1)
_TWO: Final = np.float32(2)
_TINY: Final = np.float32(1e-6)
_VARIANCE_FLOOR: Final = np.float32(0.3)
# A Gaussian of 18 grey levels, exp(-z) taken as (1 + z/4)**-4.
_RANGE_FALLOFF: Final = np.float32(1 / (4 * 2 * 18.0**2))
_SPATIAL_FALLOFF: Final = 0.06
_SPATIAL: Final = np.array(
    [np.exp(-_SPATIAL_FALLOFF * (i * i + j * j)) for j in range(-2, 3) for i in range(-2, 3)], np.float32
)


@njit(forceinline=True, **KERNEL)
def _bilinear(image: Any, width: Any, u: Any, v: Any) -> Any:
    """Sample a packed image: each word holds a pixel, its right, its lower and its lower right neighbour."""
    left, top = floor(u), floor(v)
    word = gather(image, to_index(top * width + left))
    across, down = u - left, v - top
    first, second = byte_of(word, 0), byte_of(word, 16)
    upper = first + across * (byte_of(word, 8) - first)
    lower = second + across * (byte_of(word, 24) - second)
    return upper + down * (lower - upper)


@njit(forceinline=True, **KERNEL)
def describe_patch(reference: Any, place: Any, half: Any, weights: Any, gains: Any) -> None:
    """Prepare the reference side of the NCC for 16 pixels.

    Args:
        reference: Flat float32 image in split rows; pixels outside are far brighter than any photo.
        place: Index of the first of the 16 pixels.
        half: Length of half a split row.
        weights: (25 * 16,) float32 scratch; becomes the bilateral weights, sum 1.
        gains: (25 * 16,) float32 scratch; becomes weight times standardised brightness.
    """
    middle = load(reference, place)
    total = splat(np.float32(0))
    mean, power = total, total
    for sample in range(SAMPLES):
        value = load(reference, place + (sample // 5 - 2) * 4 * half + sample % 5 - 2)
        step = value - middle
        near = _ONE / (_ONE + step * step * _RANGE_FALLOFF)
        near = near * near
        weight = near * near * _SPATIAL[sample]
        store(weights, sample * LANES, weight)
        store(gains, sample * LANES, step)
        total = total + weight
        mean = mean + weight * step
        power = power + weight * step * step
    scale = _ONE / total
    mean = mean * scale
    contrast = _ONE / root(larger(power * scale - mean * mean, splat(_VARIANCE_FLOOR)))
    for sample in range(SAMPLES):
        weight = load(weights, sample * LANES) * scale
        store(weights, sample * LANES, weight)
        store(gains, sample * LANES, weight * (load(gains, sample * LANES) - mean) * contrast)


@njit(forceinline=True, **KERNEL)
def _view_cost(
    image: Any, size: Any, m: Any, b: Any, x: Any, y: Any, w: Any, sx: Any, sy: Any, weights: Any, gains: Any
) -> Any:
    """Return 1 - NCC against one source; WORST_COST where the patch leaves it."""
    zero, worst = splat(np.float32(0)), splat(WORST_COST)
    depth = m[2, 0] * x + (m[2, 1] * y + m[2, 2]) + b[2] * w
    scale = _ONE / larger(depth, splat(_TINY))
    u = (m[0, 0] * x + (m[0, 1] * y + m[0, 2]) + b[0] * w) * scale
    v = (m[1, 0] * x + (m[1, 1] * y + m[1, 2]) + b[1] * w) * scale
    tilt_x, tilt_y, twice = m[2, 0] + b[2] * sx, m[2, 1] + b[2] * sy, scale * _TWO
    ux, uy = (m[0, 0] + b[0] * sx - u * tilt_x) * twice, (m[0, 1] + b[0] * sy - u * tilt_y) * twice
    vx, vy = (m[1, 0] + b[1] * sx - v * tilt_x) * twice, (m[1, 1] + b[1] * sy - v * tilt_y) * twice
    reach_u, reach_v = (absolute(ux) + absolute(uy)) * _TWO, (absolute(vx) + absolute(vy)) * _TWO
    inside = (depth > _TINY) & (u > reach_u) & (v > reach_v)
    inside = inside & (u + reach_u < size[0] - _ONE) & (v + reach_v < size[1] - _ONE)
    if not any_lane(inside):
        return worst
    ux, uy = choose(inside, ux, zero), choose(inside, uy, zero)
    vx, vy = choose(inside, vx, zero), choose(inside, vy, zero)
    row_u, row_v = choose(inside, u, zero) - _TWO * (ux + uy), choose(inside, v, zero) - _TWO * (vx + vy)
    mean, power, product = zero, zero, zero
    for row in range(5):
        at_u, at_v = row_u, row_v
        for column in range(5):
            value = _bilinear(image, size[0], at_u, at_v)
            place = (row * 5 + column) * LANES
            weighted = load(weights, place) * value
            mean = mean + weighted
            power = power + weighted * value
            product = product + load(gains, place) * value
            at_u, at_v = at_u + ux, at_v + vx
        row_u, row_v = row_u + uy, row_v + vy
    contrast = root(larger(power - mean * mean, splat(_VARIANCE_FLOOR)))
    return choose(inside, smaller(_ONE - product / contrast, worst), worst)


@njit(forceinline=True, **KERNEL)
def plane_cost(
    images: Any, sizes: Any, maps: Any, shifts: Any, x: Any, y: Any, w: Any, sx: Any, sy: Any, weights: Any, gains: Any
) -> Any:
    """Return the mean cost of the two sources that agree best.

    Args:
        images: (V, N) uint32, packed sources.
        sizes: (V, 2) float32, width and height of each source, pixels.
        maps: (V, 3, 3) float32, source pixel = maps @ (x, y, 1) + shifts * w, homogeneous.
        shifts: (V, 3) float32.
        x, y: 16 columns, one row, in pixels.
        w, sx, sy: 16 planes.
        weights, gains: What `describe_patch` prepared.
    """
    best = splat(WORST_COST)
    second = best
    for view in range(images.shape[0]):
        cost = _view_cost(images[view], sizes[view], maps[view], shifts[view], x, y, w, sx, sy, weights, gains)
        second = smaller(second, larger(best, cost))
        best = smaller(best, cost)
    return (best + second) * np.float32(0.5)
