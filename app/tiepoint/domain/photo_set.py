"""A photo set: photos that were dropped and are being looked at, before they are kept as a capture.

Immutable: a change makes a new set that shares every photo that did not change, so that a view may tell by identity
(`is`) what to redraw. Must not read files or keep anything. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import NewType

from tiepoint.domain.capture import EXCLUDED, NO_PHOTO, Drop, DroppedPhoto, SkippedFile
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_issue import IssueKind, PhotoIssue
from tiepoint.domain.photo_map import PhotoMap
from tiepoint.domain.photo_reading import PhotoFile, PhotoHead, PhotoQuality

PhotoSetId = NewType("PhotoSetId", str)


class PhotoChoice(StrEnum):
    """What a person said about a photo, against or with the checks."""

    INCLUDE = "include"
    EXCLUDE = "exclude"


class SetPhase(StrEnum):
    """What is being done with a set."""

    IDLE = "idle"
    SCAN = "scan"
    """Folders are searched; the total is unknown."""
    HEADS = "heads"
    """What the files say of themselves is read."""
    CHECK = "check"
    """Every photo is decoded and judged."""


@dataclass(frozen=True, slots=True)
class SetPhoto:
    """One photo of a set.

    Args:
        path: Its name inside the set, unique there; relative, with forward slashes.
        source: Where the file lies; it is never touched.
        size: Bytes.
        mtime_ns: When the file was last changed.
        head: What it says of itself; None until read.
        quality: What its pixels say; None until checked.
        issues: What is wrong with it, the gravest first.
        choice: What a person said; None = the checks decide.
        is_checked: True once every check of this photo has been made, with or without a result.
    """

    path: str
    source: Path
    size: int
    mtime_ns: int
    head: PhotoHead | None = None
    quality: PhotoQuality | None = None
    issues: tuple[PhotoIssue, ...] = ()
    choice: PhotoChoice | None = None
    is_checked: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def is_unusable(self) -> bool:
        """Whether it cannot be included, whatever a person wants."""
        return any(issue.is_unusable for issue in self.issues)

    @property
    def is_included(self) -> bool:
        """Whether a job would use it."""
        if not self.issues:
            return self.choice is not PhotoChoice.EXCLUDE
        if self.is_unusable or self.choice is PhotoChoice.EXCLUDE:
            return False
        return self.choice is PhotoChoice.INCLUDE or not any(issue.leaves_out for issue in self.issues)

    @property
    def is_suggested_out(self) -> bool:
        """Whether leaving it out is suggested and nobody has decided yet."""
        return self.choice is None and self.is_included and any(issue.suggests_leaving_out for issue in self.issues)

    @property
    def worst(self) -> PhotoIssue | None:
        """The gravest issue, for the badge."""
        return self.issues[0] if self.issues else None

    @property
    def file(self) -> PhotoFile:
        """The file to read."""
        return PhotoFile(self.path, self.source, self.size, self.mtime_ns)

    def has(self, kind: IssueKind) -> bool:
        """Say whether it has an issue of a kind."""
        return any(issue.kind is kind for issue in self.issues)


@dataclass(frozen=True, slots=True)
class SetProgress:
    """How far the work on a set is.

    Args:
        phase: What is being done.
        done: Photos done in this phase.
        total: All of them; None while unknown.
    """

    phase: SetPhase = SetPhase.IDLE
    done: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class SetCounts:
    """Numbers of a set, for chips and headings.

    Args:
        photos: All photos.
        included: Those that a job would use.
        listed: Those whose head was read, or that cannot be read.
        checked: Those that were checked.
        located: Those with a usable position.
        suggested: Those whose leaving out is suggested.
        size_bytes: Bytes of those included.
        issues: Photos by kind of issue; kinds without photos are absent.
    """

    photos: int = 0
    included: int = 0
    listed: int = 0
    checked: int = 0
    located: int = 0
    suggested: int = 0
    size_bytes: int = 0
    issues: Mapping[IssueKind, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        """Photos that a job would not use."""
        return self.photos - self.included


@dataclass(frozen=True, slots=True)
class SetFacts:
    """What the photos of a set have in common, as last judged.

    Args:
        cameras: Bodies by number of photos, the most frequent first.
        taken_first_utc: ISO 8601; None when unknown.
        taken_last_utc: Likewise.
        usual_sharpness: Median as people see it; None until checked.
        map: Where the photos were taken; None without positions.
    """

    cameras: tuple[tuple[str, int], ...] = ()
    taken_first_utc: str | None = None
    taken_last_utc: str | None = None
    usual_sharpness: int | None = None
    map: PhotoMap | None = None


@dataclass(frozen=True, slots=True)
class PhotoSet:
    """A set at one moment.

    Args:
        id: Stays the same for as long as the set exists.
        name: What people call it; becomes the capture's name.
        created: When it was made, UTC.
        photos: By path. The same object as before wherever a photo did not change; the tuple, too, when none did.
        progress: What is being done.
        counts: Numbers.
        facts: What the photos have in common.
        findings: What to know about all of them together.
        skipped: What of the drops was not taken, with the reason; of very many only the latest.
        skipped_before: How many more were not taken before those.
        undo: What undo would take back, as words such as "Leave out 3 photos"; empty when nothing.
        redo: What redo would do again.
        capture: The capture whose photos these are, when it was opened again.
        is_sample: Whether it is the sample that comes with the program.
        trouble: Why the last work on it stopped; None when it did not.
    """

    id: PhotoSetId
    name: str
    created: datetime
    photos: tuple[SetPhoto, ...] = ()
    progress: SetProgress = SetProgress()
    counts: SetCounts = SetCounts()
    facts: SetFacts = SetFacts()
    findings: tuple[SetFinding, ...] = ()
    skipped: tuple[SkippedFile, ...] = ()
    skipped_before: int = 0
    undo: str = ""
    redo: str = ""
    capture: CaptureId | None = None
    is_sample: bool = False
    trouble: Failure | None = None

    @property
    def is_working(self) -> bool:
        """Whether something is being done with it."""
        return self.progress.phase is not SetPhase.IDLE

    @property
    def skipped_count(self) -> int:
        """How many files were not taken altogether."""
        return self.skipped_before + len(self.skipped)

    @property
    def included(self) -> tuple[SetPhoto, ...]:
        """The photos that a job would use."""
        return tuple(photo for photo in self.photos if photo.is_included)


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A set in the list of sets."""

    id: PhotoSetId
    name: str
    created: datetime
    photos: int
    included: int
    capture: CaptureId | None = None
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class PhotoSetsSnapshot:
    """All sets at one moment.

    Args:
        sets: Newest first.
        current: The chosen one, whole; None when there is none.
        is_loaded: False until what was kept has been read.
        troubles: What went wrong with keeping or reading the sets, to be said once each.
    """

    sets: tuple[SetSummary, ...] = ()
    current: PhotoSet | None = None
    is_loaded: bool = False
    troubles: tuple[Failure, ...] = ()


def upload_of(photo_set: PhotoSet) -> Drop:
    """Return the included photos of a set as the drop that goes up; what stays behind is in its `skipped`."""
    behind = [SkippedFile(each.path, EXCLUDED) for each in photo_set.photos if not each.is_included]
    older = [SkippedFile("…", NO_PHOTO)] * photo_set.skipped_before
    return replace(drop_of(photo_set), skipped=(*behind, *photo_set.skipped, *older))


def drop_of(photo_set: PhotoSet) -> Drop:
    """Return the included photos of a set as the drop that a job is made of."""
    photos = (DroppedPhoto(each.source, each.path, each.size, each.mtime_ns) for each in photo_set.included)
    return Drop(photo_set.name, tuple(photos))
