"""Which photos see each face, and how well: z-buffer visibility, angle, resolution, sharpness. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.meshing.views import View
from tiepoint.engine.raster import draw_triangles, empty_buffers

MOST_VIEWS: Final = 8
_BUFFER_PX: Final = 1000
_SAMPLES: Final = 7
_LEAST_SEEN: Final = 5
_BORDER_PX: Final = 3.0
_LEAST_COSINE: Final = 0.1
_SAME_SURFACE: Final = 0.004
_BEHIND_EDGE: Final = 0.02
_PARTLY_SEEN: Final = 0.05
_NEAR_EDGE: Final = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The best photos of each face, best first.

    Attributes:
        views: (F, MOST_VIEWS) int16 indices of views, -1 where there are no more.
        scores: (F, MOST_VIEWS) float32, px² seen, weighted; 0 where there are no more.
    """

    views: NDArray[np.int16]
    scores: NDArray[np.float32]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which faces any photo sees, (F,)."""
        found: NDArray[np.bool_] = self.views[:, 0] >= 0
        return found

    @classmethod
    def none(cls, faces: int) -> Candidates:
        """Return an empty table for so many faces."""
        return cls(np.full((faces, MOST_VIEWS), -1, np.int16), np.zeros((faces, MOST_VIEWS), np.float32))


def add_view(
    found: Candidates,
    index: int,
    view: View,
    mesh: tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]],
    sharpness: float,
) -> None:
    """Score every face in one photo and enter it among the face's best.

    Args:
        found: The table to add to.
        index: The photo's number in it.
        view: The photo.
        mesh: Vertices (V, 3) m, faces (F, 3), unit face normals (F, 3).
        sharpness: Weight of this photo's pixels, about 1.
    """
    vertices, faces, normals = mesh
    pixels, depth = view.project(vertices)
    factor = np.float32(min(1.0, _BUFFER_PX / max(view.width, view.height)))
    nearness, owner = empty_buffers(int(np.ceil(view.width * factor)), int(np.ceil(view.height * factor)))
    small = (pixels + np.float32(0.5)) * factor - np.float32(0.5)
    draw_triangles(small, depth, faces, nearness, owner)
    rays = vertices - view.centre.astype(np.float32)
    size = np.array([view.width, view.height], np.float32)
    _score(pixels, small, depth, faces, normals, rays, nearness, size, np.float32(sharpness), np.int16(index),
           found.views, found.scores)  # fmt: skip


@njit(cache=True, nogil=True)
def _score(
    pixels: Any, small: Any, depth: Any, faces: Any, normals: Any, rays: Any, nearness: Any, size: Any,
    sharpness: Any, index: Any, views: Any, scores: Any,
) -> None:  # fmt: skip
    for face in range(faces.shape[0]):
        a, b, c = faces[face, 0], faces[face, 1], faces[face, 2]
        if not _inside(pixels, depth, a, size) or not _inside(pixels, depth, b, size):
            continue
        if not _inside(pixels, depth, c, size):
            continue
        cosine = _cosine(rays, normals, face, a, b, c)
        if cosine < _LEAST_COSINE:
            continue
        seen, near_edge = _samples_seen(small, depth, nearness, a, b, c)
        if seen < _LEAST_SEEN:
            continue
        area = abs(
            (pixels[b, 0] - pixels[a, 0]) * (pixels[c, 1] - pixels[a, 1])
            - (pixels[c, 0] - pixels[a, 0]) * (pixels[b, 1] - pixels[a, 1])
        ) * np.float32(0.5)
        score = (area + np.float32(1e-6)) * cosine * sharpness
        if seen < _SAMPLES:
            score *= np.float32(_PARTLY_SEEN)
        elif near_edge:
            score *= np.float32(_NEAR_EDGE)
        _enter(views[face], scores[face], index, score)


@njit(cache=True, nogil=True, inline="always")
def _inside(pixels: Any, depth: Any, vertex: Any, size: Any) -> Any:
    x, y = pixels[vertex, 0], pixels[vertex, 1]
    return (
        depth[vertex] > 0
        and x >= _BORDER_PX
        and y >= _BORDER_PX
        and x <= size[0] - 1 - _BORDER_PX
        and y <= size[1] - 1 - _BORDER_PX
    )


@njit(cache=True, nogil=True, inline="always")
def _cosine(rays: Any, normals: Any, face: Any, a: Any, b: Any, c: Any) -> Any:
    x = rays[a, 0] + rays[b, 0] + rays[c, 0]
    y = rays[a, 1] + rays[b, 1] + rays[c, 1]
    z = rays[a, 2] + rays[b, 2] + rays[c, 2]
    length = np.sqrt(x * x + y * y + z * z) + np.float32(1e-20)
    return -(x * normals[face, 0] + y * normals[face, 1] + z * normals[face, 2]) / length


@njit(cache=True, nogil=True)
def _samples_seen(small: Any, depth: Any, nearness: Any, a: Any, b: Any, c: Any) -> Any:
    """Count how many of seven points of a face are in front; say whether any is close to a nearer surface."""
    seen, near_edge = 0, False
    third = np.float32(1 / 3)
    for sample in range(_SAMPLES):
        wa, wb, wc = third, third, third
        if sample < 3:
            wa = np.float32(0.9) if sample == 0 else np.float32(0.05)
            wb = np.float32(0.9) if sample == 1 else np.float32(0.05)
            wc = np.float32(0.9) if sample == 2 else np.float32(0.05)
        elif sample < 6:
            wa = np.float32(0.04) if sample == 3 else np.float32(0.48)
            wb = np.float32(0.04) if sample == 4 else np.float32(0.48)
            wc = np.float32(0.04) if sample == 5 else np.float32(0.48)
        near = wa / depth[a] + wb / depth[b] + wc / depth[c]
        column = int(wa * small[a, 0] + wb * small[b, 0] + wc * small[c, 0] + np.float32(0.5))
        row = int(wa * small[a, 1] + wb * small[b, 1] + wc * small[c, 1] + np.float32(0.5))
        least, most = _range_around(nearness, column, row)
        if least <= near * (1 + np.float32(_SAME_SURFACE)):
            seen += 1
        if most > near * (1 + np.float32(_BEHIND_EDGE)):
            near_edge = True
    return seen, near_edge


@njit(cache=True, nogil=True, inline="always")
def _range_around(nearness: Any, column: Any, row: Any) -> Any:
    """Return the least drawn and the greatest inverse depth of the 3 x 3 pixels around."""
    height, width = nearness.shape
    least, most = np.float32(1e30), np.float32(0.0)
    for y in range(max(row - 1, 0), min(row + 2, height)):
        for x in range(max(column - 1, 0), min(column + 2, width)):
            value = nearness[y, x]
            if value > 0:
                least = min(least, value)
            most = max(most, value)
    return (np.float32(0.0) if least > np.float32(1e29) else least), most


@njit(cache=True, nogil=True)
def _enter(views: Any, scores: Any, index: Any, score: Any) -> None:
    place = views.shape[0] - 1
    if score <= scores[place]:
        return
    while place > 0 and score > scores[place - 1]:
        scores[place], views[place] = scores[place - 1], views[place - 1]
        place -= 1
    scores[place], views[place] = score, index


def warm() -> None:
    """Compile the kernels on one face."""
    pixels = np.array([[4, 4], [8, 4], [4, 8]], np.float32)
    _score(
        pixels, pixels, np.ones(3, np.float32), np.array([[0, 1, 2]], np.int32), np.zeros((1, 3), np.float32),
        np.ones((3, 3), np.float32), np.ones((12, 12), np.float32), np.array([12, 12], np.float32), np.float32(1),
        np.int16(0), np.full((1, MOST_VIEWS), -1, np.int16), np.zeros((1, MOST_VIEWS), np.float32),
    )  # fmt: skip
    _enter(np.full(2, -1, np.int16), np.zeros(2, np.float32), np.int16(0), np.float32(1))
