"""Measuring: lengths, their uncertainty against a simulation, places on the earth against known values, refusals."""

from __future__ import annotations

import dataclasses
import math
import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.results import ORIGIN, a_model
from tiepoint.domain.errors import InputError
from tiepoint.domain.geodesy import ecef_from_geodetic, geodetic_from_ecef, geodetic_from_enu
from tiepoint.domain.measurement import (
    Measurement,
    MeasurementKind,
    NoScale,
    length_ratio,
    measured_path,
    measured_point,
    refusal,
    summary,
)
from tiepoint.domain.model_facts import Origin, Scale, ScaleSource, Vector
from tiepoint.domain.uncertainty import COVERAGE_95, MeasuringBasis, basis_of, scale_error_of, uncertainty_note

GPS = Scale(ScaleSource.GPS)
BASIS = MeasuringBasis(GPS, gsd_m=0.0028, reprojection_px=0.69, edge_m=0.01, scale_error=0.0005, positions=11)
coordinates = st.floats(-1e4, 1e4)
points = st.tuples(coordinates, coordinates, coordinates)
paths = st.lists(points, min_size=2, max_size=6)


def _measurement(kind: MeasurementKind, *picked: Vector) -> Measurement:
    return Measurement("1", kind, "wall", picked, datetime(2026, 11, 25, tzinfo=UTC))


@given(paths)
def test_a_path_is_the_sum_of_its_segments_and_no_shorter_than_straight(picked: list[Vector]) -> None:
    path = measured_path(picked, BASIS)
    assert len(path.segments) == len(picked) - 1
    assert path.total.value_m == pytest.approx(sum(each.length.value_m for each in path.segments))
    assert path.horizontal.value_m == pytest.approx(sum(each.horizontal.value_m for each in path.segments))
    assert path.rise.value_m == pytest.approx(sum(each.rise.value_m for each in path.segments), abs=1e-9)
    assert path.straight.value_m <= path.total.value_m * (1 + 1e-12)
    assert path.horizontal.value_m <= path.total.value_m * (1 + 1e-12)


@given(points, points)
def test_a_segment_is_its_horizontal_part_and_its_rise(a: Vector, b: Vector) -> None:
    segment = measured_path([a, b], BASIS).segments[0]
    assert math.hypot(segment.horizontal.value_m, segment.rise.value_m) == pytest.approx(segment.length.value_m)


@given(paths, points)
def test_where_a_path_lies_changes_neither_length_nor_uncertainty(picked: list[Vector], shift: Vector) -> None:
    moved = [(x + shift[0], y + shift[1], z + shift[2]) for x, y, z in picked]
    one, other = measured_path(picked, BASIS).total, measured_path(moved, BASIS).total
    assert other.value_m == pytest.approx(one.value_m, rel=1e-6, abs=1e-6)
    assert one.uncertainty_m is not None
    assert one.uncertainty_m >= COVERAGE_95 * math.sqrt(2) * (BASIS.point_sigma_m or 0) * 0.999


@given(paths, st.floats(0.001, 0.1))
def test_a_worse_pixel_never_makes_a_length_more_certain(picked: list[Vector], gsd_m: float) -> None:
    worse = dataclasses.replace(BASIS, gsd_m=2 * gsd_m)
    better = dataclasses.replace(BASIS, gsd_m=gsd_m)
    least, most = measured_path(picked, better).total.uncertainty_m, measured_path(picked, worse).total.uncertainty_m
    assert least is not None
    assert most is not None
    assert least < most


def test_the_uncertainty_is_what_a_simulation_finds() -> None:
    """Move every point and the scale at random, and look how far 95 % of the lengths stay from the true one."""
    basis = dataclasses.replace(BASIS, scale_error=0.003)
    picked: list[Vector] = [(0, 0, 0), (3, 0, 0), (3, 2, 1), (6, 2, 1)]
    length = measured_path(picked, basis).total
    sigma = basis.point_sigma_m or 0.0
    rng = random.Random(7)
    off = []
    for _ in range(20_000):
        moved = [(x + rng.gauss(0, sigma), y + rng.gauss(0, sigma), z + rng.gauss(0, sigma)) for x, y, z in picked]
        found = sum(math.dist(a, b) for a, b in zip(moved, moved[1:], strict=False)) * rng.gauss(1, 0.003)
        off.append(abs(found - length.value_m))
    assert sorted(off)[int(0.95 * len(off))] == pytest.approx(length.uncertainty_m, rel=0.04)


def test_a_distance_has_the_terms_that_are_documented() -> None:
    image, pointing, mesh = 0.0028 * 0.69, 0.0028 / math.sqrt(3), 0.01 / (2 * math.sqrt(3))
    sigma_squared = 2 * (image**2 + pointing**2 + mesh**2) + (2.221 * 0.0005) ** 2
    length = measured_path([(0, 0, 0), (2.221, 0, 0)], BASIS).total
    assert length.uncertainty_m == pytest.approx(1.96 * math.sqrt(sigma_squared))
    assert length.text().replace("\N{NO-BREAK SPACE}", " ") == "2.221 m ± 11 mm"


def test_a_point_straight_on_adds_nothing_and_a_turn_back_adds_most() -> None:
    def uncertainty(middle: Vector, end: Vector) -> float:
        return (
            measured_path([(0, 0, 0), middle, end], dataclasses.replace(BASIS, scale_error=0)).total.uncertainty_m or 0
        )

    straight = uncertainty((1, 0, 0), (2, 0, 0))
    assert straight == pytest.approx(COVERAGE_95 * math.sqrt(2) * (BASIS.point_sigma_m or 0))
    assert straight < uncertainty((1, 0, 0), (1, 1, 0)) < uncertainty((1, 0, 0), (0, 0, 0))


def test_without_gsd_or_reprojection_error_the_uncertainty_is_not_known() -> None:
    for missing in ("gsd_m", "reprojection_px"):
        basis = dataclasses.replace(BASIS, **{missing: None})
        path = measured_path([(0, 0, 0), (1, 0, 0)], basis)
        assert path.total.uncertainty_m is None
        assert measured_point((0, 0, 0), basis).uncertainty_m is None
        assert "not known" in uncertainty_note(basis)


def test_the_scale_error_shrinks_with_number_and_base() -> None:
    assert scale_error_of(1.0, 10.0, 4) == pytest.approx(0.05)
    assert scale_error_of(1.0, 20.0, 4) == pytest.approx(0.025)
    assert scale_error_of(1.0, 10.0, 16) == pytest.approx(0.025)


def test_the_note_names_every_term() -> None:
    note = uncertainty_note(basis_of(a_model())).replace("\N{NO-BREAK SPACE}", " ")
    assert "95 %" in note
    for term in ("2.8 mm", "0.69 px", "edges of 1.0 cm", "0.05 % from 11 camera positions"):
        assert term in note
    assert "left out" in uncertainty_note(dataclasses.replace(BASIS, scale_error=None))


@pytest.mark.parametrize("source", [ScaleSource.NONE, ScaleSource.UNKNOWN])
def test_without_a_scale_measuring_is_refused_with_the_reason(source: ScaleSource) -> None:
    basis = MeasuringBasis(Scale(source), gsd_m=0.01, reprojection_px=1)
    reason = refusal(basis.scale)
    assert reason is not None
    assert reason.summary.startswith(("This model has no scale", "The scale of this model is not known"))
    assert reason.remedy
    with pytest.raises(NoScale, match="scale"):
        measured_path([(0, 0, 0), (1, 0, 0)], basis)
    with pytest.raises(NoScale):
        measured_point((0, 0, 0), basis)
    with pytest.raises(NoScale):
        summary(_measurement(MeasurementKind.POINT, (0, 0, 0)), basis)
    assert length_ratio([(0, 0, 0), (3, 0, 0)], [(0, 0, 0), (0, 2, 0)]) == 1.5


def test_a_metric_model_is_not_refused() -> None:
    assert refusal(GPS) is None
    assert refusal(Scale(ScaleSource.OTHER)) is None


@pytest.mark.parametrize(
    "picked", [[], [(0, 0, 0)], [(0, 0, 0), (math.nan, 0, 0)], [(0, 0, 0), (0, math.inf, 0)], [(0, 0, 0), (0, 0, 1e30)]]
)
def test_what_is_no_path_is_refused(picked: list[Vector]) -> None:
    with pytest.raises(InputError):
        measured_path(picked, BASIS)


def test_a_ratio_to_nothing_is_refused() -> None:
    with pytest.raises(InputError):
        length_ratio([(0, 0, 0), (1, 0, 0)], [(0, 0, 0), (0, 0, 0)])


def test_two_equal_points_are_zero_apart_and_still_uncertain() -> None:
    path = measured_path([(1, 2, 3), (1, 2, 3)], BASIS)
    assert path.total.value_m == 0
    assert path.total.uncertainty_m is not None
    assert path.total.uncertainty_m > 0


# From the definition of WGS 84: the axes, and a place where the geocentric coordinates were worked out by hand.
@pytest.mark.parametrize(
    ("geodetic", "ecef"),
    [
        ((0.0, 0.0, 0.0), (6_378_137.0, 0.0, 0.0)),
        ((90.0, 0.0, 0.0), (0.0, 0.0, 6_356_752.314245)),
        ((0.0, 90.0, 100.0), (0.0, 6_378_237.0, 0.0)),
        ((45.0, 0.0, 0.0), (4_517_590.8788, 0.0, 4_487_348.4089)),
    ],
)
def test_known_places(geodetic: tuple[float, float, float], ecef: tuple[float, float, float]) -> None:
    assert ecef_from_geodetic(*geodetic) == pytest.approx(ecef, abs=1e-3)
    lat, lon, height = geodetic_from_ecef(*ecef)
    assert (lat, lon if abs(lat) < 89.9 else 0.0, height) == pytest.approx(geodetic, abs=1e-3)


def test_a_minute_north_at_the_equator() -> None:
    """One minute of latitude there is 1842.9 m, from the meridian's radius a (1 - e²)."""
    lat, lon, height = geodetic_from_enu((0, 1842.9046, 0), (0.0, 0.0, 0.0))
    assert lat == pytest.approx(1 / 60, abs=1e-7)
    assert lon == 0
    assert height == pytest.approx(1842.9046**2 / 2 / 6_335_439.3, abs=0.01)  # the tangent plane leaves the ellipsoid


@given(st.floats(-89.9, 89.9), st.floats(-180, 180), st.floats(-500, 9000), points)
def test_a_place_has_the_distance_in_the_frame(lat: float, lon: float, height: float, point: Vector) -> None:
    basis = dataclasses.replace(BASIS, origin=Origin(lat, lon, height))
    place = measured_point(point, basis).geodetic
    assert place is not None
    assert place.height_m is not None
    here = ecef_from_geodetic(place.lat_deg, place.lon_deg, place.height_m)
    assert math.dist(here, ecef_from_geodetic(lat, lon, height)) == pytest.approx(math.hypot(*point), abs=1e-3)


def test_a_point_without_known_height_has_none_on_the_earth() -> None:
    basis = dataclasses.replace(BASIS, origin=Origin(46.0, 7.0, None))
    place = measured_point((0, 0, 5), basis).geodetic
    assert place is not None
    assert place.height_m is None
    assert measured_point((0, 0, 5), BASIS).geodetic is None


def test_summaries() -> None:
    def shown(measurement: Measurement) -> str:
        return summary(measurement, basis_of(a_model())).replace("\N{NO-BREAK SPACE}", " ")

    assert shown(_measurement(MeasurementKind.DISTANCE, (0, 0, 0), (2.221, 0, 0))) == "2.221 m ± 11 mm"
    assert shown(_measurement(MeasurementKind.POINT, (1.23456, -2.0, 0.5))) == "1.235, -2.000, 0.500 m ± 8 mm"
    assert basis_of(a_model()).origin == ORIGIN
