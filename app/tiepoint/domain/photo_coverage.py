"""How many photos show each piece of ground: footprints counted on a grid. Pure; any thread, but not a window's."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from tiepoint.domain.photo_footprint import Corners
from tiepoint.domain.photo_map import CoverageGrid, Point

_MOST_CELLS_A_SIDE: Final = 128
_LEAST_CELL_M: Final = 1e-6
_HIGHEST: Final = 255


def coverage_of(footprints: Sequence[Corners]) -> CoverageGrid | None:
    """Count the footprints over every cell of a grid that holds them all; None without footprints."""
    if not footprints:
        return None
    points = [point for corners in footprints for point in corners]
    west, east = min(point[0] for point in points), max(point[0] for point in points)
    south, north = min(point[1] for point in points), max(point[1] for point in points)
    cell = max(east - west, north - south) / _MOST_CELLS_A_SIDE
    if not math.isfinite(cell) or cell < _LEAST_CELL_M:
        return None
    columns, rows = math.ceil((east - west) / cell), math.ceil((north - south) / cell)
    changes = [[0] * (columns + 1) for _ in range(rows)]
    for corners in footprints:
        _add(changes, [((x - west) / cell, (y - south) / cell) for x, y in corners], columns)
    counts = bytes(min(_HIGHEST, count) for row in changes for count in accumulate(row[:columns]))
    return CoverageGrid(west, south, cell, columns, rows, counts)


def count_at(grid: CoverageGrid, place: Point) -> int:
    """Return how many footprints cover a place."""
    column, row = int((place[0] - grid.west_m) // grid.cell_m), int((place[1] - grid.south_m) // grid.cell_m)
    inside = 0 <= column < grid.columns and 0 <= row < grid.rows
    return grid.counts[row * grid.columns + column] if inside else 0


def _add(changes: list[list[int]], corners: list[Point], columns: int) -> None:
    """Note where a convex shape begins and ends in every row of cells, by the cells' middles."""
    sides = [(corners[at - 1], corners[at]) for at in range(len(corners))]
    lowest, highest = min(corner[1] for corner in corners), max(corner[1] for corner in corners)
    for row in range(max(0, math.ceil(lowest - 0.5)), min(len(changes), math.floor(highest - 0.5) + 1)):
        crossed = [_crossing(side, row + 0.5) for side in sides]
        at = [x for x in crossed if x is not None]
        if len(at) < 2:
            continue
        first, last = max(0, math.ceil(min(at) - 0.5)), min(columns, math.floor(max(at) - 0.5) + 1)
        if first < last:
            changes[row][first] += 1
            changes[row][last] -= 1


def _crossing(side: tuple[Point, Point], y: float) -> float | None:
    (x1, y1), (x2, y2) = side
    if min(y1, y2) > y or max(y1, y2) < y or y1 == y2:
        return None
    return x1 + (x2 - x1) * (y - y1) / (y2 - y1)
