"""The list of measurements: an item model, and a view with its keys. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from tiepoint.ui.pages.results.measurement_delegate import Index, MeasurementDelegate, RowRole, height_of
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.measuring_words import MeasurementRow

_CONTEXT: Final = "Measuring"
_MOST_ROWS: Final = 8
_ROOT: Final = QModelIndex()


class MeasurementListModel(QAbstractListModel):
    """Rows of measurements.

    Signals:
        renamed(id, name): A person gave another name.
    """

    renamed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[MeasurementRow, ...] = ()

    def show_rows(self, rows: Sequence[MeasurementRow]) -> None:
        """Show these rows; rows that stay keep their selection."""
        before, after = [row.id for row in self._rows], [row.id for row in rows]
        if before == after:
            self._rows = tuple(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        elif after[: len(before)] == before:
            self.beginInsertRows(QModelIndex(), len(before), len(after) - 1)
            self._rows = tuple(rows)
            self.endInsertRows()
        else:
            self.beginResetModel()
            self._rows = tuple(rows)
            self.endResetModel()

    def row(self, index: Index) -> MeasurementRow | None:
        """Return the measurement of an index."""
        return self._rows[index.row()] if index.isValid() and index.row() < len(self._rows) else None

    def place(self, measurement_id: str) -> int | None:
        """Return the row of a measurement."""
        return next((place for place, row in enumerate(self._rows) if row.id == measurement_id), None)

    def rowCount(self, parent: Index = _ROOT) -> int:
        """As many as there are measurements."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return name, tool tip, the words for screen readers, or the row."""
        row = self.row(index)
        if row is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.name
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.name}: {row.value} {row.uncertainty}".strip()
        return row if role == RowRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Names can be edited."""
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Hand a new name on; the list follows when it is kept."""
        row, name = self.row(index), str(value).strip()
        if row is None or role != Qt.ItemDataRole.EditRole or not name:
            return False
        if name != row.name:
            self.renamed.emit(row.id, name)
        return True


class MeasurementListView(QListView):
    """The list; F2 renames, Del removes, the dots or the menu key open a menu.

    Signals:
        delete_wanted(id): Remove a measurement.
        menu_wanted(id, at): Its menu, at a global place.
        chosen(id): Another one is selected; empty = none.
    """

    delete_wanted = Signal(str)
    menu_wanted = Signal(str, QPoint)
    chosen = Signal(str)

    def __init__(self, rows: MeasurementListModel) -> None:
        super().__init__()
        self._rows = rows
        self.setModel(rows)
        self.setItemDelegate(MeasurementDelegate(self.menu_wanted.emit, self))
        self.setAccessibleName(tr(_CONTEXT, "Measurements"))
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.selectionModel().currentChanged.connect(self._on_current)
        for signal in (rows.modelReset, rows.rowsInserted):
            signal.connect(self._fit)
        self._fit()

    @property
    def current_id(self) -> str:
        """The selected measurement; empty = none."""
        row = self._rows.row(self.currentIndex())
        return row.id if row else ""

    def edit_name(self, measurement_id: str) -> None:
        """Begin to rename a measurement."""
        place = self._rows.place(measurement_id)
        if place is not None:
            self.setCurrentIndex(self._rows.index(place))
            self.edit(self._rows.index(place))

    def _on_current(self, current: Index, _previous: Index) -> None:
        row = self._rows.row(current)
        self.chosen.emit(row.id if row else "")

    def _on_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        row = self._rows.row(index if index.isValid() else self.currentIndex())
        if row is not None:
            self.menu_wanted.emit(row.id, self.viewport().mapToGlobal(at))

    def _fit(self) -> None:
        shown = [self._rows.row(self._rows.index(place)) for place in range(min(self._rows.rowCount(), _MOST_ROWS))]
        self.setFixedHeight(sum(height_of(row) for row in shown if row is not None) + 4)
        self.setVisible(bool(shown))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove with Del."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current_id:
            self.delete_wanted.emit(self.current_id)
        else:
            super().keyPressEvent(event)


def _tip(row: MeasurementRow) -> str:
    lines = [row.name, f"{row.value} {row.uncertainty}".strip(), *row.details]
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines]
    return "<span>" + "<br>".join(escaped) + "</span>"
