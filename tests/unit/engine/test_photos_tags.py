"""Tags, positions, times, focal lengths and camera names, whatever a file holds in their place."""

from __future__ import annotations

import io
import math
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

import photo_factory as factory
from photo_factory import ASCII, BYTE, RATIONAL, SHORT, UNDEFINED
from tiepoint.engine.photos.cameras import camera_of
from tiepoint.engine.photos.capture_time import taken_utc_of
from tiepoint.engine.photos.focal_length import focal_length_of
from tiepoint.engine.photos.positions import Position, position_of
from tiepoint.engine.photos.sensors import SENSOR_WIDTH_MM, sensor_width_mm
from tiepoint.engine.photos.tags import ExifTags, number, numbers, orientation_of, tags_of, text

NAN = IFDRational(0, 0)
anything = st.recursive(
    st.none() | st.integers() | st.floats() | st.text() | st.binary() | st.just(NAN),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=5,
)
tag_blocks = st.dictionaries(
    st.integers(0, 0xFFFF)
    | st.sampled_from([*range(32), 0x110, 0x112, 0x9003, 0x920A, 0xA405, 0xA20E, 0xA210, 0xA002]),
    anything,
)


def tags(**options: Any) -> ExifTags:
    content = factory.jpeg_bytes(exif_block=factory.exif(**options))
    with Image.open(io.BytesIO(content)) as image:
        return tags_of(image.getexif())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("NIKON D3200", "NIKON D3200"),
        (b"DJI\0\0\0junk", "DJI"),
        ("a\x1b[31mb\ncd", "a [31mb cd"),
        ("  a   b  ", "a b"),
        ("x" * 500, "x" * 80),
        ("\u202eevil", "evil"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (12, ""),
        (None, ""),
        (("a",), ""),
    ],
)
def test_text_is_printable(value: Any, expected: str) -> None:
    assert text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1.5, 1.5),
        ((2,), 2.0),
        (NAN, None),
        (math.inf, None),
        ("3", None),
        (b"3", None),
        ((1, 2), None),
        (None, None),
        (IFDRational(7, 2), 3.5),
        (IFDRational(7, 0), None),
        (10**400, None),
    ],
)
def test_number_is_finite_or_none(value: Any, expected: float | None) -> None:
    assert number(value) == expected


def test_numbers_needs_every_part() -> None:
    assert numbers((1, 2, 3), 3) == (1.0, 2.0, 3.0)
    assert numbers((1, NAN, 3), 3) is None
    assert numbers((1, 2), 3) is None


@pytest.mark.parametrize(("value", "expected"), [(6, 6), (0, 1), (9, 1), ("6", 1), (None, 1), (NAN, 1), (6.5, 1)])
def test_orientation_is_1_to_8(value: Any, expected: int) -> None:
    assert orientation_of(ExifTags(main={0x0112: value})) == expected


def test_position_as_a_drone_writes_it() -> None:
    found = position_of(tags(gps=factory.gps(46.842607, -91.99456, 198.309)).gps)
    assert found.lat == pytest.approx(46.842607, abs=1e-8)
    assert found.lon == pytest.approx(-91.99456, abs=1e-8)
    assert found.alt == pytest.approx(198.309)
    assert not found.note


def test_height_below_the_sea() -> None:
    assert position_of(tags(gps=factory.gps(31.5, 35.5, -430.0)).gps).alt == pytest.approx(-430.0)


DMS = (RATIONAL, [(46, 1), (50, 1), (33, 1)])


@pytest.mark.parametrize(
    ("gps", "note"),
    [
        ({}, ""),
        ({1: (ASCII, b"N\0"), 2: (RATIONAL, [(0, 0), (0, 0), (0, 0)]), 3: (ASCII, b"E\0"), 4: DMS}, "gps-broken"),
        ({1: (ASCII, b"N\0"), 2: (RATIONAL, [(91, 1), (0, 1), (0, 1)]), 3: (ASCII, b"E\0"), 4: DMS}, "gps-broken"),
        ({1: (ASCII, b"N\0"), 2: DMS, 3: (ASCII, b"E\0"), 4: (RATIONAL, [(181, 1), (0, 1), (0, 1)])}, "gps-broken"),
        ({1: (ASCII, b"X\0"), 2: DMS, 3: (ASCII, b"E\0"), 4: DMS}, "gps-broken"),
        ({2: DMS, 4: DMS}, "gps-broken"),
        ({1: (ASCII, b"N\0"), 2: DMS}, "gps-broken"),
        ({1: (ASCII, b"N\0"), 2: (RATIONAL, [(46, 1)]), 3: (ASCII, b"E\0"), 4: DMS}, "gps-broken"),
        ({1: (ASCII, b"N\0"), 2: (ASCII, b"46 N\0"), 3: (ASCII, b"E\0"), 4: DMS}, "gps-broken"),
        (factory.gps(0.0, 0.0), "gps-zero"),
    ],
)
def test_no_position_is_made_up(gps: dict[int, factory.Value], note: str) -> None:
    found = position_of(tags(gps=gps).gps) if gps else position_of({})
    assert found == Position(note=note)


def test_a_height_of_zero_over_zero_leaves_the_position() -> None:
    block = {**factory.gps(10.0, 20.0), 6: (RATIONAL, [(0, 0)])}
    found = position_of(tags(gps=block).gps)
    assert (found.lat, found.alt) == (pytest.approx(10.0), None)


@pytest.mark.parametrize(
    ("taken", "zone", "expected"),
    [
        (b"2016:06:23 16:31:59", None, "2016-06-23T16:31:59Z"),
        (b"2016-06-23 16:31:59", None, "2016-06-23T16:31:59Z"),
        (b"2016:06:23 16:31:59", b"+02:00", "2016-06-23T14:31:59Z"),
        (b"2016:06:23 23:31:59", b"-05:30", "2016-06-24T05:01:59Z"),
        (b"2016:06:23 16:31:59", b"nonsense", "2016-06-23T16:31:59Z"),
        (b"0000:00:00 00:00:00", None, None),
        (b"    :  :     :  :  ", None, None),
        (b"2016:13:45 99:99:99", None, None),
        (b"\x01\x02", None, None),
    ],
)
def test_time_of_the_camera(taken: bytes, zone: bytes | None, expected: str | None) -> None:
    photo = {0x9011: (ASCII, zone + b"\0")} if zone else {}
    assert taken_utc_of(tags(taken=taken, photo=photo)) == expected


def test_time_of_the_receiver_comes_first() -> None:
    gps = {**factory.gps(1, 2), 7: (RATIONAL, [(14, 1), (3, 1), (59, 1)]), 29: (ASCII, b"2020:02:29\0")}
    assert taken_utc_of(tags(taken=b"2016:06:23 16:31:59", gps=gps)) == "2020-02-29T14:03:59Z"


def test_broken_time_of_the_receiver_is_passed_over() -> None:
    gps = {**factory.gps(1, 2), 7: (RATIONAL, [(99, 1), (3, 0), (59, 1)]), 29: (ASCII, b"2020:02:29\0")}
    assert taken_utc_of(tags(taken=b"2016:06:23 16:31:59", gps=gps)) == "2016-06-23T16:31:59Z"


@pytest.mark.parametrize(
    ("options", "size", "focal_px", "source"),
    [
        ({"focal_35": 36}, (6000, 4000), 6000.0, "exif35"),
        ({"focal_35": 20}, (4000, 2250), 2311.251, "exif35"),  # 16:9 cut from a 4:3 sensor
        ({"focal_35": 26}, (3024, 4032), 3028.6, "exif35"),
        (
            {
                "focal_mm": (24, 1),
                "photo": {0xA20E: (RATIONAL, [(600_000, 236)]), 0xA210: (SHORT, [3]), 0xA002: (SHORT, [6000])},
            },
            (3000, 2000),
            3050.8,
            "exif+sensor",
        ),
        ({"focal_mm": (40, 1), "model": b"NIKON D3200"}, (3008, 2000), 5186.2, "database"),
        ({"focal_mm": (361, 100), "model": b"FC300S"}, (4000, 2250), 2340.4, "database"),
        ({"focal_mm": (40, 1), "model": b"Unheard of"}, (3000, 2000), 3600.0, "estimated"),
        ({"focal_mm": (0, 1), "focal_35": 0, "model": b"NIKON D3200"}, (3000, 2000), 3600.0, "estimated"),
        ({"focal_mm": (1, 0), "photo": {0xA20E: (RATIONAL, [(0, 0)])}}, (3000, 2000), 3600.0, "estimated"),
        ({"focal_35": 65535}, (3000, 2000), 3600.0, "estimated"),
        ({}, (2000, 3000), 3600.0, "estimated"),
    ],
)
def test_focal_length(options: dict[str, Any], size: tuple[int, int], focal_px: float, source: str) -> None:
    found, said = focal_length_of(tags(model=options.pop("model", b"x"), **options), *size)
    assert said == source
    assert found == pytest.approx(focal_px, rel=1e-3)


def test_sensor_table() -> None:
    assert sensor_width_mm("nikon  d3200") == 23.2
    assert sensor_width_mm("NIKON D3") == 36.0 or sensor_width_mm("NIKON D3200") == 23.2
    assert sensor_width_mm("Canon EOS 5D Mark III") == 36.0
    assert sensor_width_mm("") is None
    assert all(3.0 < width < 60.0 for width in SENSOR_WIDTH_MM.values())


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"make": b"NIKON CORPORATION", "model": b"NIKON D3200", "focal_mm": (40, 1)}, "NIKON D3200 40mm@160x120"),
        ({"make": b"DJI\0\0\0", "model": b"FC300S\0\0", "focal_mm": (361, 100)}, "DJI FC300S 3.61mm@160x120"),
        ({"model": b"iPhone 7", "photo": {0xA434: (ASCII, b"back camera\0")}}, "iPhone 7 back camera@160x120"),
        ({"make": b"Acme"}, "Acme@160x120"),
        ({"make": b" \0", "model": b"\x01\x02"}, None),
        ({"focal_mm": (40, 1)}, None),
    ],
)
def test_camera_name(options: dict[str, Any], expected: str | None) -> None:
    assert camera_of(tags(**options), 160, 120) == expected


@given(main=tag_blocks, photo=tag_blocks, gps=tag_blocks)
def test_nothing_in_a_tag_can_raise(main: dict[int, Any], photo: dict[int, Any], gps: dict[int, Any]) -> None:
    block = ExifTags(main, photo, gps)
    orientation_of(block)
    taken_utc_of(block)
    camera_of(block, 100, 100)
    focal, _ = focal_length_of(block, 100, 100)
    found = position_of(block.gps)
    assert math.isfinite(focal)
    assert found.lat is None or abs(found.lat) <= 90
    assert found.alt is None or math.isfinite(found.alt)


def test_a_directory_that_cannot_be_read_is_noted() -> None:
    broken = bytearray(factory.exif(make=b"A", gps={7: (UNDEFINED, b"\0" * 40), 5: (BYTE, [1])}))
    pointer = broken.index(b"\x25\x88")
    broken[pointer + 8 : pointer + 12] = b"\xff\xff\xff\x7f"
    with warnings.catch_warnings(), Image.open(io.BytesIO(factory.jpeg_bytes(exif_block=bytes(broken)))) as image:
        warnings.simplefilter("ignore")
        found = tags_of(image.getexif())
    assert text(found.main[0x010F]) == "A"
    assert not found.gps or found.is_broken
