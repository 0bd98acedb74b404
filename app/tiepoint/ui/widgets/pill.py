"""A state as icon, word and tone on a soft ground."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of

_HEIGHT = 24


class Pill(QWidget):
    """A state; `set_state` changes it.

    Args:
        state: A name in `theme.states.STATES`.
        text: Words instead of the state's own.
    """

    def __init__(self, state: str, text: str = "") -> None:
        super().__init__()
        self._font = font(12, QFont.Weight.Medium)
        self._state, self._text = "", ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_state(state, text)

    def set_state(self, state: str, text: str = "") -> None:
        """Show another state."""
        words = text or look_of(state).text
        if (state, words) == (self._state, self._text):
            return
        self._state, self._text = state, words
        self.setAccessibleName(words)
        self.updateGeometry()
        self.update()

    @property
    def text(self) -> str:
        """The words it shows."""
        return self._text

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(QFontMetrics(self._font).horizontalAdvance(self._text) + 38, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, icon and word."""
        look = look_of(self._state)
        tone = theme.tokens().tone(look.tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tone.soft))
        painter.drawRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.drawPixmap(9, 5, icons.pixmap(look.icon, tone.text, 14))
        painter.setFont(self._font)
        painter.setPen(QColor(tone.text))
        painter.drawText(self.rect().adjusted(28, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._text)
