"""The grid of photos: cells of one size that fill the width, laid out by arithmetic, so that any number is cheap.

Must not ask for more pictures than are visible and nearly so. The GUI thread only.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter, QPaintEvent, QRegion, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QStyle, QStyleOptionViewItem

from tiepoint.domain.photo_picture import LARGE_THUMBNAIL_PX, THUMBNAIL_PX
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui.pages.photos.cell import CAPTION, GAP, CellPainter
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.viewmodels.photos_model import PhotosModel

LEAST_CELL: Final = 96
LARGEST_CELL: Final = 420
USUAL_CELL: Final = 164
_ASK_MS: Final = 40
_BAR_PX: Final = 14
_SHAPE: Final = 9 / 16
Index = QModelIndex | QPersistentModelIndex


class PhotoGrid(QAbstractItemView):
    """Photos side by side.

    Signals:
        zoomed(size): The wheel asked for another size of the cells.
        looked_at(photos): These are visible now; told a moment after scrolling.

    Args:
        model: The photos.
        selection: Shared with the list.
        pixmaps: Their pictures.
    """

    zoomed = Signal(int)
    looked_at = Signal(object)

    def __init__(self, model: PhotosModel, selection: QItemSelectionModel, pixmaps: Pixmaps) -> None:
        super().__init__()
        self._photos, self._pixmaps = model, pixmaps
        self._wanted_width = USUAL_CELL
        self._columns, self._cell = 1, QSize(USUAL_CELL, USUAL_CELL)
        self._painter = CellPainter(pixmaps)
        self.setItemDelegate(self._painter)
        self.setModel(model)
        self.setSelectionModel(selection)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._asking = QTimer(self, singleShot=True, interval=_ASK_MS)
        self._asking.timeout.connect(self._ask)
        pixmaps.arrived.connect(self._on_arrived)
        self.verticalScrollBar().valueChanged.connect(lambda _: self._asking.start())
        for changed in (model.modelReset, model.layoutChanged, model.rowsInserted, model.rowsRemoved):
            changed.connect(self._on_rows_changed)
        model.dataChanged.connect(lambda *_: self._asking.start())

    @property
    def cell_width(self) -> int:
        """The width that was asked for; cells are a little wider, so that they fill the row."""
        return self._wanted_width

    def set_cell_width(self, width: int) -> None:
        """Make the cells about this wide; what is in the middle stays in view."""
        width = min(max(width, LEAST_CELL), LARGEST_CELL)
        if width == self._wanted_width:
            return
        middle = self.indexAt(self.viewport().rect().center())
        self._wanted_width = width
        self.updateGeometries()
        if middle.isValid():
            self.scrollTo(middle, QAbstractItemView.ScrollHint.PositionAtCenter)
        self._asking.start()
        self.viewport().update()

    def visible_photos(self) -> list[SetPhoto]:
        """Return the photos in view, then those of the next screen and of half a screen before."""
        first, last = self._rows_between(0, self.viewport().height())
        more = last - first
        rows = [*range(first, last), *range(last, last + more), *range(max(0, first - more // 2), first)]
        return [photo for row in rows if (photo := self._photos.photo(row)) is not None]

    def _ask(self) -> None:
        if not self.isVisible():
            return
        photos = self.visible_photos()
        is_large = self._cell.width() * self.devicePixelRatioF() > THUMBNAIL_PX * 1.15
        self._pixmaps.want(photos, LARGE_THUMBNAIL_PX if is_large else THUMBNAIL_PX)
        self.looked_at.emit(photos)

    def _on_arrived(self, path: str) -> None:
        row = self._photos.row_of(path)
        if row >= 0:
            box = self._box(row)
            if box.intersects(self.viewport().rect()):
                self.viewport().update(box)

    def _on_rows_changed(self, *_: object) -> None:
        self.updateGeometries()
        self.viewport().update()
        self._asking.start()

    def _box(self, row: int) -> QRect:
        left = (row % self._columns) * self._cell.width()
        top = (row // self._columns) * self._cell.height() - self.verticalOffset()
        return QRect(QPoint(left, top), self._cell)

    def _rows_between(self, top: int, bottom: int) -> tuple[int, int]:
        height, offset = max(self._cell.height(), 1), self.verticalOffset()
        first = max(0, (top + offset) // height) * self._columns
        last = ((bottom + offset) // height + 1) * self._columns
        return first, min(max(last, 0), self._photos.rowCount())

    # What QAbstractItemView asks of a view of its own.

    def visualRect(self, index: Index) -> QRect:
        """Where a photo is painted."""
        return self._box(index.row()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Which photo is at a place; none in the gap at the right of the last one."""
        column = point.x() // max(self._cell.width(), 1)
        line = (point.y() + self.verticalOffset()) // max(self._cell.height(), 1)
        row = line * self._columns + column
        if not 0 <= column < self._columns or not 0 <= row < self._photos.rowCount():
            return QModelIndex()
        return self._photos.index(row, 0)

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        """Bring a photo into view."""
        if not index.isValid():
            return
        box, bar, height = self._box(index.row()), self.verticalScrollBar(), self.viewport().height()
        if hint is QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + box.center().y() - height // 2)
        elif box.top() < 0:
            bar.setValue(bar.value() + box.top())
        elif box.bottom() > height:
            bar.setValue(bar.value() + min(box.bottom() - height, box.top()))

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Where the keyboard goes next."""
        count, actions = self._photos.rowCount(), QAbstractItemView.CursorAction
        if count == 0:
            return QModelIndex()
        row = self.currentIndex().row()
        if row < 0:
            return self._photos.index(0, 0)
        screen = max(1, self.viewport().height() // max(self._cell.height(), 1)) * self._columns
        steps = {
            actions.MoveLeft: -1,
            actions.MovePrevious: -1,
            actions.MoveRight: 1,
            actions.MoveNext: 1,
            actions.MoveUp: -self._columns,
            actions.MoveDown: self._columns,
            actions.MovePageUp: -screen,
            actions.MovePageDown: screen,
            actions.MoveHome: -row,
            actions.MoveEnd: count - 1 - row,
        }
        target = row + steps[action]
        if action in (actions.MoveUp, actions.MoveDown) and not 0 <= target < count:
            is_last_line = row // self._columns == (count - 1) // self._columns
            target = row if target < 0 or is_last_line else count - 1
        return self._photos.index(min(max(target, 0), count - 1), 0)

    def horizontalOffset(self) -> int:
        """Never scrolled sideways."""
        return 0

    def verticalOffset(self) -> int:
        """How far it is scrolled down."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, index: Index) -> bool:
        """No photo is hidden; the other columns are."""
        return bool(index.column() != 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what a click, a range or a rubber band covers."""
        chosen, flags = QItemSelection(), QItemSelectionModel.SelectionFlag
        last_column = self._photos.columnCount() - 1
        if self.state() is QAbstractItemView.State.DragSelectingState:
            for first, last in self._lines_in(rect.normalized()):
                chosen.select(self._photos.index(first, 0), self._photos.index(last, last_column))
        else:
            ends = [self.indexAt(point) for point in (rect.topLeft(), rect.bottomRight())]
            rows = sorted(index.row() for index in ends if index.isValid())
            if rows:
                chosen.select(self._photos.index(rows[0], 0), self._photos.index(rows[-1], last_column))
        self.selectionModel().select(chosen, command | flags.Rows)

    def _lines_in(self, rect: QRect) -> list[tuple[int, int]]:
        """Return the first and the last row that a rectangle touches, line by line."""
        count, width = self._photos.rowCount(), max(self._cell.width(), 1)
        left = min(max(rect.left() // width, 0), self._columns - 1)
        right = min(max(rect.right() // width, 0), self._columns - 1)
        first, last = self._rows_between(rect.top(), rect.bottom())
        lines = range(first, last, self._columns)
        return [(line + left, min(line + right, count - 1)) for line in lines if line + left < count]

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What to paint anew when the selection changes: what is visible, whatever was selected."""
        return QRegion(self.viewport().rect())

    def updateGeometries(self) -> None:
        """Work out cells and the scroll bar's range."""
        # As if the scroll bar were there always: its coming and going must not change the columns.
        width = max(self.width() - _BAR_PX, LEAST_CELL)
        self._columns = max(1, width // self._wanted_width)
        cell = width // self._columns
        self._cell = QSize(cell, round((cell - GAP) * _SHAPE) + CAPTION + GAP)
        lines = -(-self._photos.rowCount() // self._columns)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, lines * self._cell.height() - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(20, self._cell.height() // 3))
        super().updateGeometries()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the photos in view."""
        painter = QPainter(self.viewport())
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        first, last = self._rows_between(event.rect().top(), event.rect().bottom())
        plain_state = option.state & ~QStyle.StateFlag.State_HasFocus
        current, selection = self.currentIndex().row(), self.selectionModel()
        hovered = self.indexAt(self.viewport().mapFromGlobal(self.cursor().pos())).row()
        for row in range(first, last):
            index = self._photos.index(row, 0)
            state = plain_state
            if selection.isRowSelected(row, QModelIndex()):
                state |= QStyle.StateFlag.State_Selected
            if row == current and self.hasFocus():
                state |= QStyle.StateFlag.State_HasFocus
            if row == hovered and self.underMouse():
                state |= QStyle.StateFlag.State_MouseOver
            option.rect = self._box(row)
            option.state = state
            self._painter.paint(painter, option, index)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew; the photo at the top stays there."""
        top = self.indexAt(QPoint(1, 1))
        super().resizeEvent(event)
        self.updateGeometries()
        if top.isValid() and top.row() > 0:
            self.verticalScrollBar().setValue((top.row() // self._columns) * self._cell.height())
        self._asking.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for pictures: while it was hidden nobody did."""
        super().showEvent(event)
        self._asking.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll, or with Ctrl change the size."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(self._wanted_width + (16 if event.angleDelta().y() > 0 else -16))
            event.accept()
        else:
            super().wheelEvent(event)
