"""Measurements as rows of the list, as marks over the model, and as the value at the pointer. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.measurement import (
    Geodetic,
    MeasuredPath,
    Measurement,
    MeasurementKind,
    MeasuringBasis,
    measured_path,
    measured_point,
)
from tiepoint.domain.model_facts import Vector
from tiepoint.domain.quantity import Length, LengthUnit
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer import MEASURE_TEAL, MEASURE_YELLOW, LineMark, Mark, PointMark

_CONTEXT: Final = "Measuring"
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
COLOURS: Final = {
    MeasurementKind.POINT: MEASURE_YELLOW,
    MeasurementKind.DISTANCE: MEASURE_YELLOW,
    MeasurementKind.POLYLINE: MEASURE_TEAL,
}


@dataclass(frozen=True, slots=True)
class MeasurementRow:
    """A measurement as the list shows it.

    Args:
        id: Of the measurement.
        kind: What it is.
        name: Its name.
        value: Its figure: `2.221 m`.
        uncertainty: `± 9 mm`; empty when not known.
        details: Everything else, one line each.
        lines: What stands below the name instead of the value at its right: a point's coordinates.
    """

    id: str
    kind: MeasurementKind
    name: str
    value: str
    uncertainty: str = ""
    details: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def row_of(measurement: Measurement, basis: MeasuringBasis, unit: LengthUnit) -> MeasurementRow:
    """Return a measurement as a row; one that makes no sense is shown without a figure."""
    name = plain(measurement.name)
    try:
        if measurement.kind is MeasurementKind.POINT:
            value, uncertainty, details = _point(measurement.points[0], basis, unit)
            place = measured_point(measurement.points[0], basis).geodetic
            lines = (value,) if place is None else (value, geodetic_text(place))
            return MeasurementRow(measurement.id, measurement.kind, name, value, uncertainty, details, lines)
        path = measured_path(measurement.points, basis)
        (value, uncertainty), details = path.total.parts(unit), _path_details(path, unit)
    except (TiepointError, IndexError):
        return MeasurementRow(measurement.id, measurement.kind, name, "–")
    return MeasurementRow(measurement.id, measurement.kind, name, value, uncertainty, details)


def live_text(points: Sequence[Vector], basis: MeasuringBasis, unit: LengthUnit, *, is_point: bool) -> str:
    """Return what the tag at the pointer says: coordinates, or the length so far; empty when there is none."""
    try:
        if is_point:
            return " ".join(filter(None, _point(points[-1], basis, unit)[:2])) if points else ""
        return measured_path(points, basis).total.text(unit) if len(points) > 1 else ""
    except TiepointError:
        return ""


def marks_of(
    measurements: Iterable[Measurement], basis: MeasuringBasis, unit: LengthUnit, selected: str = ""
) -> list[Mark]:
    """Return the marks that show measurements over the model; the selected one tells its pieces too."""
    return [_mark(each, basis, unit, is_selected=each.id == selected) for each in measurements if each.points]


def draft_mark(points: Sequence[Vector], kind: MeasurementKind) -> LineMark:
    """Return the mark of what is being measured."""
    return LineMark(tuple(points), colour=COLOURS[kind], is_draft=True)


def geodetic_text(place: Geodetic) -> str:
    """Write a place on the earth: `46.842613°, −91.994561°, 201.3 m`."""
    text = f"{place.lat_deg:.6f}°, {place.lon_deg:.6f}°"
    if place.height_m is not None:
        text += f", {place.height_m:.1f}{_NO_BREAK}m"
    return text.replace("-", "\N{MINUS SIGN}")


def _mark(measurement: Measurement, basis: MeasuringBasis, unit: LengthUnit, *, is_selected: bool) -> Mark:
    row, colour = row_of(measurement, basis, unit), COLOURS[measurement.kind]
    if measurement.kind is MeasurementKind.POINT:
        return PointMark(measurement.points[0], row.name, colour)
    label = f"{row.value} {row.uncertainty}".strip()
    pieces: tuple[str, ...] = ()
    if is_selected and len(measurement.points) > 2:
        try:
            pieces = tuple(each.length.parts(unit)[0] for each in measured_path(measurement.points, basis).segments)
        except TiepointError:
            pieces = ()
    return LineMark(measurement.points, label, colour, segment_labels=pieces)


def _point(at: Vector, basis: MeasuringBasis, unit: LengthUnit) -> tuple[str, str, tuple[str, ...]]:
    point = measured_point(at, basis)
    each = unit if unit is not LengthUnit.AUTO else LengthUnit.METRE
    written = [Length(value, point.uncertainty_m).parts(each) for value in at]
    numbers = ", ".join(value.partition(_NO_BREAK)[0] for value, _ in written)
    details = [tr(_CONTEXT, "East, north, up: {numbers} {unit}", numbers=numbers, unit=each.value)]
    if point.geodetic is not None:
        details.append(tr(_CONTEXT, "On the earth: {place}", place=geodetic_text(point.geodetic)))
    spread = "" if point.uncertainty_m is None else Length(0.0, point.uncertainty_m).parts(unit)[1]
    return f"{numbers}{_NO_BREAK}{each.value}", spread, tuple(details)


def _path_details(path: MeasuredPath, unit: LengthUnit) -> tuple[str, ...]:
    lines = [
        tr(_CONTEXT, "Horizontal: {length}", length=path.horizontal.text(unit)),
        tr(_CONTEXT, "Rise: {length}", length=path.rise.text(unit)),
    ]
    if len(path.segments) > 1:
        lines.append(tr(_CONTEXT, "Straight from first to last: {length}", length=path.straight.text(unit)))
        lines += [
            tr(_CONTEXT, "Piece {number}: {length}", number=number, length=piece.length.text(unit))
            for number, piece in enumerate(path.segments, start=1)
        ]
    return tuple(lines)
