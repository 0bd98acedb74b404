"""A choice as a card with room for two lines and a price; a tick marks the chosen one. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.focus_ring import draw_focus_ring
from tiepoint.ui.widgets.option_card import paint_option_ground

_HEIGHT = 98
_LEFT = 14


class BigOption(QAbstractButton):
    """One option; put several into a QButtonGroup.

    Args:
        icon: Name of an icon.
        title: What it is called.
        first: First line on what it means.
        second: Second line.
    """

    def __init__(self, icon: str, title: str, first: str, second: str) -> None:
        super().__init__()
        self._icon, self._lines, self._price, self._locked = icon, (first, second), "", ""
        self.setText(title)
        self.setCheckable(True)
        self.setFixedHeight(_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_locked(self, why: str) -> None:
        """Offer it no more, and say why in place of its price."""
        self._locked = why
        self.setEnabled(False)
        self._name()
        self.update()

    def set_price(self, price: str) -> None:
        """Show a price on the last line; empty while it is not known."""
        if price != self._price:
            self._price = price
            self._name()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for a third of a page."""
        return QSize(180, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Lines are shortened before the page has to grow."""
        return QSize(132, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        tokens, is_on = theme.tokens(), self.isChecked()
        painter = QPainter(self)
        box = paint_option_ground(painter, self)
        painter.drawPixmap(_LEFT, 12, icons.pixmap(self._icon, "accent_text" if is_on else "text2", 18))
        self._paint_words(painter)
        if is_on:
            painter.drawPixmap(self.width() - 32, 12, icons.pixmap("circle-check", "accent_text", 18))
        elif self._locked:
            painter.drawPixmap(self.width() - 32, 12, icons.pixmap("lock", "text2", 18))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text if is_on else tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(2, 2, -2, -2) if is_on else box, 7, 7)
        else:
            draw_focus_ring(painter, self, 8)

    def _paint_words(self, painter: QPainter) -> None:
        tokens, side = theme.tokens(), Qt.AlignmentFlag.AlignVCenter
        room = self.width() - 2 * _LEFT
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.text2))
        painter.drawText(QRectF(_LEFT + 26, 11, room - 52, 20), side, _short(painter, self.text(), room - 52))
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        for place, line in enumerate(self._lines):
            painter.drawText(QRectF(_LEFT, 35 + 18 * place, room, 18), side, _short(painter, line, room))
        painter.setFont(font(12, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text if self.isEnabled() else tokens.text2))
        painter.drawText(QRectF(_LEFT, 71, room, 18), side, _short(painter, self._locked or self._price, room))

    def _name(self) -> None:
        self.setAccessibleName(
            ". ".join(part for part in (self.text(), *self._lines, self._locked or self._price) if part)
        )
        self.setToolTip(" ".join(self._lines))


def _short(painter: QPainter, text: str, room: int) -> str:
    return QFontMetrics(painter.font()).elidedText(text, Qt.TextElideMode.ElideRight, room)
