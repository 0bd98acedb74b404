"""The list of measurements: an item model, a view with its keys, and a delegate that paints a row. GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tiepoint.domain.measurement import MeasurementKind
from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.viewmodels.measuring_words import COLOURS, MeasurementRow

_CONTEXT: Final = "Measuring"
_ROW: Final = 36
_MOST_ROWS: Final = 8
_DOTS_PX: Final = 28
_ICONS: Final = {
    MeasurementKind.POINT: "crosshair",
    MeasurementKind.DISTANCE: "ruler",
    MeasurementKind.POLYLINE: "spline",
}
RowRole: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
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
        self.setItemDelegate(_Delegate(self))
        self.setAccessibleName(tr(_CONTEXT, "Measurements"))
        self.setUniformItemSizes(True)
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
        rows = min(self._rows.rowCount(), _MOST_ROWS)
        self.setFixedHeight(rows * _ROW + 4)
        self.setVisible(rows > 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Remove with Del."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.current_id:
            self.delete_wanted.emit(self.current_id)
        else:
            super().keyPressEvent(event)


class _Delegate(QStyledItemDelegate):
    """Paints a measurement in one line."""

    def __init__(self, view: MeasurementListView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Every row is as high."""
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint ground, icon, name, value, uncertainty and dots."""
        row = index.data(RowRole)
        if not isinstance(row, MeasurementRow):
            return
        tokens, box = theme.tokens(), QRect(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 6, 6)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 6, 6)
        colour = COLOURS[row.kind] if tokens.is_dark else "text2"
        painter.drawPixmap(box.left() + 8, box.top() + 10, icons.pixmap(_ICONS[row.kind], colour, 16))
        dots = QPoint(box.right() - 22, box.top() + 10)
        painter.drawPixmap(dots, icons.pixmap("ellipsis", "text2", 16))
        self._paint_words(painter, box, row)
        painter.restore()

    def _paint_words(self, painter: QPainter, box: QRect, row: MeasurementRow) -> None:
        tokens, middle = theme.tokens(), Qt.AlignmentFlag.AlignVCenter
        quiet, bold, name_font = font(12), font(12, QFont.Weight.DemiBold), font(12, QFont.Weight.Medium)
        right = box.right() - _DOTS_PX
        for text, face, colour in ((row.uncertainty, quiet, tokens.text2), (row.value, bold, tokens.text)):
            most = min(QFontMetrics(face).horizontalAdvance(text), right - box.left() - 100)
            painter.setFont(face)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, most + 1)
            painter.drawText(QRect(right - most - 1, box.top(), most + 2, box.height()), middle, shown)
            right -= most + (8 if text else 0)
        painter.setFont(name_font)
        painter.setPen(QColor(tokens.text))
        room = QRect(box.left() + 32, box.top(), right - box.left() - 36, box.height())
        painter.drawText(
            room, middle, QFontMetrics(name_font).elidedText(row.name, Qt.TextElideMode.ElideRight, room.width())
        )

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Edit the name in place."""
        editor = QLineEdit(parent)
        editor.setMaxLength(80)
        editor.setAccessibleName(tr(_CONTEXT, "Name of the measurement"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lie over the whole row."""
        editor.setGeometry(QRect(option.rect).adjusted(26, 2, -2, -2))

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Open the menu by a click on the dots."""
        box, row = QRect(option.rect), index.data(RowRole)
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            is_on_dots = event.position().x() > box.right() - _DOTS_PX
            if is_on_dots and event.button() == Qt.MouseButton.LeftButton and isinstance(row, MeasurementRow):
                self._view.menu_wanted.emit(row.id, event.globalPosition().toPoint())
                return True
        return super().editorEvent(event, model, option, index)


def _tip(row: MeasurementRow) -> str:
    lines = [row.name, f"{row.value} {row.uncertainty}".strip(), *row.details]
    escaped = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in lines]
    return "<span>" + "<br>".join(escaped) + "</span>"
