"""A photo of a set after something new is known of it. Pure; any thread.

What was known is never lost because a file is out of reach for a while.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_issue import IssueKind, PhotoIssue, issue_of_problem
from tiepoint.domain.photo_reading import PhotoReading
from tiepoint.domain.photo_set import PhotoChoice, SetPhoto

_MOST_FOLDERS: Final = 3


def with_reading(photo: SetPhoto, reading: PhotoReading) -> SetPhoto:
    """Return a photo after its file was read; the same object when nothing is new.

    Args:
        photo: As it was.
        reading: Of its file.
    """
    if reading.problem is not None:
        return _unusable(photo, issue_of_problem(reading.problem), reading)
    if reading.head is None:
        return _found_again(photo)
    usable = tuple(issue for issue in photo.issues if not issue.is_unusable)
    return SetPhoto(
        *(photo.path, photo.source, reading.size, reading.mtime_ns, reading.head, reading.quality, usable),
        *(photo.choice, reading.quality is not None),
    )


def with_issues(photo: SetPhoto, issues: tuple[PhotoIssue, ...]) -> SetPhoto:
    """Return a photo with what the rules say of it; the same object when that is nothing new, or it is unusable."""
    if photo.issues == issues or photo.is_unusable:
        return photo
    return SetPhoto(
        *(photo.path, photo.source, photo.size, photo.mtime_ns, photo.head, photo.quality, issues),
        *(photo.choice, photo.is_checked),
    )


def with_choice(photo: SetPhoto, choice: PhotoChoice | None) -> SetPhoto:
    """Return a photo of which a person said something."""
    if photo.choice is choice:
        return photo
    return SetPhoto(
        *(photo.path, photo.source, photo.size, photo.mtime_ns, photo.head, photo.quality, photo.issues),
        *(choice, photo.is_checked),
    )


def missing_finding(photos: Iterable[SetPhoto]) -> SetFinding | None:
    """Say which folders lack photos that were there; None when all are there."""
    gone = [photo for photo in photos if photo.has(IssueKind.MISSING)]
    if not gone:
        return None
    folders = Counter(photo.source.parent for photo in gone)
    named = ", ".join(str(folder) for folder, _ in folders.most_common(_MOST_FOLDERS))
    more = " and others" if len(folders) > _MOST_FOLDERS else ""
    count = "1 photo is" if len(gone) == 1 else f"{len(gone)} photos are"
    return SetFinding(
        "missing",
        f"{count} no longer in {named}{more}. What is known of them is kept.",
        "Plug the drive in again, or put the folder back.",
        "warning",
        tuple(photo.path for photo in gone),
    )


def likely_name(paths: Iterable[Path], is_photo: bool) -> str:
    """Return what a set of dropped paths may be called before anybody has looked at them.

    Args:
        paths: What was dropped.
        is_photo: Whether the first is a photo and no folder.
    """
    first = next(iter(paths), Path("photos"))
    return (first.parent.name if is_photo else first.name) or "photos"


def _unusable(photo: SetPhoto, issue: PhotoIssue, reading: PhotoReading) -> SetPhoto:
    if photo.issues == (issue,):
        return photo
    is_gone = issue.kind is IssueKind.MISSING
    size, mtime_ns = (photo.size, photo.mtime_ns) if is_gone else (reading.size, reading.mtime_ns)
    quality = photo.quality if is_gone else None
    return SetPhoto(
        *(photo.path, photo.source, size, mtime_ns, photo.head, quality, (issue,), photo.choice, True),
    )


def _found_again(photo: SetPhoto) -> SetPhoto:
    if not photo.has(IssueKind.MISSING):
        return photo
    return SetPhoto(
        *(photo.path, photo.source, photo.size, photo.mtime_ns, photo.head, photo.quality, ()),
        *(photo.choice, photo.quality is not None),
    )
