"""Measuring in a model: points, distances and polylines, and when measuring must be refused.

Must not read files. Pure; any thread. Coordinates are of the job frame, z up (`domain.model_facts`); how sure a length
is comes from `domain.uncertainty`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.geodesy import geodetic_from_enu
from tiepoint.domain.model_facts import Origin, Scale, ScaleSource, Vector
from tiepoint.domain.quantity import Length, last_place, rounded_text
from tiepoint.domain.uncertainty import COVERAGE_95, MeasuringBasis, basis_of, uncertainty_note, with_uncertainty

__all__ = [
    "Geodetic",
    "MeasuredPath",
    "MeasuredPoint",
    "MeasuredSegment",
    "Measurement",
    "MeasurementKind",
    "MeasuringBasis",
    "NoScale",
    "basis_of",
    "coordinates_text",
    "length_ratio",
    "measured_path",
    "measured_point",
    "refusal",
    "summary",
    "uncertainty_note",
]

LARGEST_COORDINATE: Final = 1e9
"""Farther from the origin than this is no model of anything on the earth."""


class NoScale(InputError):
    """The model does not say how large it is, so nothing can be measured in it."""

    kind = "no-scale"


class MeasurementKind(StrEnum):
    """What is measured."""

    POINT = "point"
    DISTANCE = "distance"
    POLYLINE = "polyline"

    def accepts(self, points: int) -> bool:
        """Whether this many points make one."""
        return points >= 2 if self is MeasurementKind.POLYLINE else points == (1, 2)[self is MeasurementKind.DISTANCE]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement as it is kept: a name and the points a person picked, job frame."""

    id: str
    kind: MeasurementKind
    name: str
    points: tuple[Vector, ...]
    created: datetime


@dataclass(frozen=True, slots=True)
class Geodetic:
    """A place on the earth: WGS 84 (EPSG:4979), degrees; height above the ellipsoid in metres, None when unknown.

    It is as good as the photos' positions are, 3 to 10 m for a phone or a drone without corrections; the ± of lengths
    says nothing about it. Heights are what the photos say, and some cameras write them above the sea.
    """

    lat_deg: float
    lon_deg: float
    height_m: float | None


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """A point: its coordinates, how sure each is within the model (95 %), and where it is on the earth, when known."""

    position: Vector
    uncertainty_m: float | None
    geodetic: Geodetic | None


@dataclass(frozen=True, slots=True)
class MeasuredSegment:
    """One straight piece: its length, its horizontal part, and its rise (negative when it goes down)."""

    length: Length
    horizontal: Length
    rise: Length


@dataclass(frozen=True, slots=True)
class MeasuredPath:
    """A distance or polyline.

    Args:
        segments: One for each pair of neighbouring points; a distance has one.
        total: Along all segments.
        horizontal: The same seen from above.
        rise: Height of the last point over the first.
        straight: From the first point to the last as the crow flies.
    """

    segments: tuple[MeasuredSegment, ...]
    total: Length
    horizontal: Length
    rise: Length
    straight: Length


def refusal(scale: Scale) -> Failure | None:
    """Say why nothing can be measured in a model of this scale and what to do; None when it can."""
    if scale.is_metric:
        return None
    if scale.source is ScaleSource.NONE:
        return Failure(
            NoScale.kind,
            "This model has no scale: the photos carry no positions, or none that fit.",
            "Take photos with a camera that writes GPS positions, or export the model and scale it by a length you "
            "know; until then only ratios of lengths can be told.",
        )
    return Failure(
        NoScale.kind,
        "The scale of this model is not known: the file does not say it.",
        "Open the folder in which it was made, where result.json tells the scale; until then only ratios of lengths "
        "can be told.",
    )


def measured_point(point: Vector, basis: MeasuringBasis) -> MeasuredPoint:
    """Measure a point.

    Raises:
        NoScale: The model has no scale.
        InputError: The point is no finite position.
    """
    _require_scale(basis)
    _require_positions([point])
    sigma = basis.point_sigma_m
    place = None if basis.origin is None else _placed(point, basis.origin)
    return MeasuredPoint(point, None if sigma is None else COVERAGE_95 * sigma, place)


def measured_path(points: Sequence[Vector], basis: MeasuringBasis) -> MeasuredPath:
    """Measure along two or more points.

    Raises:
        NoScale: The model has no scale.
        InputError: There are fewer than two points, or one is no finite position.
    """
    _require_scale(basis)
    _require_path(points)
    flat = [(x, y, 0.0) for x, y, _ in points]
    ends = (points[0], points[-1])
    return MeasuredPath(
        segments=tuple(_segment(a, b, basis) for a, b in zip(points, points[1:], strict=False)),
        total=_along(points, basis),
        horizontal=_along(flat, basis),
        rise=with_uncertainty(points[-1][2] - points[0][2], 2.0, basis),
        straight=_along(ends, basis),
    )


def length_ratio(points: Sequence[Vector], reference: Sequence[Vector]) -> float:
    """Return how many times as long a path is as another: all that can be said without a scale.

    Raises:
        InputError: Fewer than two points in one of them, or the reference has no length.
    """
    _require_path(points)
    _require_path(reference)
    whole = _length(reference)
    if whole <= 0:
        raise InputError("The length to compare with is zero.", remedy="Pick two points that lie apart.")
    return _length(points) / whole


def summary(measurement: Measurement, basis: MeasuringBasis) -> str:
    """Return a measurement's figure as one line for people: `2.221 m ± 9 mm`, or a point's coordinates.

    Raises:
        NoScale: The model has no scale.
        InputError: Its points make no measurement.
    """
    if measurement.kind is not MeasurementKind.POINT:
        return measured_path(measurement.points, basis).total.text()
    point = measured_point(measurement.points[0], basis)
    return f"{coordinates_text(point)} m {Length(0.0, point.uncertainty_m).parts()[1]}".rstrip()


def coordinates_text(point: MeasuredPoint) -> str:
    """Write a point's coordinates in the job frame, metres, to the place of their uncertainty: `1.23, -4.56, 0.78`."""
    place = -3 if not point.uncertainty_m else max(last_place(point.uncertainty_m), -5)
    return ", ".join(rounded_text(value, place) for value in point.position)


def _segment(start: Vector, end: Vector, basis: MeasuringBasis) -> MeasuredSegment:
    level = [(x, y, 0.0) for x, y, _ in (start, end)]
    return MeasuredSegment(
        length=_along((start, end), basis),
        horizontal=_along(level, basis),
        rise=with_uncertainty(end[2] - start[2], 2.0, basis),
    )


def _along(points: Sequence[Vector], basis: MeasuringBasis) -> Length:
    return with_uncertainty(_length(points), _point_weight(points), basis)


def _length(points: Sequence[Vector]) -> float:
    return math.fsum(math.dist(a, b) for a, b in zip(points, points[1:], strict=False))


def _point_weight(points: Sequence[Vector]) -> float:
    """Sum of the squared gradients of a path's length by its points.

    An end point counts 1; a point between counts |u - v|², u and v the directions before and after it: 0 when the path
    goes straight on there, 4 when it turns back.
    """
    directions = [_direction(a, b) for a, b in zip(points, points[1:], strict=False)]
    turns = math.fsum(math.dist(u, v) ** 2 for u, v in zip(directions, directions[1:], strict=False))
    return 2.0 + turns


def _direction(start: Vector, end: Vector) -> Vector:
    length = math.dist(start, end)
    if length == 0:
        return (0.0, 0.0, 0.0)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length, (end[2] - start[2]) / length)


def _placed(point: Vector, origin: Origin) -> Geodetic:
    lat, lon, height = geodetic_from_enu(point, (origin.lat_deg, origin.lon_deg, origin.height_m or 0.0))
    return Geodetic(lat, lon, None if origin.height_m is None else height)


def _require_scale(basis: MeasuringBasis) -> None:
    failure = refusal(basis.scale)
    if failure is not None:
        raise NoScale(failure.summary, remedy=failure.remedy)


def _require_path(points: Sequence[Vector]) -> None:
    if len(points) < 2:
        raise InputError("A length needs two points.", remedy="Pick another point.")
    _require_positions(points)


def _require_positions(points: Sequence[Vector]) -> None:
    if not all(len(point) == 3 and all(abs(value) <= LARGEST_COORDINATE for value in point) for point in points):
        raise InputError("A point is no position in the model.", remedy="Pick a point on the surface.")
