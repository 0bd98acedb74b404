"""Says that photos may be dropped here, and leads to the Photos page when pressed. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.focus_ring import draw_focus_ring

_HEIGHT = 96


class DropHint(QAbstractButton):
    """A dashed area; the window itself takes the drop."""

    def __init__(self) -> None:
        super().__init__()
        self.setText(tr("Transfers", "Drop photos, a folder or a card here"))
        self._line = tr("Transfers", "They are checked first, then uploaded")
        self.setAccessibleName(f"{self.text()}. {self._line}")
        self.setFixedHeight(_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Room for two lines below an icon."""
        return QSize(260, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the dashed edge, the icon and the words."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(tokens.accent if self.underMouse() else tokens.border_strong), 1.2)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface) if self.underMouse() else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)
        middle = self.width() / 2
        painter.drawPixmap(int(middle) - 11, 13, icons.pixmap("upload", "text2", 22))
        align = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(8, 40, self.width() - 16, 20), align, self.text())
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        painter.drawText(QRectF(8, 60, self.width() - 16, 20), align, self._line)
        draw_focus_ring(painter, self, 12)
