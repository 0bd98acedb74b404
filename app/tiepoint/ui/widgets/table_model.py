"""A table's rows as a Qt model, told by differences only. The GUI thread.

`RowsModel` is what a table needs of any model; `TableModel` is fed with whole lists of immutable rows. Neither is ever
reset while its rows change: selection, current row and scroll position stay while rows come, go and move.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from tiepoint.ui.widgets.table_cells import AnyRow, Column

CELL_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 2
_UP, _DOWN = "\N{UPWARDS ARROW}", "\N{DOWNWARDS ARROW}"
_Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Rows of cells in columns, filtered and sorted; who keeps them and how is left to the classes below.

    Args:
        columns: The columns; they never change.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = tuple(columns)
        self._sort_column = -1
        self._is_descending = False

    @property
    def rows(self) -> tuple[AnyRow, ...]:
        """The rows that are shown, in order."""
        return tuple(self.row_at(place) for place in range(self.rowCount()))

    def row_at(self, place: int) -> AnyRow:
        """Return the row that is shown at a place."""
        raise NotImplementedError

    def place_of(self, key: str) -> int | None:
        """Return at which place a key's row is shown, None when it is not."""
        raise NotImplementedError

    def set_filter(self, text: str) -> None:
        """Show only rows in which every word of the text occurs somewhere."""
        raise NotImplementedError

    def set_tag(self, tag: str) -> None:
        """Show only rows with this tag; empty = all."""
        raise NotImplementedError

    def row_of(self, index: _Index) -> AnyRow | None:
        """Return the row under an index, None when there is none."""
        return self.row_at(index.row()) if index.isValid() and index.row() < self.rowCount() else None

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many columns there are, the hidden ones included."""
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the words, the spoken words, the cell or the row."""
        row = self.row_of(index)
        if row is None:
            return None
        cell = row.cells[index.column()]
        if role == CELL_ROLE:
            return cell
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.columns[index.column()].title}: {cell.said}"
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title, what it means, and its alignment."""
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            is_sorted = section == self._sort_column
            return f"{column.title} {_DOWN if self._is_descending else _UP}" if is_sorted else column.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.is_right else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 = what needs attention first."""
        self._sort_column, self._is_descending = column, order is Qt.SortOrder.DescendingOrder
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)
        self._show()

    def _show(self) -> None:
        """Show what passes, in the order that is wanted."""
        raise NotImplementedError


class TableModel(RowsModel):
    """Holds all rows and shows those that pass the filter, in order."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__(columns)
        self._all: tuple[AnyRow, ...] = ()
        self._shown: list[AnyRow] = []
        self._places: dict[str, int] = {}
        self._words: dict[str, tuple[AnyRow, str]] = {}
        self._filter: tuple[str, ...] = ()
        self._tag = ""

    @property
    def rows(self) -> tuple[AnyRow, ...]:
        """The rows that are shown, in order."""
        return tuple(self._shown)

    def set_rows(self, rows: Sequence[AnyRow]) -> None:
        """Show these rows instead; keys must be unique."""
        self._all = tuple(rows)
        self._show()

    def set_filter(self, text: str) -> None:
        """Show only rows in which every word of the text occurs somewhere."""
        self._filter = tuple(text.casefold().split())
        self._show()

    def set_tag(self, tag: str) -> None:
        """Show only rows with this tag; empty = all."""
        self._tag = tag
        self._show()

    def row_at(self, place: int) -> AnyRow:
        """Return the row that is shown at a place."""
        return self._shown[place]

    def place_of(self, key: str) -> int | None:
        """Return at which place a key's row is shown, None when it is not."""
        return self._places.get(key)

    def _show(self) -> None:
        is_filtered = bool(self._filter or self._tag)
        wanted = self._in_order([row for row in self._all if self._passes(row)] if is_filtered else list(self._all))
        keys = [row.key for row in wanted]
        if keys != list(self._places):
            kept = set(keys)
            self._remove([place for place, row in enumerate(self._shown) if row.key not in kept])
            known = set(self._places)
            self._reorder([key for key in keys if key in known])
            self._insert(wanted, known)
        self._exchange(wanted)
        if self._filter:
            self._words = {row.key: self._words[row.key] for row in self._all if row.key in self._words}

    def _passes(self, row: AnyRow) -> bool:
        if self._tag and self._tag not in row.tags:
            return False
        return not self._filter or all(word in self._words_of(row) for word in self._filter)

    def _words_of(self, row: AnyRow) -> str:
        known = self._words.get(row.key)
        if known is None or known[0] is not row:
            known = row, " ".join(f"{cell.text} {cell.sub}" for cell in row.cells).casefold()
            self._words[row.key] = known
        return known[1]

    def _in_order(self, rows: list[AnyRow]) -> list[AnyRow]:
        column = self._sort_column
        if column < 0:
            return sorted(rows, key=lambda row: row.rank)
        return sorted(rows, key=lambda row: row.cell(column).sort_value, reverse=self._is_descending)

    def _remove(self, places: list[int]) -> None:
        for first, last in reversed(list(runs(places))):
            self.beginRemoveRows(QModelIndex(), first, last)
            del self._shown[first : last + 1]
            self.endRemoveRows()
        self._index()

    def _reorder(self, keys: list[str]) -> None:
        if keys == [row.key for row in self._shown]:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        held = [self._shown[index.row()].key for index in before]
        self._shown = [self._shown[self._places[key]] for key in keys]
        self._index()
        moved = [self.index(self._places[key], index.column()) for key, index in zip(held, before, strict=True)]
        self.changePersistentIndexList(before, moved)
        self.layoutChanged.emit()

    def _insert(self, wanted: list[AnyRow], known: set[str]) -> None:
        new = [place for place, row in enumerate(wanted) if row.key not in known]
        for first, last in runs(new):
            self.beginInsertRows(QModelIndex(), first, last)
            self._shown[first:first] = wanted[first : last + 1]
            self.endInsertRows()
        self._index()

    def _exchange(self, wanted: list[AnyRow]) -> None:
        before, self._shown = self._shown, wanted
        # Cells that were never made are on no screen.
        pairs = enumerate(zip(before, wanted, strict=True))
        changed = [place for place, (old, new) in pairs if new is not old and old.is_built and new != old]
        for first, last in runs(changed):
            columns = [self._columns_changed(before[place], wanted[place]) for place in range(first, last + 1)]
            left, right = min(low for low, _ in columns), max(high for _, high in columns)
            self.dataChanged.emit(self.index(first, left), self.index(last, right))

    def _columns_changed(self, before: AnyRow, after: AnyRow) -> tuple[int, int]:
        if before.is_stale != after.is_stale or not (before.is_built and after.is_built):
            return 0, len(self.columns) - 1
        pairs = zip(before.cells, after.cells, strict=True)
        places = [place for place, (old, new) in enumerate(pairs) if old != new]
        return (places[0], places[-1]) if places else (0, 0)

    def _index(self) -> None:
        self._places = {row.key: place for place, row in enumerate(self._shown)}

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """How many rows are shown."""
        return 0 if parent.isValid() else len(self._shown)


def runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring places into (first, last), in order."""
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield places[start], places[at - 1]
            start = at
