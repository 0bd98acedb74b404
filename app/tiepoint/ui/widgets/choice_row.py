"""A way on as a row: icon, what is done, and a sentence on what it means. Pressing it chooses it at once."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.focus_ring import draw_focus_ring

_LEFT, _TOP, _RIGHT = 46, 11, 16
_TITLE_PX, _LINE_PX = 20, 17
_WRAPPED = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap


class ChoiceRow(QAbstractButton):
    """One way on; rows below each other are walked with the arrow keys, and Enter takes one.

    Args:
        icon: Name of an icon.
        title: What is done, as a verb.
        text: What it means; broken into lines.
        tone: Of the icon: a token or a tone, such as `accent_text` or `err.text`.
    """

    def __init__(self, icon: str, title: str, text: str, tone: str = "text2") -> None:
        super().__init__()
        self._icon, self._line, self._tone = icon, text, tone
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def line(self) -> str:
        """The sentence below the title."""
        return self._line

    def sizeHint(self) -> QSize:
        """Wide enough for a dialog."""
        return QSize(420, self.heightForWidth(420))

    def hasHeightForWidth(self) -> bool:
        """The sentence takes as many lines as it needs."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height for the sentence at a width."""
        room = max(width - _LEFT - _RIGHT, 80)
        box = QFontMetrics(font(12)).boundingRect(0, 0, room, 1000, int(_WRAPPED), self._line)
        return _TOP + _TITLE_PX + max(box.height(), _LINE_PX) + _TOP

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the row."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.55)
        painter.setPen(QColor(tokens.border))
        painter.setBrush(QColor(tokens.hover if self.underMouse() or self.isDown() else tokens.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        painter.drawPixmap(16, _TOP + 2, icons.pixmap(self._icon, self._tone, 18))
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text))
        room = self.width() - _LEFT - _RIGHT
        painter.drawText(QRectF(_LEFT, _TOP, room, _TITLE_PX), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        painter.drawText(QRectF(_LEFT, _TOP + _TITLE_PX, room, self.height()), int(_WRAPPED), self._line)
        draw_focus_ring(painter, self, 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk with the arrow keys, choose with Enter."""
        key = event.key()
        if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.focusNextPrevChild(key == Qt.Key.Key_Down)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)
