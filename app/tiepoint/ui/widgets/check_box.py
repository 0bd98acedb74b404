"""A box to tick, with a tick: the style sheet alone would tell on and off by colour only."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font

_EDGE = 16
_GAP = 9


class CheckBox(QCheckBox):
    """A box and its words.

    Args:
        text: What is on or off.
    """

    def __init__(self, text: str, *, is_on: bool = False) -> None:
        super().__init__(text)
        self.setChecked(is_on)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(_EDGE + _GAP + 4 + QFontMetrics(_written()).horizontalAdvance(self.text()), 24)

    def minimumSizeHint(self) -> QSize:
        """Give way to the width; the words are shortened then."""
        return QSize(_EDGE + _GAP + 40, 24)

    def hitButton(self, pos: QPoint) -> bool:
        """The words count as well as the box."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint box, tick, words and focus."""
        tokens, is_on = theme.tokens(), self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        box = QRectF(2, (self.height() - _EDGE) / 2, _EDGE, _EDGE)
        edge = tokens.accent_fill if is_on else tokens.text3 if self.underMouse() else tokens.border_strong
        painter.setPen(QPen(QColor(edge), 1.5))
        painter.setBrush(QColor(tokens.accent_fill if is_on else tokens.raised))
        painter.drawRoundedRect(box.adjusted(0.75, 0.75, -0.75, -0.75), 4, 4)
        if is_on:
            painter.drawPixmap(int(box.left()) + 2, int(box.top()) + 2, icons.pixmap("check", "on_accent", 12))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), 5, 5)
        painter.setFont(_written())
        painter.setPen(QColor(tokens.text))
        room = self.rect().adjusted(_EDGE + _GAP + 2, 0, 0, 0)
        words = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)


def _written() -> QFont:
    return font(12)
