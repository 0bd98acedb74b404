"""The Photos page's state: the current photo set, what of it is shown, what is selected, and what can be done with it.

Must not know widgets nor read files. Follows `services.photo_sets`; views hear of it at most ten times a second. The
GUI thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QElapsedTimer, QItemSelection, QItemSelectionModel, QModelIndex, QObject, QTimer, Signal

from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_set import PhotoSet, PhotoSetsSnapshot, SetPhoto
from tiepoint.services.photo_sets import PhotoSets
from tiepoint.ui.viewmodels.photos_model import PhotosModel
from tiepoint.ui.viewmodels.photos_order import SLICE, Column, Shown, Wanted, in_order

_PACE_MS: Final = 100


class PhotosViewModel(QObject):
    """What the page shows.

    Signals:
        changed(): The set, its numbers or its progress are others.
        arranged(): Filter, search, sorting or new data led to other rows.
        selected(): Other photos are selected.
        focused(): Another photo is the current one, or it changed.

    Args:
        photo_sets: The service.
        parent: Lives as long as this.
    """

    changed = Signal()
    arranged = Signal()
    selected = Signal()
    focused = Signal()

    def __init__(self, photo_sets: PhotoSets, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sets = photo_sets
        self._newest = self._snapshot = photo_sets.snapshot
        self._wanted, self._shown = Wanted(), Shown()
        self._steps: Generator[None, None, Shown] | None = None
        self._is_stale = False
        self._by_path: dict[str, SetPhoto] | None = None
        self._last = ""
        self._first = ""
        self._selected: tuple[SetPhoto, ...] | None = None
        self.model = PhotosModel(self)
        self.selection = QItemSelectionModel(self.model, self)
        self._since = QElapsedTimer()
        self._later = QTimer(self, singleShot=True)
        self._stepper = QTimer(self, interval=0)
        self._connect()
        self._apply()

    @property
    def snapshot(self) -> PhotoSetsSnapshot:
        """All sets."""
        return self._snapshot

    @property
    def photo_set(self) -> PhotoSet | None:
        """The current set."""
        return self._snapshot.current

    @property
    def wanted(self) -> Wanted:
        """Filter, search and sorting."""
        return self._wanted

    @property
    def shown(self) -> Shown:
        """What is shown, and totals."""
        return self._shown

    @property
    def is_arranging(self) -> bool:
        """Whether rows are being worked out."""
        return self._steps is not None

    @property
    def current(self) -> SetPhoto | None:
        """The photo that has the focus."""
        index = self.selection.currentIndex()
        return self.model.photo(index.row()) if index.isValid() else None

    def photo(self, path: str) -> SetPhoto | None:
        """Return a photo of the set by its path."""
        if self._by_path is None:
            photos = self.photo_set.photos if self.photo_set else ()
            self._by_path = {photo.path: photo for photo in photos}
        return self._by_path.get(path)

    def selected_count(self) -> int:
        """How many photos are selected."""
        return sum(bottom - top + 1 for top, bottom in self._selected_ranges())

    def selected_photos(self) -> tuple[SetPhoto, ...]:
        """The selected photos, in the order of the rows."""
        if self._selected is None:
            rows = sorted({row for top, bottom in self._selected_ranges() for row in range(top, bottom + 1)})
            self._selected = tuple(photo for row in rows if (photo := self.model.photo(row)) is not None)
        return self._selected

    def select(self, paths: Iterable[str], *, current: str | None = None) -> None:
        """Select these photos as far as they are shown."""
        chosen, flag = QItemSelection(), QItemSelectionModel.SelectionFlag
        last = len(self.model.photos)
        for row in (self.model.row_of(path) for path in paths):
            if 0 <= row < last:
                chosen.select(self.model.index(row, 0), self.model.index(row, self.model.columnCount() - 1))
        self.selection.select(chosen, flag.ClearAndSelect | flag.Rows)
        row = self.model.row_of(current) if current is not None else -1
        if row >= 0:
            self.selection.setCurrentIndex(self.model.index(row, 0), flag.NoUpdate)

    def step(self, by: int) -> None:
        """Go to the next or the previous photo."""
        count = len(self.model.photos)
        if count:
            row = min(max(self.selection.currentIndex().row() + by, 0), count - 1)
            flag = QItemSelectionModel.SelectionFlag
            self.selection.setCurrentIndex(self.model.index(row, 0), flag.ClearAndSelect | flag.Rows)

    def show_group(self, group: str) -> None:
        """Show photos of a group only; see `Wanted.group`."""
        self._want(group=group)

    def search(self, words: str) -> None:
        """Show photos with these words only."""
        self._want(words=words)

    def sort(self, column: Column, *, is_descending: bool = False) -> None:
        """Put the rows into another order."""
        self._want(column=column, is_descending=is_descending)

    def add(self, paths: list[Path], *, into_new: bool = False) -> None:
        """Take files and folders."""
        self._sets.add(paths, into_new=into_new)

    def toggle_selected(self) -> None:
        """Leave the selected photos out, or put them in when all of them are out."""
        photos = self.selected_photos() or ((self.current,) if self.current else ())
        self.set_included(photos, not any(photo.is_included for photo in photos))

    def set_included(self, photos: Iterable[SetPhoto], is_included: bool) -> None:
        """Put photos in or leave them out."""
        paths = [photo.path for photo in photos]
        if paths:
            (self._sets.include if is_included else self._sets.exclude)(paths)

    def remove_selected(self) -> None:
        """Take the selected photos out of the set; the focus goes to the one after them."""
        photos = self.selected_photos()
        if not photos:
            return
        after = self.model.photo(self.model.row_of(photos[-1].path) + 1)
        self._sets.remove([photo.path for photo in photos])
        if after is not None:
            self.select([after.path], current=after.path)

    def shut(self) -> None:
        """Listen no more."""
        self._unsubscribe()

    def missing(self) -> tuple[SetPhoto, ...]:
        """Photos whose file is no longer there."""
        photo_set = self.photo_set
        if photo_set is None or not photo_set.counts.issues.get(IssueKind.MISSING):
            return ()
        return tuple(photo for photo in photo_set.photos if photo.has(IssueKind.MISSING))

    def locate_missing(self, folder: Path) -> None:
        """Take the photos that vanished from another folder instead."""
        self._sets.relocate([photo.path for photo in self.missing()], folder)

    def _selected_ranges(self) -> list[tuple[int, int]]:
        chosen = self.selection.selection()
        parts = (chosen.at(place) for place in range(chosen.count()))
        return [(part.top(), part.bottom()) for part in parts]

    def _connect(self) -> None:
        self._unsubscribe = self._sets.changed.subscribe(self._on_sets)
        self._later.timeout.connect(self._apply)
        self._stepper.timeout.connect(self._step)
        self.selection.selectionChanged.connect(lambda *_: self._on_selection())
        self.selection.currentRowChanged.connect(lambda *_: self._on_current())
        self.model.modelAboutToBeReset.connect(self._keep_selection)
        self.model.modelReset.connect(self._restore_selection)
        self.model.dataChanged.connect(self._on_data_changed)
        self._kept: tuple[list[str], str | None] = ([], None)

    def _on_sets(self, snapshot: PhotoSetsSnapshot) -> None:
        self._newest = snapshot
        if self._later.isActive():
            return
        passed = self._since.elapsed() if self._since.isValid() else _PACE_MS
        if passed >= _PACE_MS:
            self._apply()
        else:
            self._later.start(int(_PACE_MS - passed))

    def _apply(self) -> None:
        self._since.start()
        before, self._snapshot = self._snapshot.current, self._newest
        now = self._snapshot.current
        if (before.id if before else None) != (now.id if now else None):
            self._wanted = Wanted(column=self._wanted.column, is_descending=self._wanted.is_descending)
        if before is None or now is None or before.photos is not now.photos:
            self._by_path = None
        self.changed.emit()
        self._arrange()

    def _want(self, **changes: object) -> None:
        wanted = dataclasses.replace(self._wanted, **changes)  # type: ignore[arg-type]
        if wanted != self._wanted:
            self._wanted = wanted
            self._steps = None
            self._arrange()

    def _arrange(self) -> None:
        if self._steps is not None:
            self._is_stale = True
            return
        self._is_stale = False
        photos = self.photo_set.photos if self.photo_set else ()
        self._steps = in_order(photos, self._wanted)
        if len(photos) <= SLICE:
            while self._steps is not None:
                self._step()
        else:
            self._stepper.start()

    def _step(self) -> None:
        if self._steps is None:
            self._stepper.stop()
            return
        try:
            next(self._steps)
        except StopIteration as end:
            self._stepper.stop()
            self._steps = None
            self._show(end.value)

    def _show(self, shown: Shown) -> None:
        self._shown = shown
        before, had_selection = self.current.path if self.current else self._last, self.selection.hasSelection()
        self.model.replace(shown.photos)
        self._selected = None
        self._keep_current(before, had_selection=had_selection)
        self.arranged.emit()
        if self._is_stale:
            self._arrange()

    def _keep_current(self, before: str, *, had_selection: bool) -> None:
        """Have a current photo whenever there is one: the one from before when it is shown, else the first."""
        photos, current = self.model.photos, self.current
        if not photos:
            return
        is_shown = self.model.row_of(before) >= 0
        wanted = before if is_shown else photos[0].path
        is_moved = current is None or current.path != wanted
        if is_moved or (had_selection and not self.selection.hasSelection()):
            self.select([wanted], current=wanted)
            self._first = "" if is_shown else wanted
        self._look_at_first()

    def _look_at_first(self) -> None:
        """Once the checks are over, look at the photo with the gravest problem, unless a person chose another."""
        photo_set, current, photos = self.photo_set, self.current, self.model.photos
        is_own = current is not None and current.path == self._first and self.selected_count() == 1
        if is_own and photo_set is not None and not photo_set.is_working and photos[0].path != self._first:
            self._first = photos[0].path
            self.select([self._first], current=self._first)

    def _on_selection(self) -> None:
        self._selected = None
        self.selected.emit()

    def _on_current(self) -> None:
        if self.current is not None:
            self._last = self.current.path
        self.focused.emit()

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        row = self.selection.currentIndex().row()
        if first.row() <= row <= last.row():
            self.focused.emit()

    def _keep_selection(self) -> None:
        self._selected = None
        self._kept = ([photo.path for photo in self.selected_photos()], self.current.path if self.current else None)

    def _restore_selection(self) -> None:
        paths, current = self._kept
        if paths or current:
            self.select(paths, current=current)
