"""A switch: on or off, told by place and colour."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton

from tiepoint.ui import theme


class Toggle(QAbstractButton):
    """A switch of 36 by 20 pixels."""

    def __init__(self, name: str, *, is_on: bool = False) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setChecked(is_on)
        self.setAccessibleName(name)
        self.setFixedSize(40, 24)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """Always the same."""
        return QSize(40, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track, the knob and the focus ring."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_fill if self.isChecked() else tokens.border_strong))
        painter.drawRoundedRect(QRectF(2, 2, 36, 20), 10, 10)
        painter.setBrush(QColor("#FFFFFF"))
        painter.drawEllipse(QRectF(20 if self.isChecked() else 4, 4, 16, 16))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(1, 1, 38, 22), 11, 11)
