"""Names of prepared photos: safe, unique everywhere, and always the same."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.engine.photos.image_names import image_names, is_inside, is_text

LONG = "ü" * 120 + ".heic"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a.jpg", "a.jpg"),
        ("A.JPG", "A.JPG"),
        ("a.jpeg", "a.jpeg"),
        ("sub dir/Übersicht 1.JPG", "sub dir/Übersicht 1.JPG"),
        ("a.heic", "a.heic.jpg"),
        ("a.dng", "a.dng.jpg"),
        ("noextension", "noextension.jpg"),
        ("a\nb.jpg", "a_b.jpg"),
        (" a.jpg ", "a.jpg"),
        ("12:30 really?.jpg", "12_30 really_.jpg"),
        ("trip./..jpg", "trip/..jpg"),
    ],
)
def test_name(path: str, name: str) -> None:
    assert image_names([path]) == {path: name}


def test_names_that_differ_by_case_or_unicode_form_only_are_told_apart() -> None:
    composed, decomposed = unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "é.jpg")
    assert image_names(["a.jpg", "A.JPG", composed, decomposed]) == {
        "a.jpg": "a.jpg",
        "A.JPG": "A~2.JPG",
        composed: composed,
        decomposed: f"{decomposed[:-4]}~2.jpg",
    }


def test_a_prepared_name_that_is_taken_by_another_photo() -> None:
    assert image_names(["a.heic", "a.heic.jpg"]) == {"a.heic": "a.heic.jpg", "a.heic.jpg": "a.heic~2.jpg"}


def test_long_parts_leave_room_for_what_later_stages_append() -> None:
    (name,) = image_names([f"{LONG}/{LONG}"]).values()
    assert all(len(part.encode()) <= 200 for part in name.split("/"))
    assert name.endswith(".heic.jpg")
    first, second = image_names([LONG, LONG.replace(".heic", "x.heic")]).values()
    assert first != second


@given(st.lists(st.text(min_size=1), unique=True, max_size=8))
def test_names_are_unique_and_stable(paths: list[str]) -> None:
    names = image_names(paths)
    folded = [unicodedata.normalize("NFC", name.casefold()) for name in names.values()]
    assert list(names) == paths
    assert len(set(folded)) == len(paths)
    assert names == image_names(paths)
    assert all(is_text(name) and is_inside(name) for name in names.values())


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("a/b.jpg", True),
        ("../a.jpg", False),
        ("a/../../b.jpg", False),
        ("/etc/passwd", False),
        ("", False),
        ("12:30.jpg", True),
        ("a\\..\\..\\b.jpg", False),
        ("...jpg", True),
    ],
)
def test_inside(path: str, inside: bool) -> None:
    assert is_inside(path) is inside


def test_text() -> None:
    assert is_text("日本語.jpg")
    assert not is_text("caf\udce9.jpg")
