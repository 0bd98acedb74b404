"""What stands on the map besides photos: words on plates, the scale bar, north, the legend. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.viewmodels.photos_text import distance_text
from tiepoint.ui.viewmodels.photos_view_of_map import MapWindow, scale_bar

_ROOMY_PX: Final = 280


def paint_words(painter: QPainter, place: QPointF, words: str, colour: str) -> None:
    """Write words on a plate of the ground's colour, so that nothing below disturbs them."""
    painter.setFont(font(12, QFont.Weight.Medium))
    ground = QColor(theme.tokens().raised)
    ground.setAlphaF(0.82)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    width = painter.fontMetrics().horizontalAdvance(words)
    painter.drawRoundedRect(QRectF(place.x() - 4, place.y() - 13, width + 8, 18), 5, 5)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QColor(colour))
    painter.drawText(place, words)


def paint_scale(painter: QPainter, window: MapWindow) -> None:
    """Paint a bar of a round length at the lower left."""
    metres, width = scale_bar(window.scale, 90.0 if window.width >= _ROOMY_PX else 50.0)
    left, bottom = 12.0, window.height - 14.0
    paint_words(painter, QPointF(left + width + 8, bottom + 2), distance_text(metres), theme.tokens().text2)
    painter.setPen(QPen(QColor(theme.tokens().text), 1.5))
    painter.drawLine(QPointF(left, bottom), QPointF(left + width, bottom))
    for x in (left, left + width):
        painter.drawLine(QPointF(x, bottom - 4), QPointF(x, bottom + 0.5))


def paint_north(painter: QPainter, width: int) -> None:
    """Say at the upper right where north is."""
    paint_words(painter, QPointF(width - 24, 22), "N", theme.tokens().text2)
    painter.drawPixmap(QPointF(width - 43, 9), icons.pixmap("arrow-up", "text2", 15))


def paint_legend(painter: QPainter, width: int, height: int) -> None:
    """Say at the lower right what the shades of the overlap mean."""
    words = tr("PhotosMap", "1   4   8 photos overlap")
    painter.setFont(font(12, QFont.Weight.Medium))
    room = painter.fontMetrics().horizontalAdvance(words)
    if width < room + 190:
        words = tr("PhotosMap", "1  4  8+")
        room = painter.fontMetrics().horizontalAdvance(words)
    left, top = width - room - 12 - 44, height - 22
    painter.setPen(Qt.PenStyle.NoPen)
    for place, share in enumerate((0.15, 0.31, 0.52)):
        colour = QColor(theme.tokens().accent)
        colour.setAlphaF(share)
        painter.fillRect(QRectF(left + 13 * place, top, 13, 10), colour)
    paint_words(painter, QPointF(width - room - 12, height - 12), words, theme.tokens().text2)
