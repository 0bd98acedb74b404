"""The per pixel work of fusion: which pixels of another photo see the same surface, and the mean of what they say.

Numba kernels only; one core, nogil, any thread.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from tiepoint.engine.dense.matching_cost import KERNEL

_SELF: Final = np.uint8(1)
_NONE: Final = np.float32(0)
_HALF: Final = np.float32(0.5)
_TINY: Final = np.float32(1e-6)
_LEAST_COSINE: Final = np.float32(0.1)
# A pixel beside the one asked for may lie this many times deeper on a slanted surface.
_ROUGHLY: Final = np.float32(4)


@njit(forceinline=True, **KERNEL)
def _pixel(camera: Any, to_other: Any, d0: Any, d1: Any, d2: Any, depth: Any) -> Any:
    """Return where the other photo sees a place along a ray, pixels, and its depth there; depth 0 is behind."""
    z = d2 * depth + to_other[2, 3]
    if z <= _TINY:
        return _NONE, _NONE, _NONE
    scale = np.float32(1) / z
    u = camera[0] * (d0 * depth + to_other[0, 3]) * scale + camera[2]
    v = camera[1] * (d1 * depth + to_other[1, 3]) * scale + camera[3]
    return u, v, z


@njit(forceinline=True, **KERNEL)
def _cut(
    camera: Any, to_other: Any, d0: Any, d1: Any, d2: Any, column: Any, row: Any, z: Any, m0: Any, m1: Any, m2: Any
) -> Any:
    """Return at which depth a ray cuts the surface that the other photo found at a pixel; 0 when it only grazes it."""
    slant = m0 * d0 + m1 * d1 + m2 * d2
    if slant > -_LEAST_COSINE * math.sqrt(d0 * d0 + d1 * d1 + d2 * d2):
        return _NONE
    p0 = (np.float32(column) - camera[2]) / camera[0] * z - to_other[0, 3]
    p1 = (np.float32(row) - camera[3]) / camera[1] * z - to_other[1, 3]
    return (m0 * p0 + m1 * p1 + m2 * (z - to_other[2, 3])) / slant


@njit(**KERNEL)
def confirm(
    depth: Any,
    normals: Any,
    used: Any,
    camera: Any,
    other_depth: Any,
    other_normals: Any,
    other_colour: Any,
    other_camera: Any,
    to_other: Any,
    limits: Any,
    votes: Any,
    depth_sum: Any,
    normal_sum: Any,
    colour_sum: Any,
    partner: Any,
) -> None:
    """Let another photo vote on each pixel's depth, by where its surface cuts the pixel's ray.

    Args:
        depth: (h, w) float32, job units; 0 is unknown.
        normals: (h, w, 3) float32, camera frame.
        used: (h, w) uint8; nonzero where the surface is in the cloud already.
        camera, other_camera: (4,) float32, fx, fy, cx, cy in pixels, centre of the first pixel at 0.
        other_depth, other_normals: The other photo's.
        other_colour: (h, w, 3) uint8.
        to_other: (3, 4) float32, the other camera's frame from this one's.
        limits: (3,) float32, greatest relative depth error, reprojection error in pixels, least cosine of normals.
        votes: (h, w) uint8, counted up.
        depth_sum: (h, w) float32, added to.
        normal_sum, colour_sum: (h, w, 3) float32, added to.
        partner: (h, w) int32, becomes the other photo's pixel that agrees, or -1.
    """
    height, width = depth.shape
    other_height, other_width = other_depth.shape
    for y in range(height):
        ray_y = (np.float32(y) - camera[3]) / camera[1]
        for x in range(width):
            partner[y, x] = -1
            z = depth[y, x]
            if z <= _NONE or used[y, x]:
                continue
            ray_x = (np.float32(x) - camera[2]) / camera[0]
            d0 = to_other[0, 0] * ray_x + to_other[0, 1] * ray_y + to_other[0, 2]
            d1 = to_other[1, 0] * ray_x + to_other[1, 1] * ray_y + to_other[1, 2]
            d2 = to_other[2, 0] * ray_x + to_other[2, 1] * ray_y + to_other[2, 2]
            u, v, far = _pixel(other_camera, to_other, d0, d1, d2, z)
            if far <= _NONE or not (_HALF + u > _NONE and _HALF + v > _NONE):
                continue
            if u + _HALF >= np.float32(other_width) or v + _HALF >= np.float32(other_height):
                continue
            column, row = int(u + _HALF), int(v + _HALF)
            other_z = other_depth[row, column]
            if other_z <= _NONE or abs(other_z - far) > _ROUGHLY * limits[0] * far:
                continue
            m0, m1, m2 = other_normals[row, column, 0], other_normals[row, column, 1], other_normals[row, column, 2]
            cut = _cut(other_camera, to_other, d0, d1, d2, column, row, other_z, m0, m1, m2)
            if abs(cut - z) > limits[0] * z:
                continue
            cut_u, cut_v, ahead = _pixel(other_camera, to_other, d0, d1, d2, cut)
            if ahead <= _NONE or (cut_u - u) ** 2 + (cut_v - v) ** 2 > limits[1] * limits[1]:
                continue
            n0 = to_other[0, 0] * m0 + to_other[1, 0] * m1 + to_other[2, 0] * m2
            n1 = to_other[0, 1] * m0 + to_other[1, 1] * m1 + to_other[2, 1] * m2
            n2 = to_other[0, 2] * m0 + to_other[1, 2] * m1 + to_other[2, 2] * m2
            if n0 * normals[y, x, 0] + n1 * normals[y, x, 1] + n2 * normals[y, x, 2] < limits[2]:
                continue
            votes[y, x] += _SELF
            depth_sum[y, x] += cut
            normal_sum[y, x, 0] += n0
            normal_sum[y, x, 1] += n1
            normal_sum[y, x, 2] += n2
            for channel in range(3):
                colour_sum[y, x, channel] += np.float32(other_colour[row, column, channel])
            partner[y, x] = row * other_width + column


@njit(**KERNEL)
def mark(votes: Any, least_votes: Any, partner: Any, other_used: Any) -> None:
    """Note in another photo which of its pixels went into a point of the cloud.

    Args:
        votes: (h, w) uint8.
        least_votes: How many make a point.
        partner: (h, w) int32, pixel of the other photo, or -1.
        other_used: (h', w') uint8, changed.
    """
    height, width = votes.shape
    other_width = other_used.shape[1]
    for y in range(height):
        for x in range(width):
            place = partner[y, x]
            if place >= 0 and votes[y, x] >= least_votes:
                other_used[place // other_width, place % other_width] = 1
