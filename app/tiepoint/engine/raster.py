"""A z-buffer for triangles: which face each pixel sees, and how near. No I/O; any thread; releases the GIL."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray


def empty_buffers(width: int, height: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return an inverse-depth buffer (height, width) of 0 (infinitely far) and a face buffer of -1."""
    return np.zeros((height, width), np.float32), np.full((height, width), -1, np.int32)


@njit(cache=True, nogil=True)
def draw_triangles(pixels: Any, depth: Any, faces: Any, nearness: Any, owner: Any) -> None:
    """Draw triangles into the buffers; the nearest wins.

    Args:
        pixels: (V, 2) float32, px; (0, 0) is the centre of the first pixel.
        depth: (V,) float32, m; faces with a vertex at or below 0 are skipped.
        faces: (F, 3) int32.
        nearness: (height, width) float32, 1/m, drawn into.
        owner: (height, width) int32 face indices, drawn into.
    """
    height, width = nearness.shape
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        if depth[a] <= 0 or depth[b] <= 0 or depth[c] <= 0:
            continue
        x0, y0, x1, y1 = pixels[a, 0], pixels[a, 1], pixels[b, 0], pixels[b, 1]
        x2, y2 = pixels[c, 0], pixels[c, 1]
        left, right = max(math.ceil(min(x0, x1, x2)), 0), min(math.floor(max(x0, x1, x2)), width - 1)
        top, bottom = max(math.ceil(min(y0, y1, y2)), 0), min(math.floor(max(y0, y1, y2)), height - 1)
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if left > right or top > bottom or abs(area) < 1e-12:
            continue
        n0, n1, n2 = 1 / depth[a], 1 / depth[b], 1 / depth[c]
        inverse = np.float32(1.0) / area
        step_b = (y2 - y0) * inverse
        step_c = -(y1 - y0) * inverse
        for y in range(top, bottom + 1):
            weight_b = ((left - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) * inverse
            weight_c = ((x1 - x0) * (y - y0) - (left - x0) * (y1 - y0)) * inverse
            for x in range(left, right + 1):
                weight_a = 1 - weight_b - weight_c
                if weight_a >= -1e-5 and weight_b >= -1e-5 and weight_c >= -1e-5:
                    near = weight_a * n0 + weight_b * n1 + weight_c * n2
                    if near > nearness[y, x]:
                        nearness[y, x] = near
                        owner[y, x] = face
                weight_b += step_b
                weight_c += step_c


def warm() -> None:
    """Compile the kernel on one triangle."""
    nearness, owner = empty_buffers(4, 4)
    corners = np.array([[0, 0], [3, 0], [0, 3]], np.float32)
    draw_triangles(corners, np.ones(3, np.float32), np.array([[0, 1, 2]], np.int32), nearness, owner)
