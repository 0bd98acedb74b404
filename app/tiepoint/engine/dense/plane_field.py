"""Planes of every pixel, stored in split rows; conversion from and to images. numpy only; any thread.

A split row holds a row's even columns, then its odd ones, each with a margin. The 16 pixels that a kernel handles at
once have the same parity, so they and all their neighbours lie side by side in memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.lanes import LANES
from tiepoint.engine.dense.propagation import MARGIN

Floats = NDArray[np.float32]

_OUTSIDE_BRIGHTNESS = 1e4
_OUTSIDE_COST = 9.0


@dataclass(frozen=True, slots=True)
class SplitRows:
    """The layout of one image size.

    Attributes:
        width: Pixels per row.
        height: Rows.
    """

    width: int
    height: int

    @property
    def half(self) -> int:
        """Length of half a split row: the margin, the pixels of one parity, and room for a last group of lanes."""
        return (self.width + 1) // 2 + MARGIN + LANES

    @property
    def shape(self) -> NDArray[np.int64]:
        """(3,) int64 for the kernels: width, height, half."""
        return np.array([self.width, self.height, self.half], np.int64)

    def split(self, image: Floats, outside: float) -> Floats:
        """Return an image as a flat field.

        Args:
            image: (height, width) float32.
            outside: Value of the margin.
        """
        field = np.full((self.height + 2 * MARGIN, 2, self.half), outside, np.float32)
        rows = field[MARGIN : MARGIN + self.height]
        first = MARGIN // 2
        for parity in (0, 1):
            part = image[:, parity::2]
            rows[:, parity, first : first + part.shape[1]] = part
        return field.reshape(-1)

    def join(self, field: Floats) -> Floats:
        """Return a flat field as a (height, width) float32 image."""
        rows = field.reshape(self.height + 2 * MARGIN, 2, self.half)[MARGIN : MARGIN + self.height]
        image = np.empty((self.height, self.width), np.float32)
        first = MARGIN // 2
        for parity in (0, 1):
            part = image[:, parity::2]
            part[:] = rows[:, parity, first : first + part.shape[1]]
        return image

    def reference(self, brightness: Floats) -> Floats:
        """Return the reference photo as a field whose margin weighs nothing in any patch."""
        return self.split(brightness, _OUTSIDE_BRIGHTNESS)

    def planes(self, inverse_depth: Floats, slope_x: Floats, slope_y: Floats) -> Floats:
        """Return (4, P) float32 planes of unknown cost; the margin holds planes that are never taken over."""
        unknown = np.full_like(inverse_depth, _OUTSIDE_COST)
        parts = [self.split(part, 0.0) for part in (inverse_depth, slope_x, slope_y)]
        return np.stack([*parts, self.split(unknown, _OUTSIDE_COST)])


def refine_grid(planes: list[Floats], width: int, height: int) -> list[Floats]:
    """Return planes on a finer grid: every pixel takes the plane of the coarse pixel it lies in.

    Args:
        planes: Inverse depth, slope along x, slope along y, each (h, w) float32.
        width, height: Size of the finer grid.
    """
    coarse_height, coarse_width = planes[0].shape
    step_x, step_y = coarse_width / width, coarse_height / height
    x, y = (np.arange(width) + 0.5) * step_x - 0.5, (np.arange(height) + 0.5) * step_y - 0.5
    column = np.clip(np.rint(x).astype(np.intp), 0, coarse_width - 1)
    row = np.clip(np.rint(y).astype(np.intp), 0, coarse_height - 1)
    inverse_depth, slope_x, slope_y = (part[row[:, None], column[None, :]] for part in planes)
    moved = inverse_depth + slope_x * (x - column)[None, :] + slope_y * (y - row)[:, None]
    return [part.astype(np.float32) for part in (moved, slope_x * step_x, slope_y * step_y)]
