"""Rules about photos and drops: names, collisions, how many are enough, what is said of the rest."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.capture import NO_PHOTO, Drop, DroppedPhoto, SkippedFile, require_enough, skipped_warnings
from tiepoint.domain.errors import InputError
from tiepoint.domain.photo import colliding_pair, is_photo_name, is_system_name


@pytest.mark.parametrize(
    ("name", "is_photo"),
    [
        ("a.jpg", True),
        ("A.JPEG", True),
        ("b.HEIC", True),
        ("c.dng", True),
        ("d.txt", False),
        ("jpg", False),
        ("", False),
    ],
)
def test_photo_names(name: str, is_photo: bool) -> None:
    assert is_photo_name(name) is is_photo


@pytest.mark.parametrize(
    ("name", "is_system"),
    [("Thumbs.db", True), (".DS_Store", True), ("._a.jpg", True), ("__MACOSX", True), ("a.jpg", False)],
)
def test_system_names(name: str, is_system: bool) -> None:
    assert is_system_name(name) is is_system


@pytest.mark.parametrize(
    ("paths", "pair"),
    [
        (["a.jpg", "b.jpg"], None),
        (["a.jpg", "x/a.jpg"], None),
        (["a.jpg", "A.JPG"], ("a.jpg", "A.JPG")),
        (["Straße.jpg", "STRASSE.jpg"], ("Straße.jpg", "STRASSE.jpg")),
    ],
)
def test_collisions(paths: list[str], pair: tuple[str, str] | None) -> None:
    assert colliding_pair(paths) == pair


@given(st.text(min_size=1))
def test_both_forms_of_a_name_collide(name: str) -> None:
    one, other = unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)
    assert colliding_pair([one, other]) == (one, other)


@pytest.mark.parametrize(("count", "said"), [(0, "no photo"), (1, "only one photo"), (2, "only two photos")])
def test_too_few_photos_are_refused(count: int, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        require_enough([None] * count, [SkippedFile("a.txt", NO_PHOTO)])
    assert ("among" in refused.value.summary) is (count > 0)
    assert refused.value.remedy


def test_three_photos_are_enough() -> None:
    require_enough([1, 2, 3])


def test_files_that_are_no_photos_are_said_in_one_sentence() -> None:
    skipped = [SkippedFile(f"{number}.txt", NO_PHOTO) for number in range(7)]
    warnings = skipped_warnings([*skipped, SkippedFile("up", "a link leads back")])
    assert [warning.summary for warning in warnings] == [
        "7 files that are no photos were left out: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and others.",
        "up was left out: a link leads back.",
    ]
    assert skipped_warnings(skipped[:1])[0].summary == "One file that is no photo was left out: 0.txt."
    assert skipped_warnings([]) == ()


def test_a_drop_knows_its_size() -> None:
    assert Drop("d", (DroppedPhoto(Path("a"), "a", 5, 0), DroppedPhoto(Path("b"), "b", 6, 0))).size_bytes == 11
