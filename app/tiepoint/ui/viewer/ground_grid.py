"""The ground grid: level lines in a round step below the model. Pure numbers; any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.terms import Point

_WANTED_LINES: Final = 12


def ground_grid(
    low: Point, high: Point, faint: tuple[int, int, int], strong: tuple[int, int, int]
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.uint8]]:
    """Return points (N, 3), lines (M, 2) and colours (M, 3) of a grid on the lowest level of a box.

    Args:
        low: Lowest corner.
        high: Highest corner.
        faint: Of most lines.
        strong: Of every fifth.
    """
    step = _round_step(max(high[0] - low[0], high[1] - low[1], 1e-9) / _WANTED_LINES)
    first = np.floor(np.array(low[:2]) / step - 1).astype(int)
    last = np.ceil(np.array(high[:2]) / step + 1).astype(int)
    points: list[tuple[float, float, float]] = []
    shades: list[tuple[int, int, int]] = []
    for axis in (0, 1):
        other = 1 - axis
        for number in range(first[axis], last[axis] + 1):
            for end in (first[other], last[other]):
                flat = (number * step, end * step) if axis == 0 else (end * step, number * step)
                points.append((float(flat[0]), float(flat[1]), low[2]))
            shades.append(strong if number % 5 == 0 else faint)
    lines = np.arange(len(points), dtype=np.int32).reshape(-1, 2)
    return np.array(points), lines, np.array(shades, np.uint8)


def _round_step(step: float) -> float:
    power = 10.0 ** np.floor(np.log10(step))
    return float(power * min((1, 2, 5, 10), key=lambda factor: abs(factor * power - step)))
