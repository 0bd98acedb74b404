"""The ring around whatever is painted by hand and has the keyboard's focus: the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme


def draw_focus_ring(painter: QPainter, widget: QWidget, radius: float) -> None:
    """Paint the ring when the widget has the focus."""
    if widget.hasFocus():
        painter.setPen(QPen(QColor(theme.tokens().accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), radius, radius)
