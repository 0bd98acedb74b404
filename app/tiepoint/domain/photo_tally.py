"""The numbers of a photo set, kept up to date photo by photo, so that ten thousand need no counting again.

Must not hold photos. One thread.
"""

from __future__ import annotations

from collections import Counter

from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_set import SetCounts, SetPhoto


class PhotoTally:
    """Counts photos that come, change and go."""

    def __init__(self) -> None:
        self._numbers: Counter[str] = Counter()
        self._issues: Counter[IssueKind] = Counter()

    def add(self, photo: SetPhoto) -> None:
        """Count a photo."""
        self._count(photo, 1)

    def drop(self, photo: SetPhoto) -> None:
        """Count a photo no longer."""
        self._count(photo, -1)

    @property
    def counts(self) -> SetCounts:
        """The numbers as they are now."""
        issues = {kind: number for kind, number in self._issues.items() if number > 0}
        return SetCounts(**{name: self._numbers[name] for name in _NAMES}, issues=issues)

    def _count(self, photo: SetPhoto, step: int) -> None:
        numbers, is_included = self._numbers, photo.is_included
        numbers["photos"] += step
        if is_included:
            numbers["included"] += step
            numbers["size_bytes"] += step * photo.size
        if photo.head is not None:
            numbers["listed"] += step
            numbers["located"] += step * photo.head.has_position
        if photo.is_checked:
            numbers["checked"] += step
        for issue in photo.issues:
            self._issues[issue.kind] += step
        if photo.issues:
            numbers["listed"] += step * (photo.head is None and photo.is_unusable)
            numbers["suggested"] += step * photo.is_suggested_out


_NAMES = ("photos", "included", "listed", "checked", "located", "suggested", "size_bytes")
