"""Paints a table's cells: two lines, pills, bars; grey when stale, marked where the focus is. GUI thread."""

from __future__ import annotations

from functools import cache
from typing import Final, cast

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter, QStaticText, QTransform
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
    QWidget,
)

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.widgets.bars import draw_bar, draw_segments
from tiepoint.ui.widgets.spark import draw_spark
from tiepoint.ui.widgets.table_cells import Cell
from tiepoint.ui.widgets.table_model import CELL_ROLE, RowsModel

_PAD: Final = 10
_ICON: Final = 13
_FIGURE_PX: Final = 46
_WIDEST_PX: Final = 12
"""No letter of the table's typeface is wider; shorter words fit without being measured."""
# Plain numbers: joining flags anew for every cell takes as long as drawing a short word.
_ONE_LINE: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
_LEFT: Final = int(Qt.AlignmentFlag.AlignLeft) | _ONE_LINE
_RIGHT: Final = int(Qt.AlignmentFlag.AlignRight) | _ONE_LINE
_LONGEST_KEPT: Final = 40
_MOST_KEPT: Final = 3000
"""Texts that are kept laid out, about a kilobyte each."""


@cache
def _paint_of(colour: str) -> QColor:
    """Return a colour of the theme; reading one from text for every cell takes as long as drawing a word."""
    return QColor(colour)


class CellDelegate(QStyledItemDelegate):
    """Paints cells; `hovered` is the row under the pointer."""

    def __init__(self, view: QAbstractItemView, row_height: int) -> None:
        super().__init__(view)
        self.hovered = -1
        self.selected: frozenset[int] | set[int] = frozenset()
        """Rows that are selected, as the view sees before it paints."""
        self._model: RowsModel | None = None
        self._texts: dict[tuple[str, int], tuple[QStaticText, float, float]] = {}
        self._view = view
        self._row_height = row_height
        self._main, self._strong, self._sub = font(12), font(12, QFont.Weight.DemiBold), font(11)
        self._word = font(12, QFont.Weight.Medium)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one cell."""
        model = self._model
        if model is None:
            model = self._model = cast("RowsModel", index.model())
        at, place = index.row(), index.column()
        if at >= model.rowCount():
            return
        row = model.row_at(at)
        cell = row.cells[place]
        self._ground(painter, option, at)
        box = QRectF(option.rect).adjusted(_PAD, 0, -_PAD, -1)
        if cell.look == "text" and not cell.icon:
            # Words are cut to fit, so nothing of the painter needs to be kept: most cells are words.
            is_stale = row.is_stale and not cell.is_live
            self._words(painter, box, cell, is_right=model.columns[place].is_right, is_stale=is_stale)
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        if cell.look == "pill":
            self._pill(painter, box, cell, is_stale=row.is_stale)
        elif cell.look in ("bar", "segments"):
            self._bar(painter, box, cell, is_stale=row.is_stale)
        elif cell.look == "spark":
            draw_spark(painter, box, cell.points, "queued" if row.is_stale else cell.tone or "neutral")
        else:
            is_stale = row.is_stale and not cell.is_live
            self._words(painter, box, cell, is_right=model.columns[place].is_right, is_stale=is_stale)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, row: int) -> None:
        # A copy: the option lies on Qt's stack and is gone after this call.
        tokens, box = theme.tokens(), QRect(option.rect)
        is_selected = row in self.selected
        if is_selected or row == self.hovered:
            painter.fillRect(box, _paint_of(tokens.selection if is_selected else tokens.hover))
        painter.fillRect(box.left(), box.bottom(), box.width(), 1, _paint_of(tokens.border))
        if is_selected and box.left() <= 0:
            painter.fillRect(QRectF(box.left(), box.top(), 3, box.height()), _paint_of(tokens.accent))

    def _pill(self, painter: QPainter, box: QRectF, cell: Cell, *, is_stale: bool) -> None:
        look, tokens = look_of(cell.state), theme.tokens()
        tone = tokens.tone("neutral" if is_stale else look.tone)
        text = cell.text or look.text
        width = min(box.width() + 4, QFontMetricsF(self._word).horizontalAdvance(text) + 34)
        pill = QRectF(box.left() - 2, box.center().y() - 11, width, 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_paint_of(tone.soft))
        painter.drawRoundedRect(pill, 11, 11)
        painter.drawPixmap(QPointF(pill.left() + 8, pill.center().y() - 6.5), icons.pixmap(look.icon, tone.text, _ICON))
        self._line(painter, pill.adjusted(26, 0, -6, 0), text, self._word, tone.text, _LEFT)

    def _bar(self, painter: QPainter, box: QRectF, cell: Cell, *, is_stale: bool) -> None:
        room = box.adjusted(0, 0, -_FIGURE_PX if cell.text else 0, 0)
        bar = QRectF(room.left(), room.center().y() - 2.5, room.width(), 6)
        if cell.look == "segments":
            draw_segments(painter, bar, cell.parts, is_stale=is_stale)
        elif cell.text:
            draw_bar(painter, bar, cell.share, cell.tone or "info", is_stale=is_stale)
        self._line(painter, box, cell.text, self._main, theme.tokens().text2, _RIGHT)

    def _words(self, painter: QPainter, box: QRectF, cell: Cell, *, is_right: bool, is_stale: bool) -> None:
        colour = _colour_of(cell, is_stale=is_stale)
        if cell.icon:
            painter.drawPixmap(
                QPointF(box.left(), box.center().y() - _ICON / 2), icons.pixmap(cell.icon, colour, _ICON)
            )
            box = box.adjusted(_ICON + 6, 0, 0, 0)
        side = _RIGHT if is_right else _LEFT
        used = self._strong if cell.is_strong else self._main
        if not cell.sub:
            self._line(painter, box, cell.text, used, colour, side)
            return
        upper, lower = box.adjusted(0, 0, 0, -box.height() / 2), box.adjusted(0, box.height() / 2, 0, 0)
        self._line(painter, upper.translated(0, 2), cell.text, used, colour, side)
        self._line(painter, lower.translated(0, -2), cell.sub, self._sub, theme.tokens().text2, side)

    def _line(self, painter: QPainter, box: QRectF, text: str, used: QFont, colour: str, align: int) -> None:
        if not text:
            return
        painter.setFont(used)
        painter.setPen(_paint_of(colour))
        if len(text) * _WIDEST_PX > box.width():
            text = QFontMetricsF(used).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        if len(text) > _LONGEST_KEPT or used is self._word:
            painter.drawText(box, align, text)
            return
        laid, width, height = self._laid(text, used)
        left = box.right() - width if align == _RIGHT else box.left()
        painter.drawStaticText(QPointF(left, box.center().y() - height / 2), laid)

    def _laid(self, text: str, used: QFont) -> tuple[QStaticText, float, float]:
        """Lay a text out once: most of what a table shows was there a second ago, in this row or in another."""
        key = text, id(used)
        known = self._texts.get(key)
        if known is None:
            if len(self._texts) >= _MOST_KEPT:
                self._texts.clear()
            laid = QStaticText(text)
            laid.setTextFormat(Qt.TextFormat.PlainText)
            laid.prepare(QTransform(), used)
            known = self._texts[key] = laid, laid.size().width(), laid.size().height()
        return known

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """As wide as the words, for a double click on the head's edge."""
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, Cell):
            return QSize(60, self._row_height)
        widest = max(
            QFontMetricsF(self._strong).horizontalAdvance(cell.text),
            QFontMetricsF(self._sub).horizontalAdvance(cell.sub),
        )
        return QSize(int(widest) + 2 * _PAD + (24 if cell.icon or cell.look == "pill" else 4), self._row_height)

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> bool:
        """Show all of a cell whose words do not fit, as plain text."""
        cell = index.data(CELL_ROLE)
        if event.type() != QEvent.Type.ToolTip or not isinstance(cell, Cell):
            return super().helpEvent(event, view, option, index)
        if self.sizeHint(option, index).width() > option.rect.width() and cell.look == "text":
            show_plain_tip(event, "\n".join(part for part in (cell.text, cell.sub) if part), view)
        else:
            QToolTip.hideText()
        return True


def show_plain_tip(event: QHelpEvent, text: str, owner: QWidget) -> None:
    """Show a tool tip that is not taken for HTML."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    QToolTip.showText(event.globalPos(), f"<span>{escaped}</span>", owner)


def stale_tone(tone: str) -> str:
    """Return the tone of a part of a bar that is only as last known: grey, unless it failed."""
    return "neutral" if tone == "neutral" else "err" if tone == "err" else "queued"


def _colour_of(cell: Cell, *, is_stale: bool) -> str:
    tokens = theme.tokens()
    if is_stale:
        return tokens.text2
    if cell.tone == "quiet":
        return tokens.text2
    return tokens.tone(cell.tone).text if cell.tone else tokens.text
