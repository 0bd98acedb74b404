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
        self._photos = self._included = self._listed = self._checked = 0
        self._located = self._suggested = self._size_bytes = 0
        self._issues: Counter[IssueKind] = Counter()

    def add(self, photo: SetPhoto) -> None:
        """Count a photo."""
        self._count(photo, 1)

    def drop(self, photo: SetPhoto) -> None:
        """Count a photo no longer."""
        self._count(photo, -1)

    def rechoose(self, old: SetPhoto, new: SetPhoto) -> None:
        """Count a photo that differs in a person's choice alone; many times as fast as dropping and adding it."""
        step = new.is_included - old.is_included
        self._included += step
        self._size_bytes += step * new.size
        if new.issues:
            self._suggested += new.is_suggested_out - old.is_suggested_out

    @property
    def counts(self) -> SetCounts:
        """The numbers as they are now."""
        return SetCounts(
            photos=self._photos,
            included=self._included,
            listed=self._listed,
            checked=self._checked,
            located=self._located,
            suggested=self._suggested,
            size_bytes=self._size_bytes,
            issues={kind: number for kind, number in self._issues.items() if number > 0},
        )

    def _count(self, photo: SetPhoto, step: int) -> None:
        self._photos += step
        self._checked += step * photo.is_checked
        if photo.is_included:
            self._included += step
            self._size_bytes += step * photo.size
        if photo.head is not None:
            self._listed += step
            self._located += step * photo.head.has_position
        elif photo.is_unusable:
            self._listed += step
        if photo.issues:
            self._suggested += step * photo.is_suggested_out
            for issue in photo.issues:
                self._issues[issue.kind] += step
