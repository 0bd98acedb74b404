"""Which photos are shown and in what order: filter, search and sorting, worked off in slices.

A generator yields after every slice, so that ten thousand photos never hold up the loop. Must not know Qt. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from tiepoint.domain.photo_issue import IssueKind, IssueSeverity
from tiepoint.domain.photo_set import SetPhoto

SLICE: Final = 250
"""Photos looked at before the loop gets its turn: about a millisecond."""


class Column(StrEnum):
    """What photos can be sorted by; `RANK` puts the ones with problems first."""

    RANK = "rank"
    NAME = "name"
    ISSUES = "issues"
    SHARPNESS = "sharpness"
    SIZE = "size"
    CAMERA = "camera"
    TAKEN = "taken"
    POSITION = "position"


ALL: Final = "all"
SHARP: Final = "sharp"
LEFT_OUT: Final = "left-out"
SUGGESTED: Final = "suggested"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to see.

    Args:
        group: `all`, `sharp`, `left-out`, `suggested` or the value of an `IssueKind`.
        words: All of them must be in the path, the camera or an issue's word.
        column: Sorted by this.
        is_descending: From the end.
    """

    group: str = ALL
    words: str = ""
    column: Column = Column.RANK
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be shown.

    Args:
        photos: In order.
        sharp: How many photos of the whole set are sharp.
        pixels: Of all included photos together whose size is known.
        sized: How many those are.
        left_out: Paths of the photos of the whole set that a job would not use.
    """

    photos: tuple[SetPhoto, ...] = ()
    sharp: int = 0
    pixels: int = 0
    sized: int = 0
    left_out: frozenset[str] = frozenset()

    @property
    def megapixels(self) -> float:
        """Of one included photo on average; 0 when unknown."""
        return self.pixels / self.sized / 1e6 if self.sized else 0.0


def is_sharp(photo: SetPhoto) -> bool:
    """Say whether a photo was judged and is neither blurred nor soft."""
    return photo.quality is not None and not any(issue.kind in _NOT_SHARP for issue in photo.issues)


def in_order(photos: Sequence[SetPhoto], wanted: Wanted, *, step: int = SLICE) -> Generator[None, None, Shown]:
    """Work out what is shown; yields after every slice.

    Args:
        photos: All photos of the set, by path.
        wanted: Filter, search, sorting.
        step: Photos in a slice.

    Returns:
        What is shown, as the generator's value.
    """
    belongs, fits, key = _group(wanted.group), _search(wanted.words), _KEYS[wanted.column]
    found: list[tuple[Any, int, SetPhoto]] = []
    sharp = pixels = sized = 0
    left_out: set[str] = set()
    for start in range(0, len(photos), step):
        for place, photo in enumerate(photos[start : start + step], start=start):
            sharp += is_sharp(photo)
            if not photo.is_included:
                left_out.add(photo.path)
            elif photo.head is not None:
                pixels += photo.head.width * photo.head.height
                sized += 1
            if belongs(photo) and fits(photo):
                found.append((key(photo), place, photo))
        yield
    found.sort(key=lambda each: each[:2], reverse=wanted.is_descending)
    return Shown(tuple(each[2] for each in found), sharp, pixels, sized, frozenset(left_out))


def run_through(steps: Generator[None, None, Shown]) -> Shown:
    """Do all slices at once; for small sets and tests."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            value: Shown = end.value
            return value


def _group(group: str) -> Callable[[SetPhoto], bool]:
    if group in _GROUPS:
        return _GROUPS[group]
    kind = IssueKind(group)
    return lambda photo: photo.has(kind)


def _search(words: str) -> Callable[[SetPhoto], bool]:
    parts = words.casefold().split()
    if not parts:
        return lambda photo: True
    return lambda photo: all(part in _searched(photo) for part in parts)


def _searched(photo: SetPhoto) -> str:
    body = photo.head.body if photo.head and photo.head.body else ""
    return f"{photo.path} {body} {' '.join(issue.word for issue in photo.issues)}".casefold()


def _rank(photo: SetPhoto) -> int:
    worst = photo.worst
    if worst is None or worst.severity is IssueSeverity.INFO:
        return len(_RANKS)
    return _RANKS[worst.kind]


def _position(photo: SetPhoto) -> tuple[int, float, float]:
    head = photo.head
    if head is None or head.lat is None or head.lon is None:
        return 1, 0.0, 0.0
    return 0, head.lat, head.lon


_NOT_SHARP: Final = frozenset({IssueKind.BLURRED, IssueKind.SOFT})
_RANKS: Final = {kind: place for place, kind in enumerate(IssueKind)}
_GROUPS: Final[Mapping[str, Callable[[SetPhoto], bool]]] = MappingProxyType(
    {
        ALL: lambda photo: True,
        SHARP: is_sharp,
        LEFT_OUT: lambda photo: not photo.is_included,
        SUGGESTED: lambda photo: photo.is_suggested_out,
    }
)
_KEYS: Final[Mapping[Column, Callable[[SetPhoto], Any]]] = MappingProxyType(
    {
        Column.RANK: _rank,
        Column.NAME: lambda photo: photo.name.casefold(),
        Column.ISSUES: _rank,
        Column.SHARPNESS: lambda photo: photo.quality.sharpness if photo.quality else -1.0,
        Column.SIZE: lambda photo: photo.size,
        Column.CAMERA: lambda photo: (photo.head.body or "").casefold() if photo.head else "",
        Column.TAKEN: lambda photo: (photo.head.taken_utc or "") if photo.head else "",
        Column.POSITION: _position,
    }
)
