"""The list of captures: entries with a bar and a button each, walked with the arrow keys. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QToolTip

from tiepoint.ui.pages.transfers.capture_delegate import CaptureDelegate
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.transfers_captures import CaptureRow, capture_columns
from tiepoint.ui.widgets.table_delegate import show_plain_tip
from tiepoint.ui.widgets.table_model import TableModel

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CaptureList(QListView):
    """Shows entries.

    Signals:
        chosen(key): A person went to another entry.
        acted(key): A person pressed an entry's button, or Enter on it.
        menu_wanted(key, place): A person asked for an entry's menu; `place` is on the screen.
    """

    chosen = Signal(str)
    acted = Signal(str)
    menu_wanted = Signal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.rows_model = TableModel(capture_columns())
        self._delegate = CaptureDelegate(self)
        self._key = ""
        self._is_updating = False
        self.setAccessibleName(tr("Transfers", "Captures, going up and coming down"))
        self.setProperty("marks_row", True)
        self.setModel(self.rows_model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.selectionModel().currentChanged.connect(self._on_current)

    def set_rows(self, rows: Sequence[CaptureRow], key: str) -> None:
        """Show these entries, the one with the key chosen; the place that is looked at stays."""
        self._is_updating = True
        self.rows_model.set_rows(rows)
        place = self.rows_model.place_of(key)
        if place is not None and (self._key != key or self.currentIndex().row() != place):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(self.rows_model.index(place, 0), flags.ClearAndSelect)
        self._key = key
        self._is_updating = False

    def row_of(self, index: QModelIndex) -> CaptureRow | None:
        """Return the entry under an index, None when there is none."""
        row = self.rows_model.row_of(index)
        return row if isinstance(row, CaptureRow) else None

    def button_centre(self, key: str) -> QPoint:
        """Return where the button of an entry is, in the viewport."""
        index = self.rows_model.index(self.rows_model.place_of(key) or 0, 0)
        row = self.row_of(index)
        return self._delegate.button_box(self.visualRect(index), row).center().toPoint() if row else QPoint()

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        row = self.row_of(current)
        if row is not None and not self._is_updating:
            self._key = row.key
            self.chosen.emit(row.key)

    def _button_under(self, place: QPointF) -> int:
        index = self.indexAt(place.toPoint())
        row = self.row_of(index)
        is_on = row is not None and self._delegate.button_box(self.visualRect(index), row).contains(place)
        return index.row() if is_on else -1

    def _mark(self, *, hovered: int, pressed: int) -> None:
        if (hovered, pressed) != (self._delegate.hovered, self._delegate.pressed):
            self._delegate.hovered, self._delegate.pressed = hovered, pressed
            is_hand = hovered >= 0
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if is_hand else Qt.CursorShape.ArrowCursor)
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Mark the button under the pointer."""
        self._mark(hovered=self._button_under(event.position()), pressed=self._delegate.pressed)
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose an entry, or hold its button."""
        under = self._button_under(event.position())
        is_left = event.button() is Qt.MouseButton.LeftButton
        super().mousePressEvent(event)
        if is_left:
            self._mark(hovered=under, pressed=under)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what the button says when it is let go where it was pressed."""
        under, held = self._button_under(event.position()), self._delegate.pressed
        super().mouseReleaseEvent(event)
        self._mark(hovered=under, pressed=-1)
        row = self.row_of(self.rows_model.index(held, 0)) if held >= 0 else None
        if row is not None and under == held and event.button() is Qt.MouseButton.LeftButton:
            self.acted.emit(row.key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press the entry's button with Enter."""
        row = self.row_of(self.currentIndex())
        if event.key() in _ENTER and row is not None and row.action:
            self.acted.emit(row.key)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of the entry under the pointer, or of the current one from the keyboard."""
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        row = self.row_of(index)
        if row is not None:
            place = event.pos() if by_mouse else self.visualRect(index).center()
            self.menu_wanted.emit(row.key, self.viewport().mapToGlobal(place))

    def viewportEvent(self, event: QEvent) -> bool:
        """Show all of an entry's words as its tool tip, and mark no button once the pointer has left."""
        if event.type() is QEvent.Type.Leave:
            self._mark(hovered=-1, pressed=-1)
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            row = self.row_of(self.indexAt(event.pos()))
            if row is None:
                QToolTip.hideText()
            else:
                show_plain_tip(event, "\n".join((row.name, row.state_text, row.files, row.line)), self)
            return True
        return super().viewportEvent(event)
