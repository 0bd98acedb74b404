"""The list of photos: one line a photo, sortable by what stands in its head. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.tokens import ROW_HEIGHT
from tiepoint.ui.viewmodels.photos_model import COLUMNS, PHOTO_ROLE, PhotosModel
from tiepoint.ui.viewmodels.photos_order import Column
from tiepoint.ui.viewmodels.photos_text import badge_of, state_of

_WIDTHS: Final = {
    Column.NAME: 190,
    Column.ISSUES: 140,
    Column.SHARPNESS: 86,
    Column.SIZE: 88,
    Column.CAMERA: 130,
    Column.TAKEN: 150,
    Column.POSITION: 190,
}


class PhotoTable(QTableView):
    """Photos below each other.

    Signals:
        sort_wanted(column, is_descending): A column's head was clicked.

    Args:
        model: The photos.
        selection: Shared with the grid.
    """

    sort_wanted = Signal(object, bool)

    def __init__(self, model: PhotosModel, selection: QItemSelectionModel) -> None:
        super().__init__()
        self.setModel(model)
        self.setSelectionModel(selection)
        self.setAccessibleName(tr("Photos", "List of photos"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerWidget(QWidget())
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self._painter = _LinePainter()
        self.setItemDelegate(self._painter)
        self._setup_heads()
        self.setSortingEnabled(True)

    def _setup_heads(self) -> None:
        lines = self.verticalHeader()
        lines.hide()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionsMovable(True)
        head.setSectionsClickable(True)
        head.setStretchLastSection(True)
        head.setFixedHeight(32)
        for place, column in enumerate(COLUMNS):
            self.setColumnWidth(place, _WIDTHS[column])
        # Its own, empty one: with the view's it would ask every photo whether all are selected, at every painting.
        head.setSelectionModel(QItemSelectionModel(self.model(), head))
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSortIndicatorClearable(True)
        head.sortIndicatorChanged.connect(self._on_sort)

    def _on_sort(self, place: int, order: Qt.SortOrder) -> None:
        column = COLUMNS[place] if 0 <= place < len(COLUMNS) else Column.RANK
        self.sort_wanted.emit(column, order is Qt.SortOrder.DescendingOrder and column is not Column.RANK)


class _LinePainter(QStyledItemDelegate):
    """Paints a field of the list."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint ground, glyph, words and focus."""
        photo = index.data(PHOTO_ROLE)
        if photo is None:
            return
        tokens = theme.tokens()
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(tokens.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, QColor(tokens.hover))
        column = COLUMNS[index.column()]
        glyph = _glyph(photo, column)
        words = box.adjusted(34 if glyph else 10, 0, -10, 0)
        if glyph:
            painter.drawPixmap(box.left() + 11, box.center().y() - 7, icons.pixmap(*glyph, 15))
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text if photo.is_included and column is Column.NAME else tokens.text2))
        side = index.data(int(Qt.ItemDataRole.TextAlignmentRole)) or int(Qt.AlignmentFlag.AlignVCenter)
        text = painter.fontMetrics().elidedText(str(index.data() or ""), _elided(column), words.width())
        painter.drawText(words, int(side), text)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QColor(tokens.accent))
            painter.drawRect(box.adjusted(0, 1, -1, -2))


def _elided(column: Column) -> Qt.TextElideMode:
    return Qt.TextElideMode.ElideMiddle if column is Column.NAME else Qt.TextElideMode.ElideRight


def _glyph(photo: SetPhoto, column: Column) -> tuple[str, str] | None:
    if column is Column.NAME:
        icon, _, tone = state_of(photo)
        return (icon or "circle-dashed", f"{tone}.text")
    badge = badge_of(photo) if column is Column.ISSUES else None
    return (badge[0], f"{badge[2]}.text") if badge else None
