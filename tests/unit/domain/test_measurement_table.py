"""Measurements as tables and GeoJSON: right for machines, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.results import a_model
from tiepoint.domain.errors import InputError
from tiepoint.domain.measurement import Measurement, MeasurementKind, NoScale
from tiepoint.domain.measurement_table import csv_text, geojson_text, table_text
from tiepoint.domain.model_facts import Scale
from tiepoint.domain.quantity import LengthUnit
from tiepoint.domain.uncertainty import basis_of

BASIS = basis_of(a_model())
WHEN = datetime(2026, 11, 25, 19, 30, tzinfo=UTC)
POINT = Measurement("1", MeasurementKind.POINT, "corner", ((1.0, 2.0, 3.0),), WHEN)
WIDTH = Measurement("2", MeasurementKind.DISTANCE, "width", ((0.0, 0.0, 0.0), (3.0, 0.0, -4.0)), WHEN)
EDGE = Measurement("3", MeasurementKind.POLYLINE, "edge", ((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (1.0, 2.0, 0.0)), WHEN)
ALL = (POINT, WIDTH, EDGE)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_table_has_a_row_for_each() -> None:
    head, *rows = [line.split("\t") for line in table_text(ALL, BASIS, LengthUnit.METRE).splitlines()]
    assert head == ["Name", "Kind", "Length (m)", "± 95 % (m)", "Horizontal (m)", "Rise (m)", "Position"]
    assert [row[:2] for row in rows] == [["corner", "Point"], ["width", "Distance"], ["edge", "Polyline"]]
    assert rows[1][2:6] == ["5.000", "0.012", "3.000", "-4.000"]
    assert "46.8426" in rows[0][6]


def test_the_table_takes_a_unit() -> None:
    row = table_text([WIDTH], BASIS, LengthUnit.MILLIMETRE).splitlines()[1].split("\t")
    assert row[2:6] == ["5000", "12", "3000", "-4000"]


def test_csv_has_a_row_for_each_point() -> None:
    rows = _rows(csv_text(ALL, BASIS))
    assert [(row["name"], row["point"]) for row in rows] == [
        ("corner", "1"), ("width", "1"), ("width", "2"), ("edge", "1"), ("edge", "2"), ("edge", "3"),
    ]  # fmt: skip
    assert (rows[2]["segment_m"], rows[2]["total_m"], rows[2]["rise_m"]) == ("5.000000", "5.000000", "-4.000000")
    assert (rows[5]["segment_m"], rows[5]["total_m"]) == ("2.000000", "3.000000")
    assert rows[0]["total_m"] == ""
    assert float(rows[0]["lat_deg"]) == pytest.approx(46.8426, abs=1e-3)


@given(st.text(max_size=40))
def test_no_cell_of_text_can_be_a_formula_or_break_a_row(name: str) -> None:
    named = dataclasses.replace(WIDTH, name=name)
    rows = _rows(csv_text([named], BASIS))
    assert len(rows) == 2
    assert not rows[0]["name"].lstrip().startswith(("=", "+", "-", "@"))
    lines = table_text([named], BASIS, LengthUnit.METRE).split("\n")
    assert len(lines) == 3
    assert lines[1].count("\t") == 6


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1+2", "@SUM(A1)", "  =1"])
def test_formulas_are_quoted(name: str) -> None:
    assert _rows(csv_text([dataclasses.replace(WIDTH, name=name)], BASIS))[0]["name"] == f"'{name}"


def test_geojson_is_longitude_first_with_height() -> None:
    content = json.loads(geojson_text(ALL, BASIS))
    assert content["type"] == "FeatureCollection"
    point, width, edge = content["features"]
    assert point["geometry"]["type"] == "Point"
    assert point["geometry"]["coordinates"] == pytest.approx([-91.99456, 46.8426, 201.0], abs=1e-3)
    assert width["geometry"]["type"] == edge["geometry"]["type"] == "LineString"
    assert len(edge["geometry"]["coordinates"]) == 3
    assert width["properties"]["length_m"] == pytest.approx(5.0)
    assert width["properties"]["uncertainty_95_m"] > 0


def test_geojson_needs_a_place_on_the_earth() -> None:
    with pytest.raises(InputError, match="no place on the earth"):
        geojson_text(ALL, dataclasses.replace(BASIS, origin=None))


def test_geojson_without_height_is_flat() -> None:
    assert BASIS.origin is not None
    flat = dataclasses.replace(BASIS, origin=dataclasses.replace(BASIS.origin, height_m=None))
    assert len(json.loads(geojson_text([POINT], flat))["features"][0]["geometry"]["coordinates"]) == 2
    assert _rows(csv_text([POINT], flat))[0]["height_m"] == ""


def test_without_scale_there_is_no_table() -> None:
    basis = dataclasses.replace(BASIS, scale=Scale())
    for made in (lambda: table_text(ALL, basis, LengthUnit.METRE), lambda: csv_text(ALL, basis)):
        with pytest.raises(NoScale):
            made()


def test_an_unknown_uncertainty_is_an_empty_cell() -> None:
    basis = dataclasses.replace(BASIS, gsd_m=None, origin=None)
    assert _rows(csv_text([WIDTH], basis))[0]["uncertainty_95_m"] == ""
    assert table_text([WIDTH], basis, LengthUnit.METRE).splitlines()[1].split("\t")[3] == ""
