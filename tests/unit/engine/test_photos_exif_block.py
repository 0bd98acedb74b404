"""The quick reader of EXIF blocks agrees with the general one, or leaves the block to it."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import photo_factory as make
from tiepoint.engine.photos.exif_block import quick_tags
from tiepoint.engine.photos.tags import number, numbers, tags_of, text

FULL = make.exif(
    orientation=6,
    make=b"DJI",
    model=b"FC300S\0 junk",
    taken=b"2016:06:23 16:31:59",
    focal_mm=(361, 100),
    focal_35=20,
    gps=make.gps(-46.84, -91.99, -3.0),
    photo={0x829A: (make.RATIONAL, [(1, 0)]), 0x8827: (make.SHORT, [100, 200]), 0x927C: (make.UNDEFINED, b"x" * 900)},
)


def plain(tags: Mapping[int, Any]) -> dict[int, object]:
    """Values as the rules see them."""
    seen: dict[int, object] = {}
    for tag, value in tags.items():
        one = number(value)
        several = numbers(value, 3) or numbers(value, 2)
        seen[tag] = (
            text(value),
            None if one is None else round(one, 9),
            several and [round(each, 9) for each in several],
        )
    return seen


def both(content: bytes) -> None:
    with Image.open(io.BytesIO(content)) as image:
        quick, general = quick_tags(image.info), tags_of(image.getexif())
    assert quick is not None
    assert plain(quick.photo) == plain(general.photo)
    assert plain(quick.gps) == plain(general.gps)
    assert plain(quick.main) == plain(general.main)


def test_a_whole_block_is_read_alike() -> None:
    both(make.jpeg_bytes(exif_block=FULL))


def test_a_division_by_zero_is_no_number() -> None:
    with Image.open(io.BytesIO(make.jpeg_bytes(exif_block=FULL))) as image:
        tags = quick_tags(image.info)
    assert tags is not None
    assert math.isnan(tags.photo[0x829A])
    assert number(tags.photo[0x829A]) is None


@pytest.mark.parametrize("cut", [6, 10, 20, 60, 120, 200])
def test_a_block_cut_short_is_left_to_the_general_reader(cut: int) -> None:
    assert quick_tags({"exif": FULL[:cut]}) is None


def test_an_orientation_in_the_xmp_packet_is_left_to_the_general_reader() -> None:
    assert quick_tags({"exif": make.exif(make=b"DJI"), "xmp": b'tiff:Orientation="6"'}) is None
    assert quick_tags({}) is None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_left(junk: bytes) -> None:
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08"):
        quick_tags({"exif": b"Exif\0\0" + head + junk})


@pytest.mark.shared
@pytest.mark.parametrize("name", ["banana/DSC_0423.JPG", "brighton/DJI_0018.JPG"])
def test_real_photos_are_read_alike(shared_photos: Path, name: str) -> None:
    both((shared_photos / name).read_bytes())
