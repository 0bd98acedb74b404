"""Packing charts into an atlas by their outlines, highest first, each as low as it fits. Any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.texturing.charts import PAD_PX, Charts, Layout, scaled

_COLUMN_PX: Final = 4
_SPARES: Final = (1.25, 2.0, 4.0)
_SHRINK: Final = 0.97


def pack(charts: Charts, most_px: int) -> Layout:
    """Return where every chart goes, shrinking all by the same factor until they fit.

    Args:
        charts: What to place.
        most_px: Longest side of the atlas.
    """
    scale = 1.0
    while True:
        corner, starts, low, high = _outlines(charts, scaled(charts.pixels, scale))
        order = np.argsort(-_heights(starts, low, high), kind="stable").astype(np.int32)
        area = float((high - low).sum()) * _COLUMN_PX
        widest = int(np.diff(starts).max(initial=1))
        height = 0
        for spare in _SPARES:
            columns = min(max(int(np.sqrt(area * spare)) // _COLUMN_PX + 1, widest), most_px // _COLUMN_PX)
            if widest > columns:
                break
            places = np.zeros((len(order), 2), np.int32)
            height = int(_place(order, starts, low, high, np.zeros(columns, np.int32), places))
            if height <= most_px:
                return Layout(scale, columns * _COLUMN_PX, _multiple(height), (places - corner).astype(np.int32))
        scale *= min(_SHRINK, np.sqrt(most_px / height) if height else most_px / (widest * _COLUMN_PX))


def _multiple(length: int) -> int:
    return max(_COLUMN_PX, -(-length // _COLUMN_PX) * _COLUMN_PX)


def _outlines(charts: Charts, pixels: NDArray[np.float32]) -> tuple[NDArray[np.int32], ...]:
    """Return each chart's corner (C, 2), the start of its columns (C + 1,), and per column lowest and highest row."""
    count = len(charts.view)
    low = np.full((count, 2), np.inf, np.float32)
    high = np.full((count, 2), -np.inf, np.float32)
    np.minimum.at(low, charts.of_vertex, pixels)
    np.maximum.at(high, charts.of_vertex, pixels)
    corner = np.floor(low).astype(np.int32) - PAD_PX
    size = np.ceil(high).astype(np.int32) + PAD_PX + 1 - corner
    columns = -(-size[:, 0] // _COLUMN_PX)
    starts = np.concatenate([[0], np.cumsum(columns)]).astype(np.int32)
    least, most = np.full(int(starts[-1]), 2**30, np.int32), np.zeros(int(starts[-1]), np.int32)
    _trace(pixels, charts.faces, charts.of_face, corner, starts, least, most)
    empty = most <= 0
    least[empty], most[empty] = 0, 0
    return corner, starts, least, most


def _heights(starts: NDArray[np.int32], low: NDArray[np.int32], high: NDArray[np.int32]) -> NDArray[np.int32]:
    top = np.maximum.reduceat(high, starts[:-1])
    found: NDArray[np.int32] = top - np.minimum.reduceat(low, starts[:-1])
    return found


@njit(cache=True, nogil=True)
def _trace(pixels: Any, faces: Any, of_face: Any, corner: Any, starts: Any, low: Any, high: Any) -> None:
    for face in range(faces.shape[0]):
        chart = of_face[face]
        left, right = np.float32(1e30), np.float32(-1e30)
        top, bottom = np.float32(1e30), np.float32(-1e30)
        for k in range(3):
            x, y = pixels[faces[face, k], 0], pixels[faces[face, k], 1]
            left, right, top, bottom = min(left, x), max(right, x), min(top, y), max(bottom, y)
        first = max((int(np.floor(left)) - PAD_PX - corner[chart, 0]) // _COLUMN_PX, 0)
        last = (int(np.ceil(right)) + PAD_PX - corner[chart, 0]) // _COLUMN_PX
        last = min(last, starts[chart + 1] - starts[chart] - 1)
        least = int(np.floor(top)) - PAD_PX - corner[chart, 1]
        most = int(np.ceil(bottom)) + PAD_PX + 1 - corner[chart, 1]
        for column in range(starts[chart] + first, starts[chart] + last + 1):
            low[column] = min(low[column], least)
            high[column] = max(high[column], most)


@njit(cache=True, nogil=True)
def _place(order: Any, starts: Any, low: Any, high: Any, horizon: Any, places: Any) -> Any:
    """Fill `places` with the corner (x, y) px of each chart; return the height used, px."""
    total = 0
    for rank in range(order.shape[0]):
        chart = order[rank]
        first = starts[chart]
        width = starts[chart + 1] - first
        best, waste, spot = 2**30, 2**30, 0
        for x in range(horizon.shape[0] - width + 1):
            y = -(2**30)
            for column in range(width):
                y = max(y, horizon[x + column] - low[first + column])
                if y > best:
                    break
            if y > best:
                continue
            gap = 0
            for column in range(width):
                gap += y + low[first + column] - horizon[x + column]
            if y < best or gap < waste:
                best, waste, spot = y, gap, x
        best = max(best, 0)
        places[chart, 0], places[chart, 1] = spot * _COLUMN_PX, best
        for column in range(width):
            horizon[spot + column] = max(horizon[spot + column], best + high[first + column])
            total = max(total, horizon[spot + column])
    return total


def warm() -> None:
    """Compile the kernels on one chart of one face."""
    corners = np.array([[0, 0], [9, 0], [0, 9]], np.float32)
    zero = np.zeros(1, np.int32)
    face = np.array([[0, 1, 2]], np.int32)
    pack(Charts(face, zero, np.zeros(3, np.int32), np.arange(3, dtype=np.int32), zero.astype(np.int16), corners), 64)
