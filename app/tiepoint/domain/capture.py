"""Captures: a named set of photos of one thing, and what a drop of files amounts to.

Must not touch the disk: `ports.capture_store` does. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry

SCHEMA_VERSION: Final = 1
NO_PHOTO: Final = "it is no photo"
CANNOT_BE_READ: Final = "cannot be read"
"""Part of every reason that hides what a disk or card holds."""
EXCLUDED: Final = "it was left out by choice"
_MOST_NAMED: Final = 5
FEWEST_PHOTOS: Final = 3
"""Depth needs two other views of every point (the engine's own trials: three photos gave a model, two never did)."""


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture as its manifest `capture.json` describes it.

    Args:
        id: `YYYYMMDD-slug-6hex`, also the name of its folder.
        name: What people call it.
        created: When it was made, UTC.
        photos: Its photos by path.
        folder: Where it lies; not part of the manifest.
        crs: Coordinate system the products are wanted in; None = local.
    """

    id: CaptureId
    name: str
    created: datetime
    photos: tuple[PhotoEntry, ...]
    folder: Path
    crs: str | None = None

    @property
    def size_bytes(self) -> int:
        """Bytes of all photos."""
        return sum(photo.size for photo in self.photos)


@dataclass(frozen=True, slots=True)
class DroppedPhoto:
    """A photo file somebody gave: where it lies, its path inside the capture, and its stat."""

    source: Path
    path: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """Something in a drop that is not taken, with the reason as a short plain text."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drop:
    """What a list of files and folders amounts to.

    Args:
        name: Name for the capture when nobody gives one.
        photos: The photos, sorted by path.
        skipped: Files that are no photos, loops and unreadable folders. Hidden and system files are not even listed.
    """

    name: str
    photos: tuple[DroppedPhoto, ...]
    skipped: tuple[SkippedFile, ...] = ()

    @property
    def size_bytes(self) -> int:
        """Bytes of all photos."""
        return sum(photo.size for photo in self.photos)


def skipped_warnings(skipped: Sequence[SkippedFile]) -> tuple[Failure, ...]:
    """Say what was left out of a drop: files that are no photos in one sentence, everything else by itself."""
    others = [each.path for each in skipped if each.reason == NO_PHOTO]
    warnings = [Failure("skipped", f"{each.path} was left out: {each.reason}.") for each in skipped]
    told = [warning for warning, each in zip(warnings, skipped, strict=True) if each.reason != NO_PHOTO]
    if not others:
        return tuple(told)
    named = ", ".join(others[:_MOST_NAMED]) + (" and others" if len(others) > _MOST_NAMED else "")
    files = "One file that is no photo was" if len(others) == 1 else f"{len(others)} files that are no photos were"
    return (Failure("skipped", f"{files} left out: {named}."), *told)


def require_enough(photos: Sequence[object], skipped: Sequence[SkippedFile] = ()) -> None:
    """Refuse a capture that cannot become a model whatever the photos show.

    Raises:
        InputError: Fewer photos than `FEWEST_PHOTOS`.
    """
    count = len(photos)
    if count >= FEWEST_PHOTOS:
        return
    said = {0: "There is no photo", 1: "There is only one photo", 2: "There are only two photos"}[count]
    others = f" among {len(skipped) + count} files" if skipped and len(skipped) + count > 1 else ""
    raise InputError(
        f"{said}{others}; a model needs at least {FEWEST_PHOTOS} that overlap.",
        remedy="Add photos taken from different places around the object, each sharing two thirds with the next.",
    )
