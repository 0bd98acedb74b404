"""Frusta of photos as lines, and which one is under the pointer. Pure numbers; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.terms import PhotoPose, Tone

_SMALLEST, _LARGEST = 0.008, 0.06
_OF_SPACING: Final = 0.55
_PYRAMID: Final = ((0, 1), (0, 2), (0, 3), (0, 4))
_FRAME: Final = ((1, 2), (2, 3), (3, 4), (4, 1))
_TICK: Final = ((5, 6), (6, 7))
_CROSS: Final = ((1, 3), (2, 4))
# Each tone has a shape of its own too: waiting ones have no frame, the one at work is crossed.
_EDGES: Final[Mapping[Tone, tuple[tuple[int, int], ...]]] = {
    Tone.PLAIN: (*_PYRAMID, *_FRAME, *_TICK),
    Tone.DONE: (*_PYRAMID, *_FRAME, *_TICK),
    Tone.NOW: (*_PYRAMID, *_FRAME, *_TICK, *_CROSS),
    Tone.WAITING: _PYRAMID,
}
_SLACK_PX: Final = 6.0
_CORNERS: Final = 8


class Frusta:
    """The frusta of some photos in one size.

    Args:
        photos: Their poses.
        size: Of the scene: length of its diagonal.
    """

    def __init__(self, photos: Sequence[PhotoPose], size: float) -> None:
        self.photos = tuple(photos)
        self._numbers = {photo.name: number for number, photo in enumerate(self.photos)}
        depth = _depth(self.photos, size)
        self._corners = np.array([_corners(photo, depth) for photo in self.photos]).reshape(-1, _CORNERS, 3)

    def find(self, name: str) -> PhotoPose | None:
        """Return a photo by name."""
        number = self._numbers.get(name)
        return None if number is None else self.photos[number]

    def image_corners(self, name: str) -> NDArray[np.float64] | None:
        """Return where the picture of a photo lies: (4, 3), top left, top right, bottom right, bottom left."""
        number = self._numbers.get(name)
        return None if number is None else self._corners[number, 1:5]

    def lines(
        self, colours: Mapping[Tone, tuple[int, int, int]], *, only: str = "", without: frozenset[str] = frozenset()
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.uint8]]:
        """Return points (N, 3), lines (M, 2) and their colours (M, 3).

        Args:
            colours: Of every tone.
            only: One photo's alone.
            without: Photos to leave out.
        """
        lines: list[tuple[int, int]] = []
        shades: list[tuple[int, int, int]] = []
        for number, photo in enumerate(self.photos):
            if photo.name in without or (only and photo.name != only):
                continue
            base = number * _CORNERS
            edges = _EDGES[photo.tone]
            lines += [(base + first, base + second) for first, second in edges]
            shades += [colours[photo.tone]] * len(edges)
        return (
            self._corners.reshape(-1, 3),
            np.array(lines, np.int32).reshape(-1, 2),
            np.array(shades, np.uint8).reshape(-1, 3),
        )

    def at(self, camera: CameraView, x: float, y: float) -> str:
        """Return the name of the nearest frustum under a logical pixel, or an empty text."""
        if not self.photos:
            return ""
        pixels, depth = camera.project(self._corners[:, :5].reshape(-1, 3))
        corners, depths = pixels.reshape(-1, 5, 2), depth.reshape(-1, 5)
        low, high = corners.min(1) - _SLACK_PX, corners.max(1) + _SLACK_PX
        inside = (depths.min(1) > 0) & (low <= (x, y)).all(1) & (high >= (x, y)).all(1)
        candidates = [number for number in np.flatnonzero(inside) if _touches(corners[number], x, y)]
        if not candidates:
            return ""
        return self.photos[min(candidates, key=lambda number: float(depths[number].mean()))].name


def _depth(photos: Sequence[PhotoPose], size: float) -> float:
    """A share of the usual distance between neighbours, within sensible shares of the scene."""
    spacing = size * 0.1
    if len(photos) > 1:
        centres = np.array([photo.centre for photo in photos])
        chosen = centres[:: max(1, len(centres) // 200)]
        distances = np.linalg.norm(chosen[:, None] - centres[None], axis=2)
        distances[distances <= 1e-12] = np.inf
        nearest = distances.min(1)
        nearest = nearest[np.isfinite(nearest)]
        spacing = float(np.median(nearest)) if len(nearest) else spacing
    if size <= 0:
        return max(spacing * _OF_SPACING, 1e-6)
    return float(np.clip(spacing * _OF_SPACING, size * _SMALLEST, size * _LARGEST))


def _corners(photo: PhotoPose, depth: float) -> NDArray[np.float64]:
    height = float(np.tan(np.radians(np.clip(photo.field_of_view_deg, 5, 140)) / 2)) * depth
    width = height * photo.aspect
    tick = min(width, height) * 0.28
    own = np.array(
        [
            (0, 0, 0),
            (-width, -height, depth),
            (width, -height, depth),
            (width, height, depth),
            (-width, height, depth),
            (-tick, -height, depth),
            (0, -height - tick, depth),
            (tick, -height, depth),
        ]
    )
    turned: NDArray[np.float64] = own @ np.asarray(photo.rotation, float)
    turned += np.asarray(photo.centre, float)
    return turned


def _touches(corners: NDArray[np.float64], x: float, y: float) -> bool:
    """Return whether a pixel is in or near the outline of five projected corners."""
    point = np.array([x, y])
    faces = ((1, 2, 3, 4), (0, 1, 2), (0, 2, 3), (0, 3, 4), (0, 4, 1))
    if any(_inside(corners[list(face)], point) for face in faces):
        return True
    starts, ends = corners[[0, 0, 0, 0, 1, 2, 3, 4]], corners[[1, 2, 3, 4, 2, 3, 4, 1]]
    along = ends - starts
    share = np.clip(((point - starts) * along).sum(1) / np.maximum((along**2).sum(1), 1e-9), 0, 1)
    return bool(np.linalg.norm(starts + along * share[:, None] - point, axis=1).min() <= _SLACK_PX)


def _inside(polygon: NDArray[np.float64], point: NDArray[np.float64]) -> bool:
    following = np.roll(polygon, -1, 0) - polygon
    relative = point - polygon
    turns = following[:, 0] * relative[:, 1] - following[:, 1] * relative[:, 0]
    return bool((turns >= 0).all() or (turns <= 0).all())
