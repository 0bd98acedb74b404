"""A photo set while it is worked on: photos by path, numbers kept up to date, edits that can be taken back.

Must not read files or wait for anything long. On the loop's thread. `snapshot` is cheap: it shares every photo.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tiepoint.domain.capture import SkippedFile
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_history import Edit, EditHistory
from tiepoint.domain.photo_set import (
    PhotoChoice,
    PhotoSet,
    SetFacts,
    SetPhase,
    SetPhoto,
    SetProgress,
    SetSummary,
)
from tiepoint.domain.photo_tally import PhotoTally
from tiepoint.domain.photo_updates import with_choice

_AT_ONCE: Final = 500
"""Photos worked on before the loop may do something else: some milliseconds."""
_MOST_SKIPPED: Final = 1000


class WorkingSet:
    """One set.

    Args:
        start: As it was kept; its photos come through `fill`.
        changed: Called after every change.
    """

    def __init__(self, start: PhotoSet, changed: Callable[[], None]) -> None:
        self.id = start.id
        self.name = start.name
        self.phase = SetPhase.IDLE
        self.facts = SetFacts()
        self.findings: tuple[SetFinding, ...] = ()
        self.trouble: Failure | None = None
        self._start = start
        self._changed = changed
        self._skipped, self._skipped_before = start.skipped, start.skipped_before
        self._photos: dict[str, SetPhoto] = {}
        self._tally = PhotoTally()
        self._history = EditHistory()
        self._shown: tuple[SetPhoto, ...] | None = ()

    @property
    def photos(self) -> tuple[SetPhoto, ...]:
        """All photos by path; the same tuple until one changes."""
        if self._shown is None:
            self._shown = tuple(self._photos.values())
        return self._shown

    @property
    def snapshot(self) -> PhotoSet:
        """The set as it is now."""
        return PhotoSet(
            id=self.id,
            name=self.name,
            created=self._start.created,
            photos=self.photos,
            progress=self._progress(),
            counts=self._tally.counts,
            facts=self.facts,
            findings=self.findings,
            skipped=self._skipped,
            skipped_before=self._skipped_before,
            undo=self._history.undo_label,
            redo=self._history.redo_label,
            capture=self._start.capture,
            is_sample=self._start.is_sample,
            trouble=self.trouble,
        )

    @property
    def summary(self) -> SetSummary:
        """The set in the list of sets."""
        counts = self._tally.counts
        return SetSummary(
            self.id,
            self.name,
            self._start.created,
            counts.photos,
            counts.included,
            self._start.capture,
            self._start.is_sample,
        )

    def get(self, path: str) -> SetPhoto | None:
        """Return a photo; None when it is not in the set."""
        return self._photos.get(path)

    async def fill(self, photos: Sequence[SetPhoto]) -> None:
        """Add photos whose paths are new to the set, a piece at a time."""
        try:
            for start in range(0, len(photos), _AT_ONCE):
                for photo in photos[start : start + _AT_ONCE]:
                    self._photos[photo.path] = photo
                    self._tally.add(photo)
                await asyncio.sleep(0)
        finally:
            self._sort()

    def put(self, old: SetPhoto, new: SetPhoto) -> None:
        """Replace a photo by what is known of it now; one that is no longer in the set is passed over."""
        if old is new or self._photos.get(old.path) is not old:
            return
        self._tally.drop(old)
        self._tally.add(new)
        self._photos[new.path] = new
        self._touch()

    def rename(self, name: str) -> None:
        """Call it something else."""
        if name and name != self.name:
            self.name = name
            self._changed()

    def enter(self, phase: SetPhase) -> None:
        """Say what is being done with it."""
        if phase is not self.phase:
            self.phase = phase
            self._changed()

    def skip(self, skipped: Iterable[SkippedFile]) -> None:
        """Remember what was not taken; of very many only the latest, and how many there were before."""
        known = (*self._skipped, *skipped)
        self._skipped = known[-_MOST_SKIPPED:]
        self._skipped_before += len(known) - len(self._skipped)
        self._changed()

    def judge(self, facts: SetFacts, findings: tuple[SetFinding, ...]) -> None:
        """Take over what the rules say of all photos together."""
        self.facts, self.findings = facts, findings
        self._changed()

    def choose(self, paths: Iterable[str], choice: PhotoChoice | None) -> bool:
        """Let a person's word about photos count, as one edit; False when it changes nothing."""
        chosen = [photo for path in paths if (photo := self._photos.get(path)) and _would_change(photo, choice)]
        if not chosen:
            return False
        count = _counted(len(chosen))
        label = {
            PhotoChoice.EXCLUDE: f"Leave out {count}",
            PhotoChoice.INCLUDE: f"Put in {count}",
            None: f"Let the checks decide on {count}",
        }[choice]
        edit = Edit(label, tuple((photo.path, photo.choice, choice) for photo in chosen))
        self._history.note(edit)
        self._apply(edit)
        return True

    def remove(self, paths: Iterable[str]) -> bool:
        """Take photos out of the set, as one edit; False when there are none of those paths."""
        gone = tuple(photo for path in dict.fromkeys(paths) if (photo := self._photos.get(path)))
        if not gone:
            return False
        edit = Edit(f"Remove {_counted(len(gone))}", removed=gone)
        self._history.note(edit)
        self._apply(edit)
        return True

    def undo(self) -> bool:
        """Take back the last edit; False when there is none."""
        edit = self._history.back()
        if edit is None:
            return False
        for photo in edit.removed:
            if photo.path not in self._photos:
                self._photos[photo.path] = photo
                self._tally.add(photo)
        for path, before, _ in edit.choices:
            self._choose(path, before)
        if edit.removed:
            self._sort()
        self._touch()
        return True

    def redo(self) -> bool:
        """Do again what was taken back; False when there is nothing."""
        edit = self._history.again()
        if edit is None:
            return False
        self._apply(edit)
        return True

    def _apply(self, edit: Edit) -> None:
        for photo in edit.removed:
            gone = self._photos.pop(photo.path, None)
            if gone is not None:
                self._tally.drop(gone)
        for path, _, after in edit.choices:
            self._choose(path, after)
        self._touch()

    def _choose(self, path: str, choice: PhotoChoice | None) -> None:
        old = self._photos.get(path)
        if old is not None:
            self._photos[path] = new = with_choice(old, choice)
            self._tally.rechoose(old, new)

    def _sort(self) -> None:
        self._photos = dict(sorted(self._photos.items()))
        self._touch()

    def _touch(self) -> None:
        self._shown = None
        self._changed()

    def _progress(self) -> SetProgress:
        counts = self._tally.counts
        if self.phase is SetPhase.HEADS:
            return SetProgress(self.phase, counts.listed, counts.photos)
        if self.phase is SetPhase.CHECK:
            return SetProgress(self.phase, counts.checked, counts.photos)
        return SetProgress(self.phase)


def _would_change(photo: SetPhoto, choice: PhotoChoice | None) -> bool:
    if choice is PhotoChoice.EXCLUDE:
        return photo.is_included
    if choice is PhotoChoice.INCLUDE:
        return not photo.is_unusable and (not photo.is_included or photo.is_suggested_out)
    return photo.choice is not None


def _counted(number: int) -> str:
    return "1 photo" if number == 1 else f"{number} photos"
