"""Measurements as tables and as GeoJSON, for other programs.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). Pure; any
thread.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.measurement import (
    Geodetic,
    MeasuredPath,
    MeasuredPoint,
    Measurement,
    MeasurementKind,
    coordinates_text,
    measured_path,
    measured_point,
)
from tiepoint.domain.plain_text import plain
from tiepoint.domain.quantity import Length, LengthUnit, last_place, rounded_text
from tiepoint.domain.uncertainty import MeasuringBasis

_FORMULA_STARTS: Final = ("=", "+", "-", "@")
_FINEST_M: Final = 1e-5
_PLACE_WHEN_UNKNOWN: Final = -6
_CSV_HEAD: Final = (
    "name", "kind", "created_utc", "point", "x_m", "y_m", "z_m", "lat_deg", "lon_deg", "height_m", "segment_m",
    "total_m", "horizontal_m", "rise_m", "uncertainty_95_m",
)  # fmt: skip
_TITLES: Final = {
    MeasurementKind.POINT: "Point",
    MeasurementKind.DISTANCE: "Distance",
    MeasurementKind.POLYLINE: "Polyline",
}


def kind_title(kind: MeasurementKind) -> str:
    """Return a kind's name for people."""
    return _TITLES[kind]


def table_text(measurements: Sequence[Measurement], basis: MeasuringBasis, unit: LengthUnit) -> str:
    """Return a row for each measurement, tab-separated under a head, lengths in one unit (`AUTO` = metres).

    Raises:
        NoScale: The model has no scale.
    """
    unit = LengthUnit.METRE if unit is LengthUnit.AUTO else unit
    head = ["Name", "Kind", *(f"{title} ({unit})" for title in ("Length", "± 95 %", "Horizontal", "Rise")), "Position"]
    rows = [head, *(_row(each, basis, unit) for each in measurements)]
    return "".join("\t".join(row) + "\n" for row in rows)


def _row(each: Measurement, basis: MeasuringBasis, unit: LengthUnit) -> list[str]:
    name = [_cell(each.name), kind_title(each.kind)]
    if each.kind is MeasurementKind.POINT:
        point = measured_point(each.points[0], basis)
        return [*name, "", _spread(point.uncertainty_m, unit), "", "", _position(point)]
    path = measured_path(each.points, basis)
    total, horizontal, rise = (_number(length, unit) for length in (path.total, path.horizontal, path.rise))
    return [*name, total, _spread(path.total.uncertainty_m, unit), horizontal, rise, ""]


def csv_text(measurements: Sequence[Measurement], basis: MeasuringBasis) -> str:
    """Return a row for each point of each measurement, comma-separated under a head (RFC 4180), metres.

    Raises:
        NoScale: The model has no scale.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CSV_HEAD)
    for each in measurements:
        writer.writerows(_csv_rows(each, basis))
    return text.getvalue()


def geojson_text(measurements: Sequence[Measurement], basis: MeasuringBasis) -> str:
    """Return the measurements as a GeoJSON FeatureCollection (RFC 7946): WGS 84, ellipsoidal heights in metres.

    Raises:
        NoScale: The model has no scale.
        InputError: The model has no place on the earth.
    """
    if basis.origin is None:
        raise InputError(
            "This model has no place on the earth, so its measurements cannot become GeoJSON.",
            remedy="Export them as CSV, which holds coordinates of the model's own frame.",
        )
    features = [_feature(each, basis) for each in measurements]
    content = {"type": "FeatureCollection", "features": features}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def _csv_rows(each: Measurement, basis: MeasuringBasis) -> Iterator[list[str]]:
    path = None if each.kind is MeasurementKind.POINT else measured_path(each.points, basis)
    created = f"{each.created:%Y-%m-%dT%H:%M:%SZ}"
    for number, point in enumerate(each.points):
        measured = measured_point(point, basis)
        segment = "" if path is None or number == 0 else f"{path.segments[number - 1].length.value_m:.6f}"
        yield [
            _cell(each.name),
            each.kind.value,
            created,
            str(number + 1),
            *(f"{value:.6f}" for value in point),
            *_geodetic_cells(measured.geodetic),
            segment,
            *_totals(path, measured.uncertainty_m),
        ]


def _geodetic_cells(place: Geodetic | None) -> list[str]:
    if place is None:
        return ["", "", ""]
    height = "" if place.height_m is None else f"{place.height_m:.4f}"
    return [f"{place.lat_deg:.9f}", f"{place.lon_deg:.9f}", height]


def _totals(path: MeasuredPath | None, point_uncertainty_m: float | None) -> list[str]:
    if path is None:
        return ["", "", "", "" if point_uncertainty_m is None else f"{point_uncertainty_m:.6f}"]
    lengths = [f"{length.value_m:.6f}" for length in (path.total, path.horizontal, path.rise)]
    spread = path.total.uncertainty_m
    return [*lengths, "" if spread is None else f"{spread:.6f}"]


def _feature(each: Measurement, basis: MeasuringBasis) -> dict[str, Any]:
    points = [measured_point(point, basis) for point in each.points]
    places = [_coordinates(point.geodetic) for point in points if point.geodetic is not None]
    is_point = each.kind is MeasurementKind.POINT
    properties: dict[str, Any] = {
        "name": plain(each.name),
        "kind": each.kind.value,
        "created": f"{each.created:%Y-%m-%dT%H:%M:%SZ}",
    }
    if is_point:
        properties["uncertainty_95_m"] = points[0].uncertainty_m
    else:
        path = measured_path(each.points, basis)
        properties |= {
            "length_m": path.total.value_m,
            "horizontal_m": path.horizontal.value_m,
            "rise_m": path.rise.value_m,
            "uncertainty_95_m": path.total.uncertainty_m,
        }
    geometry = {"type": "Point" if is_point else "LineString", "coordinates": places[0] if is_point else places}
    return {"type": "Feature", "id": each.id, "geometry": geometry, "properties": properties}


def _coordinates(place: Geodetic) -> list[float]:
    flat = [round(place.lon_deg, 9), round(place.lat_deg, 9)]
    return flat if place.height_m is None else [*flat, round(place.height_m, 4)]


def _number(length: Length, unit: LengthUnit) -> str:
    """Return a bare number in a unit, rounded like `Length` does, with a plain minus sign."""
    factor = 10.0**-unit.exponent
    spread = length.uncertainty_m
    place = _PLACE_WHEN_UNKNOWN if spread is None else last_place(max(spread, _FINEST_M) * factor)
    return rounded_text(length.value_m * factor, place)


def _spread(uncertainty_m: float | None, unit: LengthUnit) -> str:
    return "" if uncertainty_m is None else _number(Length(uncertainty_m, uncertainty_m), unit)


def _position(point: MeasuredPoint) -> str:
    shown = coordinates_text(point)
    if point.geodetic is None:
        return shown
    place = point.geodetic
    height = "" if place.height_m is None else f", {place.height_m:.2f} m"
    return f"{shown} ({place.lat_deg:.7f}, {place.lon_deg:.7f}{height})"


def _cell(text: str) -> str:
    shown = plain(text)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA_STARTS) else shown
