"""Where the eye stands: named and reasoned viewing directions, the exact fit of a scene into a picture, projection.

All directions and positions are in a frame with z up; units are the scene's. Pure numpy, any thread.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import UsageError

Floats = NDArray[np.float32]

FIELD_OF_VIEW_DEG: Final = 32.0
MARGIN: Final = 1.06

VIEWS: Final[dict[str, tuple[float, float, float]]] = {
    "front": (0.0, -1.0, 0.0),
    "back": (0.0, 1.0, 0.0),
    "left": (-1.0, 0.0, 0.0),
    "right": (1.0, 0.0, 0.0),
    "top": (0.0, 0.0, 1.0),
    "bottom": (0.0, 0.0, -1.0),
}
ISO_AZIMUTH_DEG: Final = -55.0
ISO_ELEVATION_DEG: Final = 28.0
# A nadir flight says nothing about the side to look from; at this height roofs and walls both show.
AERIAL_ELEVATION_DEG: Final = 42.0
STEEP_ELEVATION_DEG: Final = 58.0


@dataclass(frozen=True, slots=True)
class View:
    """An eye that looks at a scene.

    Attributes:
        position: (3,) the eye; for a flat projection any point of the picture's plane.
        right: (3,) unit vector along the picture's rows.
        down: (3,) unit vector along its columns.
        forward: (3,) unit vector into the picture.
        scale_px: Pixels per unit of tangent in perspective, pixels per scene unit when flat.
        size_px: Width and height.
        is_flat: True for a parallel projection (maps).
    """

    position: NDArray[np.float64]
    right: NDArray[np.float64]
    down: NDArray[np.float64]
    forward: NDArray[np.float64]
    scale_px: float
    size_px: tuple[int, int]
    is_flat: bool = False

    def project(self, points: Floats) -> Floats:
        """Return (N, 3) float32 (x px, y px, nearness) of (N, 3) points; nearness <= 0 is behind the eye."""
        axes = np.stack([self.right, self.down, self.forward]).astype(np.float32)
        local = (points - self.position.astype(np.float32)) @ axes.T
        if self.is_flat:
            depth = local[:, 2]
            low, high = (float(depth.min()), float(depth.max())) if len(depth) else (0.0, 1.0)
            local[:, 2] = 2.0 - (depth - low) / max(high - low, 1e-9)
            local[:, :2] *= self.scale_px
        else:
            ahead = local[:, 2] > 1e-9
            nearness = np.where(ahead, 1.0 / np.where(ahead, local[:, 2], 1.0), 0.0)
            local[:, :2] *= nearness[:, None] * self.scale_px
            local[:, 2] = nearness
        local[:, 0] += self.size_px[0] / 2
        local[:, 1] += self.size_px[1] / 2
        return np.ascontiguousarray(local, np.float32)

    def scaled(self, factor: float) -> View:
        """Return the same view in a picture `factor` times as large."""
        size = (max(round(self.size_px[0] * factor), 1), max(round(self.size_px[1] * factor), 1))
        return dataclasses.replace(self, scale_px=self.scale_px * factor, size_px=size)


def direction_for(name: str, normals_sum: Sequence[float], area: float) -> NDArray[np.float64]:
    """Return the unit direction from the scene to the eye of a named view.

    Args:
        name: "iso" or a key of VIEWS.
        normals_sum: (3,) sum of the surface's normals, each as long as its area; zeros for a cloud without normals.
        area: The surface's area, in the same unit.

    Raises:
        UsageError: There is no such view.
    """
    if name in VIEWS:
        return np.asarray(VIEWS[name], np.float64)
    if name != "iso":
        raise UsageError(f"There is no view named “{name}”.", remedy=f"Choose iso, {', '.join(VIEWS)}.")
    facing = np.asarray(normals_sum, np.float64)
    # An open surface has a side that was seen; a closed one has none, its normals cancel out.
    if area <= 0 or np.linalg.norm(facing) < 0.2 * area:
        return direction(ISO_AZIMUTH_DEG, ISO_ELEVATION_DEG)
    return three_quarter(facing)


def direction(azimuth_deg: float, elevation_deg: float) -> NDArray[np.float64]:
    """Return a unit vector; azimuth counts from x (east) towards y (north)."""
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    flat = math.cos(elevation)
    return np.array([flat * math.cos(azimuth), flat * math.sin(azimuth), math.sin(elevation)])


def three_quarter(
    towards: Sequence[float] | NDArray[np.float64], long_axis_deg: float | None = None
) -> NDArray[np.float64]:
    """Turn the direction a scene was seen from into a flattering one nearby.

    A steep direction becomes an oblique one from the same side; a flat one is turned a little and raised.

    Args:
        towards: (3,) from the scene to where it was seen from.
        long_axis_deg: Azimuth of the scene's longer side, which a steep view lays across the picture.
    """
    x, y, z = (float(value) for value in towards)
    elevation = math.degrees(math.atan2(z, math.hypot(x, y)))
    azimuth = math.degrees(math.atan2(y, x)) if math.hypot(x, y) > 0.08 * abs(z) else ISO_AZIMUTH_DEG - 20
    if elevation > STEEP_ELEVATION_DEG:
        if long_axis_deg is not None:
            sides = (long_axis_deg + 78, long_axis_deg - 102)
            azimuth = max(sides, key=lambda side: math.cos(math.radians(side - azimuth)))
        return direction(azimuth, AERIAL_ELEVATION_DEG)
    return direction(azimuth + 16, min(max(elevation + 9, -20), AERIAL_ELEVATION_DEG))


def seen_from(centres: NDArray[np.float64], points: Floats) -> NDArray[np.float64]:
    """Return the flattering direction for a scene photographed from these positions.

    Args:
        centres: (N, 3) camera centres.
        points: (M, 3) what they saw.
    """
    rays = np.asarray(centres, np.float64) - np.median(points, axis=0)
    rays /= np.maximum(np.linalg.norm(rays, axis=1, keepdims=True), 1e-12)
    mean = rays.mean(0)
    if np.linalg.norm(mean[:2]) < 0.25 * np.linalg.norm(rays[:, :2], axis=1).mean() and mean[2] < 0.85:
        # Walked all around: any side was seen, so take the camera whose height is the most usual one.
        usual = int(np.argmin(np.abs(rays[:, 2] - np.median(rays[:, 2]))))
        mean = rays[usual]
    return three_quarter(mean, long_axis_deg(points))


def long_axis_deg(points: Floats) -> float | None:
    """Return the azimuth of the longer side of the points' plan, or None when no side is clearly longer."""
    flat = points[:, :2].astype(np.float64) - points[:, :2].mean(0)
    lengths, axes = np.linalg.eigh(flat.T @ flat / max(len(flat), 1))
    if lengths[1] < 1.3 * lengths[0]:
        return None
    return math.degrees(math.atan2(axes[1, 1], axes[0, 1]))


def fitted(points: Floats, towards: NDArray[np.float64], size_px: tuple[int, int], *, is_flat: bool = False) -> View:
    """Return the view from a direction in which all points just fit.

    Args:
        points: (N, 3) what must be inside the picture.
        towards: (3,) unit direction from the scene to the eye.
        size_px: Width and height of the picture.
        is_flat: Parallel projection.
    """
    forward = -np.asarray(towards, np.float64)
    above = np.array([0.0, 1.0, 0.0]) if abs(forward[2]) > 0.999 else np.array([0.0, 0.0, 1.0])
    right = np.cross(forward, above)
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    middle = (points.min(0).astype(np.float64) + points.max(0)) / 2
    local = (points.astype(np.float64) - middle) @ np.stack([right, down, forward]).T
    eye, scale = _flat_fit(local, size_px) if is_flat else _perspective_fit(local, size_px)
    position = middle + eye[0] * right + eye[1] * down + eye[2] * forward
    return View(position, right, down, forward, scale, size_px, is_flat)


def _flat_fit(local: NDArray[np.float64], size_px: tuple[int, int]) -> tuple[NDArray[np.float64], float]:
    low, high = local.min(0), local.max(0)
    extent = np.maximum(high - low, 1e-9)
    scale = min(size_px[0] / extent[0], size_px[1] / extent[1]) / MARGIN
    return np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]), float(scale)


def _perspective_fit(local: NDArray[np.float64], size_px: tuple[int, int]) -> tuple[NDArray[np.float64], float]:
    """Solve where the eye stands: each side of the picture touches the outermost point on its side."""
    scale = max(size_px) / 2 / math.tan(math.radians(FIELD_OF_VIEW_DEG) / 2)
    tangent = np.array(size_px) / 2 / scale / MARGIN
    eye = np.zeros(3)
    reach = [
        (float((local[:, k] - tangent[k] * local[:, 2]).max()), float((-local[:, k] - tangent[k] * local[:, 2]).max()))
        for k in range(2)
    ]
    depth = min(-(more + less) / (2 * tangent[k]) for k, (more, less) in enumerate(reach))
    eye[2] = min(depth, float(local[:, 2].min()) - 1e-6)
    for k, (more, less) in enumerate(reach):
        eye[k] = (more - less) / 2
    return eye, float(scale)
