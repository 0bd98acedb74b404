"""The sign of the program, three tie points joined: as a widget, as an icon, and painted. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QLinearGradient, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

_EDGES: Final = (22, 32, 64, 128)


class Sign(QWidget):
    """The program's sign: three tie points joined."""

    def __init__(self, edge: int = 36) -> None:
        super().__init__()
        self.setFixedSize(edge, edge)
        self.setAccessibleName("Tiepoint")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.width() / 36, self.height() / 36)
        draw_sign(painter)


def draw_sign(painter: QPainter) -> None:
    """Paint the sign into a square of 36 by 36."""
    ground = QLinearGradient(0, 0, 36, 36)
    ground.setColorAt(0, QColor("#5B9BFF"))
    ground.setColorAt(1, QColor("#2E5BE0"))
    painter.setBrush(ground)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(1, 1, 34, 34), 9, 9)
    points = [QPointF(11, 24), QPointF(18, 11), QPointF(26, 22)]
    painter.setPen(QPen(QColor("#FFFFFF"), 1.7))
    painter.drawPolyline([*points, points[0]])
    painter.setBrush(QColor("#FFFFFF"))
    for point in points:
        painter.drawEllipse(point, 2.6, 2.6)


def sign_icon() -> QIcon:
    """Return the sign as an icon, for windows, the tray and notifications."""
    icon = QIcon()
    for edge in _EDGES:
        drawn = QPixmap(edge, edge)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(edge / 36, edge / 36)
        draw_sign(painter)
        painter.end()
        icon.addPixmap(drawn)
    return icon
