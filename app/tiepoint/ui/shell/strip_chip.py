"""What the strip's chips have in common: ground, progress along the foot, and that a click or key opens. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme
from tiepoint.ui.widgets.focus_ring import draw_focus_ring

_HEIGHT = 46


class StripChip(QWidget):
    """A chip as wide as `width_px` where there is room, `least_px` where there is little.

    Args:
        width_px: Wished width.
        least_px: Least width.
    """

    def __init__(self, width_px: int, least_px: int) -> None:
        super().__init__()
        self._width_px, self._least_px = width_px, least_px

    def share(self) -> float | None:
        """How far it is, 0 to 1; None without a bar."""
        raise NotImplementedError

    def is_lost(self) -> bool:
        """Whether what is shown is only the last that was known."""
        raise NotImplementedError

    def open(self) -> None:
        """Show the page it speaks of."""
        raise NotImplementedError

    def sizeHint(self) -> QSize:
        """Wide enough for its words."""
        return QSize(self._width_px, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Give way in a narrow window."""
        return QSize(self._least_px, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and the progress along the foot."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.setBrush(QColor(tokens.hover if self.underMouse() else tokens.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, 10)
        share = self.share()
        if share is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.track))
            track = QRectF(12, self.height() - 5, self.width() - 24, 2)
            painter.drawRect(track)
            painter.setBrush(QColor(tokens.text3 if self.is_lost() else tokens.accent))
            painter.drawRect(QRectF(track.left(), track.top(), track.width() * share, 2))
        draw_focus_ring(painter, self, 10)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open with a click."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter or the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.open()
        else:
            super().keyPressEvent(event)
