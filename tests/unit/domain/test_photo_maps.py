"""Positions, footprints, coverage and the map of a set."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes.photo_sets import a_head
from tiepoint.domain.photo_coverage import count_at, coverage_of
from tiepoint.domain.photo_footprint import flight_directions, footprint, ground_pixel_m
from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_mapping import map_of
from tiepoint.domain.photo_positions import distances_m, far_photos, metres, middle_of, offset_m, position_issues
from tiepoint.domain.photo_reading import PhotoHead

LAT, LON = 46.8426, -91.9945
DEGREE_M = math.radians(1) * 6_371_000.0


def at(east_m: float, north_m: float, **changes: object) -> PhotoHead:
    """A photo so far from the origin of these tests."""
    lon = LON + east_m / DEGREE_M / math.cos(math.radians(LAT))
    return a_head(lat=LAT + north_m / DEGREE_M, lon=lon, **changes)


def block(rows: int = 4, columns: int = 5, step_m: float = 10.0) -> dict[str, PhotoHead]:
    return {f"{row}-{column}": at(column * step_m, row * step_m) for row in range(rows) for column in range(columns)}


def test_an_evenly_flown_block_or_line_has_no_far_photo() -> None:
    for heads in (block(), block(1, 40), block(20, 20), block(40, 1, 100.0)):
        assert position_issues(heads) == {}


def test_a_photo_of_another_place_is_named_with_its_distance() -> None:
    heads = {**block(), "DJI_0001": at(300, 20)}
    [(path, [issue])] = position_issues(heads).items()
    assert (path, issue.kind, issue.suggests_leaving_out) == ("DJI_0001", IssueKind.FAR_POSITION, True)
    assert issue.summary.startswith("280 m away from the middle of the photos, usual 20 m.")


def test_a_bad_fix_of_a_few_metres_is_not_far() -> None:
    heads = {str(index): at(index * 0.1, 0) for index in range(10)}
    assert far_photos(distances_m({**heads, "off": at(30, 0)})) == {}


def test_three_photos_are_too_few_to_call_one_far() -> None:
    assert far_photos(distances_m({"a": at(0, 0), "b": at(1, 0), "c": at(9000, 0)})) == {}


def test_zero_broken_and_missing_positions_are_told_apart() -> None:
    heads = {
        **block(),
        "zero": a_head(notes=("gps-zero",)),
        "broken": a_head(notes=("gps-broken",)),
        "none": a_head(),
    }
    found = {path: issues[0] for path, issues in position_issues(heads).items()}
    assert {path: issue.kind for path, issue in found.items()} == {
        "zero": IssueKind.ZERO_POSITION,
        "broken": IssueKind.ZERO_POSITION,
        "none": IssueKind.NO_POSITION,
    }
    assert found["none"].summary == "It has no position; 20 of 23 photos have one."


def test_without_any_position_nothing_is_missed() -> None:
    assert position_issues({"a": a_head(), "b": a_head()}) == {}
    assert map_of({"a": a_head()}, frozenset("a")) is None


def test_photos_on_both_sides_of_the_date_line_are_neighbours() -> None:
    lat, lon = middle_of([(10.0, 179.999), (10.0, -179.999), (10.0, 180.0)])
    assert (lat, abs(lon)) == (10.0, pytest.approx(180.0))
    assert offset_m((0.0, -179.999), (0.0, 179.999))[0] == pytest.approx(222.39, abs=0.1)


@pytest.mark.parametrize(("value", "text"), [(288.4, "288 m"), (9_999.0, "9,999 m"), (12_345.0, "12 km")])
def test_distances_read_well(value: float, text: str) -> None:
    assert metres(value) == text


def test_a_footprint_is_as_large_as_height_over_focal_length_says() -> None:
    head = a_head(height_above_start_m=40.0, focal_px=2000.0, width=4000, height=3000, pitch_deg=-90.0)
    assert ground_pixel_m(head) == pytest.approx(0.02)
    corners = footprint(head, (100.0, 50.0), 0.0)
    assert corners is not None
    flat = [number for corner in corners for number in corner]
    assert flat == pytest.approx([60, 80, 140, 80, 140, 20, 60, 20])


def test_a_footprint_turns_with_the_camera() -> None:
    head = a_head(height_above_start_m=40.0, focal_px=2000.0, width=4000, height=3000)
    corners = footprint(head, (0.0, 0.0), 90.0)  # the top of the picture points east
    assert corners is not None
    assert corners[0] == pytest.approx((30, 40))
    assert corners[1] == pytest.approx((30, -40))


@pytest.mark.parametrize(
    "changes",
    [
        {"height_above_start_m": None},
        {"height_above_start_m": 0.2},
        {"height_above_start_m": 40.0, "focal_source": "estimated"},
        {"height_above_start_m": 40.0, "focal_px": None},
        {"height_above_start_m": 40.0, "pitch_deg": -45.0},
    ],
)
def test_what_is_not_known_has_no_footprint(changes: dict[str, object]) -> None:
    assert footprint(a_head(**changes), (0.0, 0.0), 0.0) is None


def test_without_direction_there_is_no_footprint() -> None:
    assert footprint(a_head(height_above_start_m=40.0), (0.0, 0.0), None) is None


def test_the_direction_of_flight_is_taken_where_neighbours_agree() -> None:
    places = {"a": (0.0, 0.0), "b": (0.0, 10.0), "c": (0.0, 20.0), "d": (10.0, 20.0), "e": (10.0, 10.0)}
    found = flight_directions(places, list("abcde"))
    assert {path: round(angle) for path, angle in found.items()} == {"a": 0, "b": 0, "e": 180}


def test_a_hovering_drone_has_no_direction() -> None:
    assert flight_directions({"a": (0.0, 0.0), "b": (0.1, 0.0)}, ["a", "b"]) == {}


def test_overlap_counts_the_other_photos_that_show_the_place() -> None:
    heads = {
        f"p{index}": at(
            index * 12.0, 0, yaw_deg=0.0, height_above_start_m=40.0, focal_px=4000.0, width=4000, height=3000
        )
        for index in range(5)
    }  # each shows 40 m x 30 m
    found = map_of(heads, frozenset(heads))
    assert found is not None
    assert [photo.overlap for photo in found.photos] == [1, 2, 2, 2, 1]
    assert found.gsd_m == pytest.approx(0.01)
    assert found.east_m - found.west_m == pytest.approx(88, abs=0.1)
    assert found.north_m - found.south_m == pytest.approx(30, abs=0.1)


def test_photos_left_out_cover_nothing_and_stay_on_the_map() -> None:
    heads = {
        f"p{index}": at(0, 0, yaw_deg=0.0, height_above_start_m=40.0, focal_px=4000.0, width=4000, height=3000)
        for index in range(4)
    }
    found = map_of(heads, frozenset({"p0", "p1"}))
    assert found is not None
    assert len(found.photos) == 4
    assert found.coverage is not None
    assert max(found.coverage.counts) == 2
    assert [photo.overlap for photo in found.photos] == [1, 1, 2, 2]


def test_far_photos_do_not_stretch_the_map() -> None:
    found = map_of({**block(), "far": at(50_000, 0)}, frozenset())
    assert found is not None
    assert found.east_m - found.west_m == pytest.approx(40, abs=0.1)
    assert [path for path, _ in found.far] == ["far"]


CORNER = st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4))


@given(st.lists(st.tuples(CORNER, CORNER, CORNER, CORNER), max_size=5))
@example([((0.0, 0.0), (0.0, 0.0), (0.0, 0.0), (0.0, 2.2250738585072014e-308))])  # an extent that is none
def test_any_shapes_are_counted_within_the_grid(shapes: list[tuple[tuple[float, float], ...]]) -> None:
    grid = coverage_of(shapes)  # type: ignore[arg-type]
    if grid is not None:
        assert len(grid.counts) == grid.columns * grid.rows
        assert max(grid.counts, default=0) <= len(shapes)
        assert count_at(grid, (grid.west_m - 1, grid.south_m - 1)) == 0
