"""Paints an entry of the list of captures: name, state, bar, two lines and a button. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.transfers_captures import CaptureRow
from tiepoint.ui.widgets.bars import draw_segments
from tiepoint.ui.widgets.table_delegate import stale_tone
from tiepoint.ui.widgets.table_model import ROW_ROLE

ENTRY_PX: Final = 92
_GAP: Final = 8
_PAD: Final = 12
_BUTTON_PX: Final = 26
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_Index = QModelIndex | QPersistentModelIndex


class CaptureDelegate(QStyledItemDelegate):
    """Paints entries; `hovered` is the row whose button the pointer is on, `pressed` the one held down."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        self.hovered = self.pressed = -1
        self._name, self._words = font(13, QFont.Weight.DemiBold), font(12)
        self._state = font(12, QFont.Weight.Medium)

    def button_box(self, box: QRect, row: CaptureRow) -> QRectF:
        """Return where an entry's button is; empty without one."""
        if not row.action:
            return QRectF()
        width = QFontMetricsF(self._state).horizontalAdvance(row.action) + 42
        card = _card(box)
        return QRectF(card.right() - _PAD - width, card.bottom() - 8 - _BUTTON_PX, width, _BUTTON_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Paint one entry."""
        row = index.data(ROW_ROLE)
        if not isinstance(row, CaptureRow):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRect(option.rect)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_card(painter, box, is_chosen=is_chosen, is_under=bool(option.state & _UNDER))
        inner = _card(box).adjusted(_PAD, 8, -_PAD, -8)
        self._paint_head(painter, QRectF(inner.left(), inner.top(), inner.width(), 20), row)
        bar = QRectF(inner.left(), inner.top() + 25, inner.width(), 6)
        draw_segments(
            painter, bar, [(stale_tone(tone) if row.is_stale else tone, amount) for tone, amount in row.parts]
        )
        self._paint_lines(painter, inner, self.button_box(box, row), row)
        self._paint_button(painter, self.button_box(box, row), row, index.row())
        painter.restore()

    def _paint_card(self, painter: QPainter, box: QRect, *, is_chosen: bool, is_under: bool) -> None:
        tokens, card = theme.tokens(), _card(box)
        ground = tokens.accent_soft if is_chosen else tokens.hover if is_under else tokens.raised
        painter.setPen(QPen(QColor(tokens.accent if is_chosen else tokens.border), 1.5 if is_chosen else 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(card, 8, 8)
        if is_chosen and self._view.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(card.adjusted(3, 3, -3, -3), 6, 6)

    def _paint_head(self, painter: QPainter, box: QRectF, row: CaptureRow) -> None:
        tokens = theme.tokens()
        tone = tokens.tone("neutral" if row.is_stale else look_of(row.state).tone)
        measure = QFontMetricsF(self._state)
        width = min(measure.horizontalAdvance(row.state_text) + 20, box.width() * 0.6)
        state = QRectF(box.right() - width, box.top(), width, box.height())
        painter.drawPixmap(
            QPointF(state.left(), state.center().y() - 7), icons.pixmap(look_of(row.state).icon, tone.text, 14)
        )
        _line(painter, state.adjusted(19, 0, 0, 0), row.state_text, self._state, tone.text, _RIGHT)
        room = QRectF(box.left(), box.top(), box.width() - width - 10, box.height())
        marked = measure.horizontalAdvance(row.mark) + 24 if row.mark else 0.0
        named = min(QFontMetricsF(self._name).horizontalAdvance(row.name) + 1, room.width() - marked)
        _line(painter, QRectF(room.left(), room.top(), named, room.height()), row.name, self._name, tokens.text, _LEFT)
        if row.mark:
            left = room.left() + named + 8
            painter.drawPixmap(QPointF(left, room.center().y() - 6), icons.pixmap("arrow-up", "accent_text", 12))
            mark = QRectF(left + 15, room.top(), marked, room.height())
            _line(painter, mark, row.mark, self._words, tokens.accent_text, _LEFT)

    def _paint_lines(self, painter: QPainter, inner: QRectF, button: QRectF, row: CaptureRow) -> None:
        tokens = theme.tokens()
        room = inner.width() - (button.width() + 10 if row.action else 0)
        first = QRectF(inner.left(), inner.top() + 36, room, 17)
        colour = tokens.text2 if row.is_stale else tokens.text
        is_whole = QFontMetricsF(self._words).horizontalAdvance(row.files) <= room
        files = row.files if is_whole else row.files.split(" · ")[0]  # files rather than half of both
        _line(painter, first, files, self._words, colour, _LEFT)
        _line(painter, first.translated(0, 18), row.line, self._words, tokens.text2, _LEFT)

    def _paint_button(self, painter: QPainter, box: QRectF, row: CaptureRow, place: int) -> None:
        if box.isEmpty():
            return
        tokens = theme.tokens()
        ground = tokens.border if place == self.pressed else tokens.hover if place == self.hovered else tokens.surface
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.drawPixmap(QPointF(box.left() + 10, box.center().y() - 7), icons.pixmap(row.action_icon, "text", 14))
        _line(painter, box.adjusted(30, 0, 0, 0), row.action, self._state, tokens.text, _LEFT)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """All entries are equally high."""
        return QSize(200, ENTRY_PX)


_UNDER: Final = QStyle.StateFlag.State_MouseOver


def _card(box: QRect) -> QRectF:
    return QRectF(box).adjusted(1, 1, -1, 1 - _GAP)


def _line(painter: QPainter, box: QRectF, text: str, used: QFont, colour: str, align: int) -> None:
    painter.setFont(used)
    painter.setPen(QColor(colour))
    painter.drawText(box, align, QFontMetricsF(used).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1))
