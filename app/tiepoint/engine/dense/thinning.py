"""Keeps one point per cell of space, so that a surface seen by many photos is not many times as dense.

A cell is as large as a photo's pixel is on the surface, rounded to a power of two: detail seen close keeps its points.
The first point of a cell wins. Holds eight bytes per cell; one core; one thread at a time.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit

from tiepoint.engine.dense.matching_cost import KERNEL
from tiepoint.engine.dense.points import Points

_FREE: Final = np.uint64(0)
_SMALLEST_TABLE: Final = 1 << 16


class Thinning:
    """Remembers the cells that have a point.

    Args:
        spacing: Side of a cell in pixels on the surface, before rounding.
    """

    def __init__(self, spacing: float) -> None:
        self._spacing = spacing
        self._table = np.zeros(_SMALLEST_TABLE, np.uint64)
        self._count = 0

    def new_points(self, points: Points) -> Points:
        """Return the points that lie in cells of their own."""
        self._make_room(len(points.positions))
        kept = np.zeros(len(points.positions), np.bool_)
        self._count += int(_claim(self._table, points.positions, points.footprints, np.float32(self._spacing), kept))
        return points.chosen(kept)

    def _make_room(self, coming: int) -> None:
        if 2 * (self._count + coming) > len(self._table):
            larger = np.zeros(1 << int(2 * (self._count + coming)).bit_length(), np.uint64)
            _move(self._table, larger)
            self._table = larger


@njit(**KERNEL)
def _place(table: Any, key: Any) -> Any:
    """Return where a key is in the table, or the free place for it."""
    last = len(table) - 1
    place = np.int64(key >> np.uint64(20)) & last
    while table[place] != _FREE and table[place] != key:
        place = (place + 1) & last
    return place


@njit(**KERNEL)
def _key(x: Any, y: Any, z: Any, level: Any) -> Any:
    """Return a well mixed number of a cell, never 0; two cells of a billion share one (splitmix64's constants)."""
    key = np.uint64(level + 512)
    for part in (x, y, z):
        key = (key ^ np.uint64(np.int64(part))) * np.uint64(0x9E3779B97F4A7C15)
        key = (key ^ (key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        key = key ^ (key >> np.uint64(27))
    return key | np.uint64(1)


@njit(**KERNEL)
def _claim(table: Any, positions: Any, footprints: Any, spacing: Any, kept: Any) -> Any:
    """Note the cells of points and which points came first; return how many."""
    count = 0
    for index in range(len(positions)):
        level = round(math.log2(footprints[index] * spacing))
        side = 2.0**level
        x, y, z = (
            math.floor(positions[index, 0] / side),
            math.floor(positions[index, 1] / side),
            math.floor(positions[index, 2] / side),
        )
        key = _key(x, y, z, level)
        place = _place(table, key)
        if table[place] == _FREE:
            table[place] = key
            kept[index] = True
            count += 1
    return count


@njit(**KERNEL)
def _move(table: Any, larger: Any) -> None:
    """Enter all keys of a table in another."""
    for key in table:
        if key != _FREE:
            larger[_place(larger, key)] = key
