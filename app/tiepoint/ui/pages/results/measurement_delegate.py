"""Painting a measurement as a row of the list, and editing its name there. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from tiepoint.domain.measurement import MeasurementKind
from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.viewmodels.measuring_words import COLOURS, MeasurementRow

_CONTEXT: Final = "Measuring"
_ROW: Final = 36
_LINE: Final = 18
_DOTS_PX: Final = 28
_TEXT_PX: Final = 32
_NAME_PX: Final = 84
_ICONS: Final = {
    MeasurementKind.POINT: "crosshair",
    MeasurementKind.DISTANCE: "ruler",
    MeasurementKind.POLYLINE: "spline",
}
RowRole: Final = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class MeasurementDelegate(QStyledItemDelegate):
    """Paints a measurement in one line, a point in more.

    Args:
        on_menu: Opens the menu of a measurement (its id) at a global place.
        parent: The view.
    """

    def __init__(self, on_menu: Callable[[str, QPoint], None], parent: QObject) -> None:
        super().__init__(parent)
        self._on_menu = on_menu

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as what there is to say."""
        row = index.data(RowRole)
        return QSize(200, height_of(row) if isinstance(row, MeasurementRow) else _ROW)

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
        tokens, line = theme.tokens(), QRect(box.left(), box.top(), box.width(), _ROW)
        right, quiet = box.right() - _DOTS_PX, font(12)
        value = "" if row.lines else row.value
        for text, face, colour in (
            (row.uncertainty, quiet, tokens.text2),
            (value, font(12, QFont.Weight.DemiBold), tokens.text),
        ):
            width = min(QFontMetrics(face).horizontalAdvance(text), max(0, right - box.left() - _NAME_PX))
            _write(painter, QRect(right - width, line.top(), width, _ROW), text, face, colour)
            right -= width + (8 if text else 0)
        room = QRect(box.left() + _TEXT_PX, line.top(), right - box.left() - _TEXT_PX - 4, _ROW)
        _write(painter, room, row.name, font(12, QFont.Weight.Medium), tokens.text)
        for place, text in enumerate(row.lines):
            below = QRect(box.left() + _TEXT_PX, box.top() + _ROW - 6 + place * _LINE, box.width() - 40, _LINE)
            _write(painter, below, text, quiet, tokens.text if place == 0 else tokens.text2)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """Edit the name in place."""
        editor = QLineEdit(parent)
        editor.setMaxLength(80)
        editor.setAccessibleName(tr(_CONTEXT, "Name of the measurement"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Lie over the whole row."""
        editor.setGeometry(QRect(option.rect).adjusted(26, 2, -2, 0))
        editor.setFixedHeight(_ROW - 4)

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        """Open the menu by a click on the dots."""
        box, row = QRect(option.rect), index.data(RowRole)
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonRelease:
            is_on_dots = event.position().x() > box.right() - _DOTS_PX
            if is_on_dots and event.button() == Qt.MouseButton.LeftButton and isinstance(row, MeasurementRow):
                self._on_menu(row.id, event.globalPosition().toPoint())
                return True
        return super().editorEvent(event, model, option, index)


def height_of(row: MeasurementRow) -> int:
    """Return how high the row of a measurement is."""
    return _ROW + _LINE * len(row.lines)


def _write(painter: QPainter, box: QRect, text: str, face: QFont, colour: str) -> None:
    """Write a line, cut at the right when it does not fit."""
    painter.setFont(face)
    painter.setPen(QColor(colour))
    shown = QFontMetrics(face).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
    painter.drawText(box.adjusted(0, 0, 2, 0), Qt.AlignmentFlag.AlignVCenter, shown)
