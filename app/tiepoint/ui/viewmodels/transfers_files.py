"""The files of one transfer as a table's model: told only what changed, cells made for what is looked at.

Ten thousand files come in pages and change a few hundred at a time; rows are made when they are painted and kept while
their file stays the same. It is reset only when another transfer is looked at. The GUI thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex

from tiepoint.domain.transfer import Direction, TransferFile
from tiepoint.ui.viewmodels.transfers_rows import SORTED_BY, TAGS, file_columns, file_rank, file_row, reason_of
from tiepoint.ui.widgets.table_cells import Row, SortValue
from tiepoint.ui.widgets.table_model import RowsModel, runs

_MOST_RUNS: Final = 24
"""Changes in more places than this are told as one change of order and one of number."""
_MOST_ROWS: Final = 4000
_Index = QModelIndex | QPersistentModelIndex
_Key = int | SortValue


class FilesModel(RowsModel):
    """Holds all files and shows those that pass the filters, in order."""

    def __init__(self) -> None:
        super().__init__(file_columns())
        self._direction = Direction.UP
        self._files: dict[int, TransferFile] = {}
        self._keys: dict[int, _Key] = {}
        self._order: list[int] = []
        self._places: dict[int, int] | None = None
        self._rows: dict[int, tuple[TransferFile, Row]] = {}
        self._reasons: Counter[str] = Counter()
        self._words: tuple[str, ...] = ()
        self._tag = ""
        self._reason = ""

    def begin(self, direction: Direction) -> None:
        """Forget all files: others will come."""
        self.beginResetModel()
        self._direction = direction
        for each in (self._files, self._keys, self._order, self._rows, self._reasons):
            each.clear()
        self._places = None
        self.endResetModel()

    def update(self, files: Sequence[TransferFile]) -> None:
        """Take files that are new or have changed."""
        still: list[int] = []
        is_other_order = is_other_number = False
        for file in files:
            before = self._files.get(file.index)
            if before == file:
                continue
            key, was_shown = self._key(file), before is not None and self._passes(before)
            is_other_order = is_other_order or self._keys.get(file.index) != key
            self._files[file.index], self._keys[file.index] = file, key
            self._count_reasons(before, file)
            is_shown = self._passes(file)
            is_other_number = is_other_number or was_shown != is_shown
            if was_shown and is_shown:
                still.append(file.index)
        if is_other_number:
            self._show_by_keys()
        elif is_other_order:
            self._reorder(self._sorted(list(self._order)))
        self._tell_changed(still)

    def file(self, index: int) -> TransferFile | None:
        """Return a file by its index in the transfer."""
        return self._files.get(index)

    def __len__(self) -> int:
        """How many files are known, shown or not."""
        return len(self._files)

    def __bool__(self) -> bool:
        return True  # a model without files is a model

    @property
    def reasons(self) -> Counter[str]:
        """How many files failed for which reason."""
        return +self._reasons

    def set_filter(self, text: str) -> None:
        """Show only files in whose path every word of the text occurs."""
        self._words = tuple(text.casefold().split())
        self._show_by_keys()

    def set_tag(self, tag: str) -> None:
        """Show only files of a name in `TAGS`; empty = all."""
        self._tag = tag
        self._show_by_keys()

    def set_reason(self, reason: str) -> None:
        """Show only files that failed for this reason; empty = all."""
        if reason != self._reason:
            self._reason = reason
            self._show_by_keys()

    def row_at(self, place: int) -> Row:
        """Return the row that is shown at a place, made now if its file is another."""
        file = self._files[self._order[place]]
        known = self._rows.get(file.index)
        if known is None or known[0] is not file:
            if len(self._rows) > _MOST_ROWS:
                self._rows.clear()
            known = file, file_row(file, self._direction)
            self._rows[file.index] = known
        return known[1]

    def place_of(self, key: str) -> int | None:
        """Return at which place a file is shown by its index as text, None when it is not."""
        return self._places_now().get(int(key)) if key else None

    def _count_reasons(self, before: TransferFile | None, file: TransferFile) -> None:
        for each, step in ((before, -1), (file, 1)):
            if each is not None and each.state in TAGS["failed"]:
                self._reasons[reason_of(each)] += step

    def _key(self, file: TransferFile) -> _Key:
        return file_rank(file) if self._sort_column < 0 else SORTED_BY[self._sort_column](file)

    def _passes(self, file: TransferFile) -> bool:
        if self._tag and file.state not in TAGS[self._tag]:
            return False
        if self._reason and (file.state not in TAGS["failed"] or reason_of(file) != self._reason):
            return False
        return not self._words or all(word in file.path.casefold() for word in self._words)

    def _show(self) -> None:
        self._keys = {index: self._key(file) for index, file in self._files.items()}
        self._show_by_keys()

    def _show_by_keys(self) -> None:
        is_filtered = bool(self._tag or self._words or self._reason)
        shown = [index for index in self._files if not is_filtered or self._passes(self._files[index])]
        self._arrange(self._sorted(shown))

    def _sorted(self, indices: list[int]) -> list[int]:
        if self._sort_column >= 0:
            indices.sort()  # equal keys keep the order of the files, downwards too
        indices.sort(key=self._keys.__getitem__, reverse=self._is_descending and self._sort_column >= 0)
        return indices

    def _arrange(self, wanted: list[int]) -> None:
        if wanted == self._order:
            return
        kept, known = set(wanted), set(self._order)
        self._remove([index for index in self._order if index not in kept], kept)
        self._reorder([index for index in wanted if index in known])
        self._insert(wanted, [place for place, index in enumerate(wanted) if index not in known])

    def _remove(self, gone: list[int], kept: set[int]) -> None:
        if not gone:
            return
        places = self._places_now()
        joined = list(runs([places[index] for index in gone]))
        if len(joined) > _MOST_RUNS:
            self._reorder([*(index for index in self._order if index in kept), *gone])
            joined = [(len(self._order) - len(gone), len(self._order) - 1)]
        for first, last in reversed(joined):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._order[first : last + 1]
            self._places = None
            self.endRemoveRows()

    def _reorder(self, wanted: list[int]) -> None:
        if wanted == self._order:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._order[index.row()] for index in before]
        self._order, self._places = wanted, None
        places = self._places_now()
        moved = [self.index(places[index], at.column()) for index, at in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, moved)
        self.layoutChanged.emit()

    def _insert(self, wanted: list[int], new: list[int]) -> None:
        joined = list(runs(new))
        if len(joined) > _MOST_RUNS:
            fresh = [wanted[place] for place in new]
            self._insert_at(len(self._order), fresh)
            self._reorder(wanted)
            return
        for first, last in joined:
            self._insert_at(first, wanted[first : last + 1])

    def _insert_at(self, place: int, indices: Sequence[int]) -> None:
        self.beginInsertRows(QModelIndex(), place, place + len(indices) - 1)
        self._order[place:place] = indices
        self._places = None
        self.endInsertRows()

    def _tell_changed(self, indices: Iterable[int]) -> None:
        places = self._places_now()
        last_column = len(self.columns) - 1
        for first, last in runs(sorted(places[index] for index in indices if index in places)):
            self.dataChanged.emit(self.index(first, 0), self.index(last, last_column))

    def _places_now(self) -> dict[int, int]:
        if self._places is None:
            self._places = {index: place for place, index in enumerate(self._order)}
        return self._places

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many files are shown."""
        return 0 if parent.isValid() else len(self._order)
