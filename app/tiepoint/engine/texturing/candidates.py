"""Which photos see each face, and how well: z-buffer visibility, angle, resolution, detail. Any thread."""

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
_LEAST_SEEN: Final = 2
_BORDER_PX: Final = 3.0
_LEAST_COSINE: Final = 0.03
_SAME_SURFACE: Final = 0.004
_BEHIND_EDGE: Final = 0.02
_PARTLY_SEEN: Final = 0.05
_NEAR_EDGE: Final = 0.35
_COLOUR_BLUR_PX: Final = 1.5
_DETAIL_PX: Final = 15
_LEAST_DETAIL: Final = 4.0
_ODD_LEVELS: Final = 25.0
_ODD: Final = 0.02
_LUMA_WEIGHT: Final = 0.6
_BLURRED: Final = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The best photos of each face, best first.

    Attributes:
        views: (F, MOST_VIEWS) int16 indices of views, -1 where there are no more.
        scores: (F, MOST_VIEWS) float32, px² seen, weighted; 0 where there are no more.
        looks: (F, MOST_VIEWS, 4) uint8, blue, green, red and local detail, what the photo shows there.
    """

    views: NDArray[np.int16]
    scores: NDArray[np.float32]
    looks: NDArray[np.uint8]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Which faces any photo sees, (F,)."""
        found: NDArray[np.bool_] = self.views[:, 0] >= 0
        return found

    @classmethod
    def none(cls, faces: int) -> Candidates:
        """Return an empty table for so many faces."""
        return cls(
            np.full((faces, MOST_VIEWS), -1, np.int16),
            np.zeros((faces, MOST_VIEWS), np.float32),
            np.zeros((faces, MOST_VIEWS, 4), np.uint8),
        )

    def of(self, chosen: NDArray[np.bool_]) -> Candidates:
        """Return the table of some of the faces."""
        return Candidates(self.views[chosen], self.scores[chosen], self.looks[chosen])


def add_view(
    found: Candidates,
    index: int,
    view: View,
    mesh: tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]],
    photo: NDArray[np.uint8],
) -> None:
    """Score every face in one photo and enter it among the face's best.

    Args:
        found: The table to add to.
        index: The photo's number in it.
        view: The photo's camera and pose.
        mesh: Vertices (V, 3) m, faces (F, 3), unit face normals (F, 3).
        photo: (height, width, 3) uint8 BGR.
    """
    vertices, faces, normals = mesh
    pixels, depth = view.project(vertices)
    factor = np.float32(min(1.0, _BUFFER_PX / max(view.width, view.height)))
    look = _look(photo, float(factor))
    nearness, owner = empty_buffers(look.shape[1], look.shape[0])
    small = (pixels + np.float32(0.5)) * factor - np.float32(0.5)
    draw_triangles(small, depth, faces, nearness, owner)
    rays = vertices - view.centre.astype(np.float32)
    size = np.array([view.width, view.height], np.float32)
    _score(pixels, small, depth, faces, normals, rays, nearness, size, look, np.int16(index),
           found.views, found.scores, found.looks)  # fmt: skip


def _look(photo: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return colour and local detail of a photo made smaller, (h, w, 4) uint8: blue, green, red, mean slope."""
    import cv2

    height, width = photo.shape[:2]
    size = (int(np.ceil(width * factor)), int(np.ceil(height * factor)))
    small = photo if size == (width, height) else cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    colour = cv2.GaussianBlur(small, (0, 0), _COLOUR_BLUR_PX)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    slopes = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    detail = np.clip(cv2.blur(slopes, (_DETAIL_PX, _DETAIL_PX)) + _LEAST_DETAIL, 0, 255).astype(np.uint8)
    return np.dstack([colour, detail])


@njit(cache=True, nogil=True)
def _score(
    pixels: Any, small: Any, depth: Any, faces: Any, normals: Any, rays: Any, nearness: Any, size: Any,
    look: Any, index: Any, views: Any, scores: Any, looks: Any,
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
        column = int((small[a, 0] + small[b, 0] + small[c, 0]) / 3 + np.float32(0.5))
        row = int((small[a, 1] + small[b, 1] + small[c, 1]) / 3 + np.float32(0.5))
        column, row = min(column, look.shape[1] - 1), min(row, look.shape[0] - 1)
        score = (area + np.float32(1e-6)) * cosine * cosine
        if seen < _SAMPLES:
            score *= np.float32(_PARTLY_SEEN)
        elif near_edge:
            score *= np.float32(_NEAR_EDGE)
        _enter(views[face], scores[face], looks[face], index, score, look[row, column])


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
def _enter(views: Any, scores: Any, looks: Any, index: Any, score: Any, look: Any) -> None:
    place = views.shape[0] - 1
    if score <= scores[place]:
        return
    while place > 0 and score > scores[place - 1]:
        scores[place], views[place] = scores[place - 1], views[place - 1]
        for channel in range(4):
            looks[place, channel] = looks[place - 1, channel]
        place -= 1
    scores[place], views[place] = score, index
    for channel in range(4):
        looks[place, channel] = look[channel]


def distrust_odd_views(found: Candidates, gains: NDArray[np.float32]) -> None:
    """Mark down photos that show a face unlike most photos do.

    Another colour means that something passed by or that an edge is off; much less detail means blur.

    Args:
        found: The table, changed in place; needs three photos of a face to judge.
        gains: (views, 3), factors that make photos equally bright.
    """
    _distrust(found.views, found.scores, found.looks, gains)


@njit(cache=True, nogil=True)
def _distrust(views: Any, scores: Any, looks: Any, gains: Any) -> None:
    shown = np.zeros((views.shape[1], 4), np.float32)
    distance = np.zeros(views.shape[1], np.float32)
    middle = np.zeros(4, np.float32)
    for face in range(views.shape[0]):
        count = 0
        while count < views.shape[1] and views[face, count] >= 0:
            count += 1
        if count < 3:
            continue
        for place in range(count):
            _describe(looks[face, place], gains[views[face, place]], shown[place])
        for channel in range(4):
            middle[channel] = np.median(shown[:count, channel])
        for place in range(count):
            distance[place] = np.float32(_LUMA_WEIGHT) * abs(shown[place, 0] - middle[0])
            distance[place] += abs(shown[place, 1] - middle[1]) + abs(shown[place, 2] - middle[2])
        limit = max(np.float32(_ODD_LEVELS), 3 * np.median(distance[:count]))
        for place in range(count):
            if distance[place] > limit:
                scores[face, place] *= np.float32(_ODD)
            clarity = shown[place, 3] / (np.float32(_BLURRED) * middle[3])
            scores[face, place] *= min(clarity * clarity, np.float32(1.0))
        _sort(views[face], scores[face], looks[face], count)


@njit(cache=True, nogil=True, inline="always")
def _describe(look: Any, gain: Any, shown: Any) -> None:
    """Fill in luma, its differences to red and blue (ITU-R BT.601), and the detail."""
    blue, green, red = look[0] * gain[0], look[1] * gain[1], look[2] * gain[2]
    luma = np.float32(0.299) * red + np.float32(0.587) * green + np.float32(0.114) * blue
    shown[0], shown[3] = luma, look[3]
    shown[1], shown[2] = np.float32(0.713) * (red - luma), np.float32(0.564) * (blue - luma)


@njit(cache=True, nogil=True)
def _sort(views: Any, scores: Any, looks: Any, count: Any) -> None:
    for last in range(1, count):
        place = last
        while place > 0 and scores[place] > scores[place - 1]:
            scores[place], scores[place - 1] = scores[place - 1], scores[place]
            views[place], views[place - 1] = views[place - 1], views[place]
            for channel in range(4):
                held = looks[place, channel]
                looks[place, channel] = looks[place - 1, channel]
                looks[place - 1, channel] = held
            place -= 1


def warm() -> None:
    """Compile the kernels on one face."""
    pixels = np.array([[4, 4], [8, 4], [4, 8]], np.float32)
    found = Candidates.none(1)
    _score(
        pixels, pixels, np.ones(3, np.float32), np.array([[0, 1, 2]], np.int32), np.zeros((1, 3), np.float32),
        np.ones((3, 3), np.float32), np.ones((12, 12), np.float32), np.array([12, 12], np.float32),
        np.zeros((12, 12, 4), np.uint8), np.int16(0),
        found.views, found.scores, found.looks,
    )  # fmt: skip
    distrust_odd_views(found, np.ones((1, 3), np.float32))
