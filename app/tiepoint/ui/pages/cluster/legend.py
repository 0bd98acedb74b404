"""The legend of the load: a short line in the colour of each share, with its words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row


class Legend(QWidget):
    """Entries of (colour token, words) side by side."""

    def __init__(self, entries: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        line = row(spacing=8)
        for colour, words in entries:
            line.addWidget(_Dash(colour))
            line.addWidget(Label(words, "caption"))
            line.addSpacing(8)
        line.addStretch(1)
        self.setLayout(line)


class _Dash(QWidget):
    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        """A short line."""
        return QSize(14, 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().colour(self._colour)))
        painter.drawRoundedRect(QRectF(0, self.height() / 2 - 1.5, self.width(), 3), 1.5, 1.5)
