"""Photo sets and photos as rows of the table that keeps them, and back. Pure; any thread.

Texts are kept as JSON: a file name that is not valid text must arrive whole.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.capture import SkippedFile
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo_rows import (
    BROKEN_ROW_ERRORS,
    head_of,
    head_row,
    issue_rows,
    issues_of,
    quality_of,
    quality_row,
)
from tiepoint.domain.photo_set import PhotoChoice, PhotoSet, PhotoSetId, SetPhoto, SetSummary

PHOTO_COLUMNS: Final = "path, source, size, mtime_ns, choice, is_checked, head, quality, issues"
Row = Sequence[Any]


def photo_values(photo: SetPhoto) -> tuple[Any, ...]:
    """Return a photo's values in the order of `PHOTO_COLUMNS`."""
    return (
        *(json.dumps(photo.path), json.dumps(str(photo.source)), photo.size, photo.mtime_ns, photo.choice),
        *(photo.is_checked, _text(head_row(photo.head)), _text(quality_row(photo.quality))),
        _text(issue_rows(photo.issues)) if photo.issues else None,
    )


def photo_of(row: Row) -> SetPhoto | None:
    """Return the photo of a row; without what was read of it when that is broken, None when all is."""
    try:
        path, source, size, mtime_ns = json.loads(row[0]), Path(json.loads(row[1])), int(row[2]), int(row[3])
        choice = PhotoChoice(row[4]) if row[4] else None
    except BROKEN_ROW_ERRORS:
        return None
    try:
        head, quality = head_of(_value(row[6])), quality_of(_value(row[7]))
        issues = issues_of(_value(row[8]) or ())
    except BROKEN_ROW_ERRORS:
        return SetPhoto(path, source, size, mtime_ns, choice=choice)
    return SetPhoto(path, source, size, mtime_ns, head, quality, issues, choice, bool(row[5]))


def set_values(photo_set: PhotoSet) -> tuple[Any, ...]:
    """Return a set's own values."""
    skipped = [photo_set.skipped_before, *([each.path, each.reason] for each in photo_set.skipped)]
    counts = photo_set.counts
    return (
        *(photo_set.id, json.dumps(photo_set.name), photo_set.created.isoformat(), photo_set.capture),
        *(photo_set.is_sample, counts.photos, counts.included, _text(skipped)),
    )


def set_of(row: Row, photos: tuple[SetPhoto, ...]) -> PhotoSet:
    """Return the set of a row; its counts are the caller's to make.

    Args:
        row: id, name, created, capture, is_sample, skipped.
        photos: Its photos.
    """
    set_id, name, created, capture, is_sample, skipped = row
    before, files = _skipped(_value(skipped) or [])
    return PhotoSet(
        *(PhotoSetId(set_id), json.loads(name), datetime.fromisoformat(created), photos),
        skipped=files,
        skipped_before=before,
        capture=CaptureId(capture) if capture else None,
        is_sample=bool(is_sample),
    )


def summary_of(row: Row) -> SetSummary:
    """Return the summary of a row: id, name, created, capture, is_sample, photos, included."""
    set_id, name, created, capture, is_sample, photos, included = row
    return SetSummary(
        *(PhotoSetId(set_id), json.loads(name), datetime.fromisoformat(created), photos, included),
        *(CaptureId(capture) if capture else None, bool(is_sample)),
    )


def _skipped(kept: list[Any]) -> tuple[int, tuple[SkippedFile, ...]]:
    """Return how many files were skipped before the listed ones, which a list of an earlier version does not tell."""
    before = kept[0] if kept and isinstance(kept[0], int) else None
    files = kept if before is None else kept[1:]
    return before or 0, tuple(SkippedFile(path, reason) for path, reason in files)


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value, separators=(",", ":"))


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
