"""Painting the atlas from photos, one photo at a time, and filling what no chart covers. Any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.texturing.charts import PAD_PX

_FILL_STEP: Final = 4
_LEAST_COVER: Final = 0.02


@njit(cache=True, nogil=True)
def claim_pixels(places: Any, faces: Any, owner: Any) -> None:
    """Note which face paints which atlas pixel: its own pixels, and a margin of PAD_PX around charts.

    Args:
        places: (N, 2) float32, chart vertices in the atlas, px.
        faces: (F, 3) int32.
        owner: (height, width) int32, -1 where free; filled with face indices. Faces win over margins.
    """
    for margin in (False, True):
        for face in range(faces.shape[0]):
            _claim(places, faces, face, margin, owner)


@njit(cache=True, nogil=True)
def _claim(places: Any, faces: Any, face: Any, margin: Any, owner: Any) -> None:
    height, width = owner.shape
    reach = np.float32(PAD_PX if margin else 0.0)
    x0, y0 = places[faces[face, 0], 0], places[faces[face, 0], 1]
    x1, y1 = places[faces[face, 1], 0], places[faces[face, 1], 1]
    x2, y2 = places[faces[face, 2], 0], places[faces[face, 2], 1]
    area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    turn = np.float32(1.0) if area >= 0 else np.float32(-1.0)
    e0 = turn / (np.sqrt((x2 - x1) ** 2 + (y2 - y1) ** 2) + np.float32(1e-6))
    e1 = turn / (np.sqrt((x0 - x2) ** 2 + (y0 - y2) ** 2) + np.float32(1e-6))
    e2 = turn / (np.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2) + np.float32(1e-6))
    left, right = max(int(np.ceil(min(x0, x1, x2) - reach)), 0), min(int(max(x0, x1, x2) + reach), width - 1)
    top, bottom = max(int(np.ceil(min(y0, y1, y2) - reach)), 0), min(int(max(y0, y1, y2) + reach), height - 1)
    limit = -reach - np.float32(1e-3)
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            if owner[y, x] >= 0:
                continue
            if (
                ((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) * e0 >= limit
                and ((x0 - x2) * (y - y2) - (y0 - y2) * (x - x2)) * e1 >= limit
                and ((x1 - x0) * (y - y0) - (y1 - y0) * (x - x0)) * e2 >= limit
            ):
                owner[y, x] = face


@njit(cache=True, nogil=True)
def paint_photo(
    photo: Any, face_of: Any, weight: Any, gain: Any, pixels: Any, places: Any, faces: Any, owner: Any, atlas: Any
) -> None:
    """Add one photo's shares to the atlas.

    Args:
        photo: (h, w, 3) uint8, scaled as the atlas is.
        face_of: (P,) int32, the face of each share.
        weight: (P, 3) float32.
        gain: (P, 3, 3) float32, levels.
        pixels: (P, 3, 2) float32, the face's corners in this photo, px.
        places: (N, 2) float32, chart vertices in the atlas, px.
        faces: (F, 3) int32.
        owner: (height, width) int32, from `claim_pixels`.
        atlas: (height, width, 3) uint8, added to.
    """
    for share in range(face_of.shape[0]):
        _paint_share(photo, face_of[share], weight[share], gain[share], pixels[share], places, faces, owner, atlas)


@njit(cache=True, nogil=True)
def _paint_share(
    photo: Any, face: Any, weight: Any, gain: Any, pixels: Any, places: Any, faces: Any, owner: Any, atlas: Any
) -> None:
    height, width = owner.shape
    reach = np.float32(PAD_PX)
    x0, y0 = places[faces[face, 0], 0], places[faces[face, 0], 1]
    x1, y1 = places[faces[face, 1], 0], places[faces[face, 1], 1]
    x2, y2 = places[faces[face, 2], 0], places[faces[face, 2], 1]
    area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
    inverse = np.float32(0.0) if abs(area) < 1e-6 else np.float32(1.0) / area
    left, right = max(int(np.ceil(min(x0, x1, x2) - reach)), 0), min(int(max(x0, x1, x2) + reach), width - 1)
    top, bottom = max(int(np.ceil(min(y0, y1, y2) - reach)), 0), min(int(max(y0, y1, y2) + reach), height - 1)
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            if owner[y, x] != face:
                continue
            b = ((x - x0) * (y2 - y0) - (x2 - x0) * (y - y0)) * inverse
            c = ((x1 - x0) * (y - y0) - (x - x0) * (y1 - y0)) * inverse
            a = 1 - b - c
            column = a * pixels[0, 0] + b * pixels[1, 0] + c * pixels[2, 0]
            row = a * pixels[0, 1] + b * pixels[1, 1] + c * pixels[2, 1]
            a, b, c = max(a, np.float32(0.0)), max(b, np.float32(0.0)), max(c, np.float32(0.0))
            total = a + b + c
            a, b, c = a / total, b / total, c / total
            share = a * weight[0] + b * weight[1] + c * weight[2]
            for channel in range(3):
                change = a * gain[0, channel] + b * gain[1, channel] + c * gain[2, channel]
                value = (_sample(photo, column, row, channel) + change) * share
                value = min(max(value, np.float32(0.0)), 255 * share) + np.float32(0.5)
                atlas[y, x, channel] = np.uint8(min(int(atlas[y, x, channel]) + int(value), 255))


@njit(cache=True, nogil=True, inline="always")
def _sample(photo: Any, column: Any, row: Any, channel: Any) -> Any:
    """Bilinear; a place within a hundredth of a pixel's centre is that pixel, so that copies stay exact."""
    height, width = photo.shape[0], photo.shape[1]
    column = min(max(column, np.float32(0.0)), np.float32(width - 1))
    row = min(max(row, np.float32(0.0)), np.float32(height - 1))
    x, y = int(column), int(row)
    right, below = min(x + 1, width - 1), min(y + 1, height - 1)
    u, v = column - x, row - y
    above = photo[y, x, channel] * (1 - u) + photo[y, right, channel] * u
    under = photo[below, x, channel] * (1 - u) + photo[below, right, channel] * u
    return np.float32(above * (1 - v) + under * v)


def fill_gaps(atlas: NDArray[np.uint8], covered: NDArray[np.bool_]) -> None:
    """Fill uncovered pixels with the colours around them, so that no mip level shows a dark rim.

    Works on a quarter of the size: next to charts their own margin counts, further off only the mean does.

    Args:
        atlas: (height, width, 3) uint8, 0 where uncovered; changed in place.
        covered: (height, width), pixels that charts painted.
    """
    import cv2

    height, width = covered.shape
    size = (max(1, width // _FILL_STEP), max(1, height // _FILL_STEP))
    colours = [cv2.resize(atlas, size, interpolation=cv2.INTER_AREA).astype(np.float32).reshape(size[1], size[0], 3)]
    weights = [cv2.resize(covered.astype(np.float32), size, interpolation=cv2.INTER_AREA)]
    while min(weights[-1].shape) > 1:
        size = (max(1, weights[-1].shape[1] // 2), max(1, weights[-1].shape[0] // 2))
        colours.append(cv2.resize(colours[-1], size, interpolation=cv2.INTER_AREA))
        weights.append(cv2.resize(weights[-1], size, interpolation=cv2.INTER_AREA))
    below = colours[-1] / np.maximum(weights[-1], 1e-6)[:, :, None]
    for colour, weight in zip(colours[-2::-1], weights[-2::-1], strict=True):
        below = cv2.resize(below, (weight.shape[1], weight.shape[0]), interpolation=cv2.INTER_LINEAR)
        known = weight > _LEAST_COVER
        below[known] = colour[known] / weight[known][:, None]
    filling = cv2.resize(np.clip(below, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    cv2.copyTo(filling, (~covered).astype(np.uint8), atlas)


def warm() -> None:
    """Compile the kernels on one face."""
    corners = np.array([[1, 1], [4, 1], [1, 4]], np.float32)
    faces, owner = np.array([[0, 1, 2]], np.int32), np.full((8, 8), -1, np.int32)
    claim_pixels(corners, faces, owner)
    paint_photo(
        np.zeros((8, 8, 3), np.uint8), np.zeros(1, np.int32), np.ones((1, 3), np.float32),
        np.zeros((1, 3, 3), np.float32), corners[None], corners, faces, owner, np.zeros((8, 8, 3), np.uint8),
    )  # fmt: skip
