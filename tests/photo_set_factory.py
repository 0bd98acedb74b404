"""Photo sets for tests of the Photos page, and a service that shows what it is given and remembers what it was told."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fakes.photo_sets import a_head
from tiepoint.domain.capture import Drop
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue
from tiepoint.domain.photo_mapping import map_of
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_reading import PhotoHead, PhotoQuality
from tiepoint.domain.photo_set import (
    PhotoChoice,
    PhotoSet,
    PhotoSetId,
    PhotoSetsSnapshot,
    SetCounts,
    SetFacts,
    SetPhoto,
    SetProgress,
    SetSummary,
    drop_of,
)
from tiepoint.services.event import Event

T0 = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
QUALITY = PhotoQuality("0" * 32, "0" * 64, 0.12, 120.0, 10.0, 240.0, bytes(range(192)))
BLURRED = PhotoIssue(IssueKind.BLURRED, "Sharpness 112, usual 2255.", "Leave it out.")
DUPLICATE = PhotoIssue(IssueKind.DUPLICATE, "The same as b.jpg.")
MISSING = PhotoIssue(IssueKind.MISSING, "It is no longer where it was.", "Put it back.", IssueSeverity.ERROR)


def a_located_head(number: int = 0) -> PhotoHead:
    """Return the head of a photo of a flight in rows of ten."""
    return a_head(
        lat=46.84 + number // 10 * 0.0002,
        lon=-91.99 + number % 10 * 0.0003,
        yaw_deg=0.0,
        pitch_deg=-90.0,
        height_above_start_m=60.0,
        taken_utc=f"2016-06-23T16:{number // 60 % 60:02d}:{number % 60:02d}Z",
    )


def a_photo(name: str = "a.jpg", number: int = 0, **changes: Any) -> SetPhoto:
    """Return a checked photo with a position."""
    usual: dict[str, Any] = {"head": a_located_head(number), "quality": QUALITY, "is_checked": True}
    return SetPhoto(name, Path("/card") / name, 4_000_000 + number, 1, **{**usual, **changes})


def photos(count: int) -> tuple[SetPhoto, ...]:
    """Return so many photos."""
    return tuple(a_photo(f"IMG_{number:05d}.JPG", number) for number in range(count))


def counts_of(shown: Sequence[SetPhoto]) -> SetCounts:
    """Count photos as the service does."""
    issues = Counter(issue.kind for photo in shown for issue in photo.issues)
    return SetCounts(
        photos=len(shown),
        included=sum(photo.is_included for photo in shown),
        listed=sum(photo.head is not None or photo.is_unusable for photo in shown),
        checked=sum(photo.is_checked for photo in shown),
        located=sum(photo.head is not None and photo.head.has_position for photo in shown),
        suggested=sum(photo.is_suggested_out for photo in shown),
        size_bytes=sum(photo.size for photo in shown if photo.is_included),
        issues=dict(issues),
    )


def a_set(shown: Sequence[SetPhoto], **changes: Any) -> PhotoSet:
    """Return a set of photos with its map."""
    heads = {photo.path: photo.head for photo in shown if photo.head}
    facts = SetFacts((("DJI FC300S", len(shown)),), usual_sharpness=1200)
    if heads and "facts" not in changes:
        included = frozenset(photo.path for photo in shown if photo.is_included)
        facts = dataclasses.replace(facts, map=map_of(heads, included))
    usual: dict[str, Any] = {
        "id": PhotoSetId("set-1"),
        "name": "Brighton",
        "created": T0,
        "photos": tuple(shown),
        "counts": counts_of(shown),
        "facts": facts,
    }
    return PhotoSet(**{**usual, **changes})


class ToldPictures:
    """Stands in for `services.photo_pictures.PhotoPictures`; remembers what was asked for."""

    def __init__(self) -> None:
        self.arrived: Event[PhotoPicture] = Event()
        self.asked: list[tuple[str, ...]] = []
        self.previews: list[str] = []

    def show(self, photos: Sequence[SetPhoto], longest_px: int = 256) -> None:
        self.asked.append(tuple(photo.path for photo in photos))

    async def preview(self, photo: SetPhoto, longest_px: int = 1600) -> PhotoPicture:
        self.previews.append(photo.path)
        return PhotoPicture(photo.path, 2, 1, b"abcdef", longest_px)


class ToldPhotoSets:
    """Stands in for `services.photo_sets.PhotoSets`: shows what a test puts, applies choices, remembers calls."""

    def __init__(self, current: PhotoSet | None = None) -> None:
        self.changed: Event[PhotoSetsSnapshot] = Event()
        self.pictures = ToldPictures()
        self.snapshot = PhotoSetsSnapshot(current=current, is_loaded=True)
        self.calls: list[tuple[str, Any]] = []
        self.alone: tuple[SetSummary, ...] = ()

    def put(self, current: PhotoSet | None, **changes: Any) -> None:
        """Show another snapshot."""
        self.snapshot = dataclasses.replace(self.snapshot, current=current, **changes)
        self.changed.emit(self.snapshot)

    def add(self, paths: Sequence[Path], *, into_new: bool = False) -> None:
        self.calls.append(("add", (tuple(paths), into_new)))

    def exclude(self, paths: Iterable[str]) -> None:
        self._choose("exclude", paths, PhotoChoice.EXCLUDE)

    def include(self, paths: Iterable[str]) -> None:
        self._choose("include", paths, PhotoChoice.INCLUDE)

    def remove(self, paths: Iterable[str]) -> None:
        gone = tuple(paths)
        self.calls.append(("remove", gone))
        current = self.snapshot.current
        assert current is not None
        self.put(a_set([photo for photo in current.photos if photo.path not in gone], undo="Remove"))

    def relocate(self, paths: Iterable[str], folder: Path) -> None:
        self.calls.append(("relocate", (tuple(paths), folder)))

    def accept_suggestions(self) -> None:
        self.calls.append(("accept_suggestions", ()))

    def undo(self) -> None:
        self.calls.append(("undo", ()))

    def redo(self) -> None:
        self.calls.append(("redo", ()))

    def refresh(self) -> None:
        self.calls.append(("refresh", ()))

    def cancel(self) -> None:
        self.calls.append(("cancel", ()))

    def resume(self) -> None:
        self.calls.append(("resume", ()))

    def rename(self, name: str) -> None:
        self.calls.append(("rename", name))

    def choose(self, set_id: str) -> None:
        self.calls.append(("choose", set_id))

    def forget(self, set_id: str) -> None:
        self.calls.append(("forget", set_id))

    async def captures_alone(self) -> tuple[SetSummary, ...]:
        return self.alone

    async def open_capture(self, capture_id: str) -> None:
        self.calls.append(("open_capture", capture_id))

    def open_sample(self) -> None:
        self.calls.append(("open_sample", ()))

    def check_first(self, paths: Sequence[str]) -> None:
        self.calls.append(("check_first", tuple(paths)))

    def drop_for_job(self) -> Drop:
        assert self.snapshot.current is not None
        return drop_of(self.snapshot.current)

    def told(self, name: str) -> list[Any]:
        """Return what a call was made with, each time."""
        return [what for call, what in self.calls if call == name]

    def _choose(self, name: str, paths: Iterable[str], choice: PhotoChoice) -> None:
        chosen = tuple(paths)
        self.calls.append((name, chosen))
        current = self.snapshot.current
        assert current is not None
        changed = [
            dataclasses.replace(photo, choice=choice) if photo.path in chosen else photo for photo in current.photos
        ]
        self.put(a_set(changed, undo="Leave out"))


def a_summary(name: str = "Older", count: int = 9) -> SetSummary:
    """Return another set of the list."""
    return SetSummary(PhotoSetId(name.lower()), name, T0, count, count)


def working(shown: Sequence[SetPhoto], phase: Any, done: int, total: int | None) -> PhotoSet:
    """Return a set that is being worked on."""
    return a_set(shown, progress=SetProgress(phase, done, total))


TROUBLE = Failure("engine", "The engine could not be started.", "Run the doctor.")
