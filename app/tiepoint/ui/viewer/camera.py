"""The view's camera as plain numbers: projection, rays, orbit, pan and zoom. Pure; any thread.

VTK's camera is set from this one, never the other way round, so that what Qt draws over a picture uses exactly the
camera that the picture was drawn with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.terms import Direction, PhotoPose, Point

FloatArray = NDArray[np.float64]

VIEW_ANGLE_DEG: Final = 35.0
_FIT_ROUNDS: Final = 5
_STEEPEST: Final = np.radians(89.9)
_DIRECTIONS: Final[dict[Direction, tuple[float, float]]] = {
    # azimuth and height of the camera as seen from the pivot, degrees; azimuth 0 is east, 90 north
    Direction.TOP: (-90.0, 90.0),
    Direction.BOTTOM: (-90.0, -90.0),
    Direction.FRONT: (-90.0, 0.0),
    Direction.BACK: (90.0, 0.0),
    Direction.LEFT: (180.0, 0.0),
    Direction.RIGHT: (0.0, 0.0),
    Direction.CORNER: (-55.0, 32.0),
}


@dataclass(frozen=True, slots=True)
class CameraView:
    """A camera that looks from `position` at `pivot`.

    Args:
        position: Where it stands, job frame.
        pivot: What it turns around and looks at.
        up: Roughly up in the picture.
        view_angle_deg: Vertical opening; also sets the height of the orthographic picture at the pivot.
        is_orthographic: Without perspective.
        width: Of the picture, logical pixels.
        height: Of the picture, logical pixels.
    """

    position: Point = (1.0, -1.4, 1.0)
    pivot: Point = (0.0, 0.0, 0.0)
    up: Point = (0.0, 0.0, 1.0)
    view_angle_deg: float = VIEW_ANGLE_DEG
    is_orthographic: bool = False
    width: int = 1
    height: int = 1

    @property
    def distance(self) -> float:
        """From the camera to its pivot."""
        return float(np.linalg.norm(np.subtract(self.position, self.pivot)))

    @property
    def metres_per_pixel(self) -> float:
        """Size of a logical pixel at the pivot, in the model's unit."""
        return 2.0 * self.distance * float(np.tan(np.radians(self.view_angle_deg) / 2)) / max(1, self.height)

    def axes(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the camera's unit axes: right, up, forward."""
        forward = _unit(np.subtract(self.pivot, self.position))
        right = np.cross(forward, self.up)
        if np.linalg.norm(right) < 1e-9:
            right = np.cross(forward, (0.0, 1.0, 0.0) if abs(forward[1]) < 0.9 else (1.0, 0.0, 0.0))
        right = _unit(right)
        return right, np.cross(right, forward), forward

    def project(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where points appear.

        Args:
            points: (N, 3), job frame.

        Returns:
            (N, 2) logical pixels from the top left, and (N,) depth along the view; not positive is behind it.
        """
        right, up, forward = self.axes()
        relative = np.asarray(points, float).reshape(-1, 3) - np.asarray(self.position)
        depth = relative @ forward
        scale = self._pixels_per_unit(depth)
        pixels = np.stack(
            [self.width / 2 + relative @ right * scale, self.height / 2 - relative @ up * scale],
            axis=1,
        )
        return pixels, depth if not self.is_orthographic else np.full_like(depth, self.distance)

    def ray(self, x: float, y: float) -> tuple[FloatArray, FloatArray]:
        """Return origin and unit direction of the ray through a logical pixel."""
        right, up, forward = self.axes()
        aside = (x - self.width / 2) * self.metres_per_pixel * right
        aside = aside + (self.height / 2 - y) * self.metres_per_pixel * up
        if self.is_orthographic:
            return np.asarray(self.position) + aside - forward * self.distance * 10, forward
        return np.asarray(self.position, float), _unit(forward * self.distance + aside)

    def orbited(self, azimuth_deg: float, height_deg: float) -> CameraView:
        """Return the camera turned around the pivot; up stays up, and the poles are never crossed."""
        offset = np.subtract(self.position, self.pivot)
        distance = float(np.linalg.norm(offset)) or 1.0
        height = float(np.arcsin(np.clip(offset[2] / distance, -1, 1)))
        azimuth = self._azimuth(offset)
        azimuth += float(np.radians(azimuth_deg))
        height = float(np.clip(height + np.radians(height_deg), -_STEEPEST, _STEEPEST))
        return self._at(azimuth, height, distance)

    def panned(self, dx: float, dy: float) -> CameraView:
        """Return the camera moved so that the pivot follows a drag of (dx, dy) logical pixels."""
        right, up, _ = self.axes()
        move = (-dx * right + dy * up) * self.metres_per_pixel
        return replace(self, position=_point(self.position + move), pivot=_point(self.pivot + move))

    def zoomed(self, factor: float, x: float | None = None, y: float | None = None) -> CameraView:
        """Return the camera nearer by `factor` (> 1 is nearer); what is under pixel (x, y) stays there."""
        right, up, forward = self.axes()
        aside = np.zeros(3)
        if x is not None and y is not None:
            aside = ((x - self.width / 2) * right + (self.height / 2 - y) * up) * self.metres_per_pixel
        pivot = np.asarray(self.pivot) + aside * (1 - 1 / factor)
        return replace(self, pivot=_point(pivot), position=_point(pivot - forward * self.distance / factor))

    def turned_to(self, direction: Direction) -> CameraView:
        """Return the camera at the same distance in a standard direction."""
        azimuth, height = np.radians(_DIRECTIONS[direction])
        return self._at(float(azimuth), float(height), self.distance)

    def fitted(self, points: FloatArray, *, margin: float = 1.06) -> CameraView:
        """Return the camera moved, looking the same way, until points fill the picture.

        Args:
            points: (N, 3), such as the corners of a box or a sample of a model.
            margin: Room around them.
        """
        points = np.asarray(points, float).reshape(-1, 3)
        pivot = (points.min(0) + points.max(0)) / 2
        right, up, forward = self.axes()
        tangent = float(np.tan(np.radians(self.view_angle_deg) / 2)) / margin
        aspect = self.width / max(1, self.height)
        distance = 1e-6
        for _ in range(_FIT_ROUNDS):
            relative = points - pivot
            x, y, depth = relative @ right, relative @ up, relative @ forward
            near = np.zeros(len(points)) if self.is_orthographic else -depth
            distance = max(float((np.maximum(np.abs(y), np.abs(x) / aspect) / tangent + near).max()), 1e-6)
            scale = 1.0 if self.is_orthographic else distance / np.maximum(distance + depth, 1e-9)
            x, y = x * scale, y * scale
            pivot = pivot + right * (x.min() + x.max()) / 2 + up * (y.min() + y.max()) / 2
        return replace(self, pivot=_point(pivot), position=_point(pivot - forward * distance))

    def pivoted(self, pivot: Point) -> CameraView:
        """Return the camera moved sideways so that it looks straight at a new pivot at that point's depth."""
        _, _, forward = self.axes()
        depth = float(np.subtract(pivot, self.position) @ forward)
        depth = depth if depth > 1e-9 and not self.is_orthographic else self.distance
        return replace(self, pivot=pivot, position=_point(np.asarray(pivot) - forward * depth))

    def seen_by(self, photo: PhotoPose, points: FloatArray) -> CameraView:
        """Return the camera of a photo, its pivot at the usual depth of points, the whole photo in the picture."""
        _, down, forward = np.asarray(photo.rotation, float)
        centre = np.asarray(photo.centre, float)
        points = np.asarray(points, float).reshape(-1, 3)
        depths = (points - centre) @ forward
        ahead = depths[depths > 0]
        depth = float(np.median(ahead)) if len(ahead) else max(float(np.ptp(points, axis=0).max()), 1e-6)
        tangent = float(np.tan(np.radians(photo.field_of_view_deg) / 2))
        tangent *= max(1.0, photo.aspect / (self.width / max(1, self.height)))
        return replace(
            self,
            position=photo.centre,
            pivot=_point(centre + forward * depth),
            up=_point(-down),
            view_angle_deg=float(np.degrees(2 * np.arctan(tangent))),
            is_orthographic=False,
        )

    def mixed(self, other: CameraView, share: float) -> CameraView:
        """Return the camera between this one (0) and the other (1); distance changes evenly by factor."""
        right0, up0, forward0 = self.axes()
        _, up1, forward1 = other.axes()
        forward = _slerp(forward0, forward1, share, right0)
        up = _slerp(up0, up1, share, right0)
        pivot = _mix(self.pivot, other.pivot, share)
        near, far = max(self.distance, 1e-12), max(other.distance, 1e-12)
        distance = near * (far / near) ** share
        angle = self.view_angle_deg + (other.view_angle_deg - self.view_angle_deg) * share
        mixed = replace(self, position=_point(pivot - forward * distance), pivot=_point(pivot), up=_point(up))
        return (
            replace(mixed, view_angle_deg=angle) if share < 1 else replace(other, width=self.width, height=self.height)
        )

    def sized(self, width: int, height: int) -> CameraView:
        """Return the camera for a picture of another size."""
        return replace(self, width=max(1, width), height=max(1, height))

    def _at(self, azimuth: float, height: float, distance: float) -> CameraView:
        offset = np.array([np.cos(height) * np.cos(azimuth), np.cos(height) * np.sin(azimuth), np.sin(height)])
        # Straight above, "up" is the picture's way: what lies beyond the pivot.
        steep = abs(height) > np.radians(89)
        up = np.array([-np.cos(azimuth), -np.sin(azimuth), 0.0]) * np.sign(height) if steep else np.array([0.0, 0, 1])
        return replace(self, position=_point(np.asarray(self.pivot) + offset * distance), up=_point(up))

    def _azimuth(self, offset: FloatArray) -> float:
        if np.hypot(offset[0], offset[1]) > 1e-3 * np.linalg.norm(offset):
            return float(np.arctan2(offset[1], offset[0]))
        sign = 1.0 if offset[2] >= 0 else -1.0
        return float(np.arctan2(-sign * self.up[1], -sign * self.up[0]))

    def _pixels_per_unit(self, depth: FloatArray) -> FloatArray:
        if self.is_orthographic:
            return np.full_like(depth, 1 / max(self.metres_per_pixel, 1e-300))
        tangent = float(np.tan(np.radians(self.view_angle_deg) / 2))
        safe = np.where(np.abs(depth) < 1e-9, 1e-9, depth)
        return self.height / (2 * tangent * safe)


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else np.array([0.0, 1.0, 0.0])


def _point(vector: FloatArray) -> Point:
    return float(vector[0]), float(vector[1]), float(vector[2])


def _mix(first: Point, second: Point, share: float) -> FloatArray:
    return np.asarray(first) * (1 - share) + np.asarray(second) * share


def _slerp(first: FloatArray, second: FloatArray, share: float, aside: FloatArray) -> FloatArray:
    """Turn from one unit vector to another along the shorter arc; opposite ones turn by way of `aside`."""
    cosine = float(np.clip(first @ second, -1, 1))
    if cosine > 0.99999:
        return _unit(first * (1 - share) + second * share)
    if cosine < -0.99999:
        angle = np.pi * share
        return _unit(first * np.cos(angle) + aside * np.sin(angle))
    angle = float(np.arccos(cosine))
    return _unit((np.sin((1 - share) * angle) * first + np.sin(share * angle) * second) / np.sin(angle))
