"""Measuring in a model: points, distances and polylines, how sure they are, and when measuring must be refused.

Where the uncertainty comes from
--------------------------------
All terms are standard deviations; what is shown is 1.96 times as much, which holds 95 % of a normal distribution
(JCGM 100:2008, table G.1). They are taken as independent and added as squares (JCGM 100:2008, 5.1.2).

One point, in the model's own frame, along one axis:
    image      GSD * RMS reprojection error: what an error of that many pixels is on the surface. The RMS is of the 2D
               distance, so for one axis it is on the safe side by sqrt(2). It holds across the line of sight; along it
               rays that meet at a narrow angle are worse by distance / base, which is not known here and left out.
    pointing   A person hits a detail to about one pixel of the photos, evenly spread within: GSD / sqrt(3)
               (JCGM 100:2008, 4.3.7).
    mesh       The mesh knows nothing between its vertices: half a mean edge, evenly spread: edge / (2 * sqrt(3)).
               It matters at edges and corners of things; on flat walls it is on the safe side.
A length takes on top the scale's relative standard deviation times the length (see `PositionFit.scale_error`): the
residuals of the camera positions, their number, and the base over which they are spread.

Assumed, and not checked by any of this: points are errors of their own (neighbours share some, which only helps short
lengths); the model is not bent as a whole (the report's light on the focal length warns of that); the photos' positions
have no common error of scale. Independent lengths measured on site remain the only proof.

Must not read files. Pure; any thread. Coordinates are of the job frame, z up (`domain.model_facts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.model_facts import ModelFacts, Origin, Scale, Vector
from tiepoint.domain.quantity import Length


class NoScale(InputError):
    """The model does not say how large it is, so nothing can be measured in it."""

    kind = "no-scale"


class MeasurementKind(StrEnum):
    """What is measured."""

    POINT = "point"
    DISTANCE = "distance"
    POLYLINE = "polyline"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement as it is kept: a name and the points a person picked, job frame."""

    id: str
    kind: MeasurementKind
    name: str
    points: tuple[Vector, ...]
    created: datetime


@dataclass(frozen=True, slots=True)
class MeasuringBasis:
    """What measuring in one model rests on.

    Args:
        scale: Whether lengths are metres.
        gsd_m: A pixel on the surface; None = not known.
        reprojection_px: RMS reprojection error; None = not known.
        edge_m: Mean edge of the mesh; None = not known, the term is left out.
        scale_error: Standard deviation of the scale as a share; None = not known, the term is left out.
        origin: Where the frame lies on the earth, if known.
    """

    scale: Scale
    gsd_m: float | None = None
    reprojection_px: float | None = None
    edge_m: float | None = None
    scale_error: float | None = None
    origin: Origin | None = None

    @property
    def point_sigma_m(self) -> float | None:
        """Standard deviation of one point along one axis; None when GSD or reprojection error are not known."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Geodetic:
    """A place on the earth: WGS 84 (EPSG:4979), degrees; height above the ellipsoid in metres, None when unknown."""

    lat_deg: float
    lon_deg: float
    height_m: float | None


@dataclass(frozen=True, slots=True)
class MeasuredPoint:
    """A point: its coordinates, how sure each is within the model, and where it is on the earth, when known."""

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


def basis_of(facts: ModelFacts) -> MeasuringBasis:
    """Return what measuring in this result rests on."""
    raise NotImplementedError


def refusal(scale: Scale) -> Failure | None:
    """Say why nothing can be measured in a model of this scale and what to do; None when it can."""
    raise NotImplementedError


def measured_point(point: Vector, basis: MeasuringBasis) -> MeasuredPoint:
    """Measure a point.

    Raises:
        NoScale: The model has no scale.
        InputError: The point is no finite position.
    """
    raise NotImplementedError


def measured_path(points: Sequence[Vector], basis: MeasuringBasis) -> MeasuredPath:
    """Measure along two or more points.

    Raises:
        NoScale: The model has no scale.
        InputError: There are fewer than two points, or one is no finite position.
    """
    raise NotImplementedError


def length_ratio(points: Sequence[Vector], reference: Sequence[Vector]) -> float:
    """Return how many times as long a path is as another: all that can be said without a scale.

    Raises:
        InputError: Fewer than two points in one of them, or the reference has no length.
    """
    raise NotImplementedError


def summary(measurement: Measurement, basis: MeasuringBasis) -> str:
    """Return a measurement's figure as one line for people: `2.221 m ± 9 mm`, or a point's coordinates.

    Raises:
        NoScale: The model has no scale.
    """
    raise NotImplementedError


def uncertainty_note(basis: MeasuringBasis) -> str:
    """Return one or two sentences on what the uncertainty holds, with its figures: for the foot of the list."""
    raise NotImplementedError
