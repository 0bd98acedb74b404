"""Filter, search and sorting, and that they come in slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from photo_set_factory import BLURRED, DUPLICATE, MISSING, a_photo, photos
from tiepoint.domain.photo_set import PhotoChoice, SetPhoto
from tiepoint.ui.viewmodels.photos_order import SLICE, Column, Wanted, in_order, run_through

SOME = (
    a_photo("a.jpg", 3),
    a_photo("b.jpg", 1, issues=(BLURRED,)),
    a_photo("c.jpg", 2, choice=PhotoChoice.EXCLUDE),
    a_photo("d.jpg", 0, issues=(DUPLICATE,)),
    a_photo("e.jpg", 4, issues=(MISSING,), head=None, quality=None),
)


def shown(wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008  frozen
    return [photo.path for photo in run_through(in_order(SOME, wanted)).photos]


def test_problems_come_first_and_a_choice_moves_nothing() -> None:
    assert shown() == ["e.jpg", "d.jpg", "b.jpg", "a.jpg", "c.jpg"]


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ("sharp", {"a.jpg", "c.jpg", "d.jpg"}),
        ("left-out", {"c.jpg", "d.jpg", "e.jpg"}),
        ("suggested", {"b.jpg"}),
        ("blurred", {"b.jpg"}),
        ("soft", set()),
    ],
)
def test_groups(group: str, expected: set[str]) -> None:
    assert set(shown(Wanted(group=group))) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [("B.JPG", ["b.jpg"]), ("fc300s blur", ["b.jpg"]), ("missing", ["e.jpg"]), ("zzz", [])]
)
def test_search_looks_at_names_cameras_and_issues(words: str, expected: list[str]) -> None:
    assert shown(Wanted(words=words)) == expected


@pytest.mark.parametrize("column", list(Column))
def test_every_column_sorts_both_ways(column: Column) -> None:
    up, down = shown(Wanted(column=column)), shown(Wanted(column=column, is_descending=True))
    assert sorted(up) == [photo.path for photo in SOME]
    assert down == list(reversed(up))


def test_size_sorts_by_bytes() -> None:
    assert shown(Wanted(column=Column.SIZE)) == ["d.jpg", "b.jpg", "c.jpg", "a.jpg", "e.jpg"]


def test_totals_are_of_the_whole_set() -> None:
    found = run_through(in_order(SOME, Wanted(group="blurred")))
    assert found.sharp == 3
    assert found.sized == 2
    assert found.megapixels == pytest.approx(12.0)
    assert found.left_out == {"c.jpg", "d.jpg", "e.jpg"}


class Counted(Sequence[SetPhoto]):
    """Photos that remember how many were looked at."""

    def __init__(self, all_of_them: tuple[SetPhoto, ...]) -> None:
        self._photos = all_of_them
        self.looked_at = 0

    def __len__(self) -> int:
        return len(self._photos)

    def __getitem__(self, place: Any) -> Any:
        found = self._photos[place]
        self.looked_at += len(found) if isinstance(place, slice) else 1
        return found


def test_five_thousand_photos_are_looked_at_in_slices() -> None:
    counted = Counted(photos(5000))
    steps, most, before = in_order(counted, Wanted(words="IMG")), 0, 0
    turns = 0
    for _ in steps:
        most = max(most, counted.looked_at - before)
        before = counted.looked_at
        turns += 1
    assert most <= SLICE
    assert turns == -(-5000 // SLICE)
    assert counted.looked_at == 5000
