"""What a picture should show: the subject, without strays and without far things that hang together with nothing.

Pure numpy; any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.rendering.scene import Floats, Part

_MOST_POINTS: Final = 45_000
_CORE_SHARE: Final = 0.85
_CORE_BINS: Final = 24
_LEAST_DENSITY: Final = 0.03
_LEAST_ATTENTION: Final = 0.10
_ATTENTION_SPREAD: Final = 0.35


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera as far as its attention goes: what it saw, and how near the middle of the photo.

    Attributes:
        rotation: (3, 3) job frame to camera.
        centre: (3,) in the job frame.
        reach: Half the photo's diagonal over its focal length.
    """

    rotation: NDArray[np.float64]
    centre: NDArray[np.float64]
    reach: float


def subject(parts: Sequence[Part], towards: NDArray[np.float64], cameras: Sequence[Camera] = ()) -> Floats:
    """Return (N, 3) float32 points that a picture from a direction must hold.

    Args:
        parts: The scene.
        towards: (3,) unit direction from the scene to the eye.
        cameras: Who photographed it; what they looked at counts most.
    """
    points, weights = _weighted(parts)
    least = _LEAST_ATTENTION if cameras else _LEAST_DENSITY
    if cameras:
        weights = weights * _attention(points, cameras)
    if weights.sum() <= 0:
        weights = np.ones(len(points))
    forward = -np.asarray(towards, np.float64)
    above = np.array([0.0, 1.0, 0.0]) if abs(forward[2]) > 0.999 else np.array([0.0, 0.0, 1.0])
    right = np.cross(forward, above)
    right /= np.linalg.norm(right)
    keep = np.ones(len(points), np.bool_)
    for axis in (right, np.cross(forward, right), forward):
        values = points.astype(np.float64) @ axis
        low, high = core(values, weights, least)
        keep &= (values >= low) & (values <= high)
    return np.ascontiguousarray(points[keep] if keep.any() else points, np.float32)


def core(values: NDArray[np.float64], weights: NDArray[np.float64], least_density: float) -> tuple[float, float]:
    """Return the interval that holds most of the weight and all that hangs together with it.

    It starts as the shortest interval with 85 % of the weight and grows on both sides until a bin is nearly empty.

    Args:
        values: (N,) places along an axis.
        weights: (N,) not negative, not all zero.
        least_density: A bin with less than this share of the usual bin's weight ends the subject.
    """
    order = np.argsort(values, kind="stable")
    places, mass = values[order], np.cumsum(weights[order]) / weights.sum()
    ends = np.searchsorted(mass, np.minimum(mass - weights[order] / weights.sum() + _CORE_SHARE, mass[-1]))
    lengths = places[np.minimum(ends, len(places) - 1)] - places
    start = int(np.argmin(np.where(mass <= 1 - _CORE_SHARE + 1e-9, lengths, np.inf)))
    low, high = float(places[start]), float(places[min(int(ends[start]), len(places) - 1)])
    step = max((high - low) / _CORE_BINS, 1e-12)
    least = least_density * _CORE_SHARE / _CORE_BINS

    def between(first: float, last: float) -> float:
        at = np.searchsorted(places, [first, last])
        held = np.concatenate([[0.0], mass])
        return float(held[at[1]] - held[at[0]])

    while low > places[0] and between(low - step, low) >= least:
        low -= step
    while high < places[-1] and between(high, high + step) >= least:
        high += step
    # The thin rim beyond the last full bin still belongs to the subject.
    return low - step, high + step


def _weighted(parts: Sequence[Part]) -> tuple[Floats, NDArray[np.float64]]:
    """Return a sample of the scene's points with the surface each stands for; a cloud's points count alike."""
    sampled = [_points_of(part) if part.is_cloud else _corners_of(part) for part in parts]
    return np.concatenate([points for points, _ in sampled]), np.concatenate([weights for _, weights in sampled])


def _points_of(part: Part) -> tuple[Floats, NDArray[np.float64]]:
    points = part.vertices[:: max(1, len(part.vertices) // _MOST_POINTS)]
    return points, np.ones(len(points))


def _corners_of(part: Part) -> tuple[Floats, NDArray[np.float64]]:
    step = max(1, 3 * len(part.faces) // _MOST_POINTS)
    corners = part.vertices[part.faces[::step]]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return corners.reshape(-1, 3), np.repeat(area.astype(np.float64) * step, 3)


def _attention(points: Floats, cameras: Sequence[Camera]) -> NDArray[np.float64]:
    """Return (N,) how much of the photos' middles each point's surroundings filled."""
    total = np.zeros(len(points))
    for camera in cameras:
        local = (points.astype(np.float64) - camera.centre) @ camera.rotation.T
        depth = np.where(local[:, 2] > 1e-9, local[:, 2], np.inf)
        radius = np.linalg.norm(local[:, :2], axis=1) / depth / camera.reach
        seen = (radius < 1) & np.isfinite(depth)
        total += np.where(seen, np.exp(-0.5 * (radius / _ATTENTION_SPREAD) ** 2) / depth**2, 0.0)
    return total
