"""The part of a map that is looked at: from metres to pixels and back, zoom at a place, pan, fit. Pure; any thread."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from tiepoint.domain.photo_map import PhotoMap

LEAST_SCALE: Final = 1e-4
LARGEST_SCALE: Final = 2000.0
_AROUND: Final = 0.86
"""Share of the window that a fitted map fills."""


@dataclass(frozen=True, slots=True)
class MapWindow:
    """What is looked at.

    Args:
        east_m: In the middle of the window.
        north_m: Likewise.
        scale: Pixels per metre.
        width: Of the window in pixels.
        height: Likewise.
    """

    east_m: float = 0.0
    north_m: float = 0.0
    scale: float = 1.0
    width: int = 1
    height: int = 1

    def to_px(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return where a place lies in the window."""
        return (
            self.width / 2 + (east_m - self.east_m) * self.scale,
            self.height / 2 - (north_m - self.north_m) * self.scale,
        )

    def to_m(self, x: float, y: float) -> tuple[float, float]:
        """Return the place under a pixel."""
        return (
            self.east_m + (x - self.width / 2) / self.scale,
            self.north_m - (y - self.height / 2) / self.scale,
        )

    def zoomed(self, factor: float, x: float, y: float) -> MapWindow:
        """Return the window with another scale; what is under the pixel stays there."""
        scale = min(max(self.scale * factor, LEAST_SCALE), LARGEST_SCALE)
        east, north = self.to_m(x, y)
        return replace(
            self,
            scale=scale,
            east_m=east - (x - self.width / 2) / scale,
            north_m=north + (y - self.height / 2) / scale,
        )

    def moved(self, dx: float, dy: float) -> MapWindow:
        """Return the window after its content was moved by so many pixels."""
        return replace(self, east_m=self.east_m - dx / self.scale, north_m=self.north_m + dy / self.scale)

    def sized(self, width: int, height: int) -> MapWindow:
        """Return the window in another size; its middle stays."""
        return replace(self, width=max(width, 1), height=max(height, 1))


def fitted(photo_map: PhotoMap, width: int, height: int) -> MapWindow:
    """Return the window in which all that belongs together is seen."""
    wide = max(photo_map.east_m - photo_map.west_m, 1.0)
    high = max(photo_map.north_m - photo_map.south_m, 1.0)
    scale = min(max(width, 1) / wide, max(height, 1) / high) * _AROUND
    return MapWindow(
        (photo_map.east_m + photo_map.west_m) / 2,
        (photo_map.north_m + photo_map.south_m) / 2,
        min(max(scale, LEAST_SCALE), LARGEST_SCALE),
        max(width, 1),
        max(height, 1),
    )


def scale_bar(scale: float, most_px: float = 90.0) -> tuple[float, float]:
    """Return a round length in metres, and how long it is in pixels, for the scale bar."""
    most_m = most_px / scale
    power = 10.0 ** math.floor(math.log10(most_m))
    length = next(step * power for step in (5.0, 2.0, 1.0) if step * power <= most_m * (1 + 1e-9))
    return length, length * scale
