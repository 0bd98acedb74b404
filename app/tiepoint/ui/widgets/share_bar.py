"""Shares of a whole by part, each in a colour of its own that a legend repeats; no colour means anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from tiepoint.ui import theme

SERIES: Final = ("accent", "queued", "blocked", "ok", "warn", "neutral")
"""Colours in order, the largest share first; more shares have the last one."""
_GAP_PX: Final = 2
_LEAST_PX: Final = 3


def series_colour(place: int) -> str:
    """Return the name of a share's colour by its place."""
    return SERIES[min(place, len(SERIES) - 1)]


class ShareBar(QWidget):
    """A bar; whoever fills it says the same in words."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(8)
        self._shares: tuple[float, ...] = ()

    def set_shares(self, shares: Sequence[float], words: str) -> None:
        """Show shares of whatever size, the largest first."""
        self._shares = tuple(share for share in shares if share > 0)
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the shares."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(tokens.track))
        whole, left = sum(self._shares), 0.0
        for place, share in enumerate(self._shares):
            width = max(_LEAST_PX, self.width() * share / whole)
            painter.fillRect(QRectF(left, 0, width, 8), QColor(tokens.colour(series_colour(place))))
            left += width
            painter.fillRect(QRectF(left - _GAP_PX / 2, 0, _GAP_PX, 8), QColor(tokens.surface))


class Swatch(QLabel):
    """The square of a share in the legend."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self._place = place
        self.setFixedSize(8, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the square."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().colour(series_colour(self._place))))
        painter.drawRoundedRect(self.rect(), 2, 2)
