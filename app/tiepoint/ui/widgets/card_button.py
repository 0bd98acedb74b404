"""A card that can be pressed: labels inside, hover, press and focus painted around them. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.theme.tokens import RADIUS_CARD
from tiepoint.ui.widgets.focus_ring import draw_focus_ring


class CardButton(QAbstractButton):
    """A whole card as a button; whoever fills it with `fill` names it for screen readers.

    Args:
        is_dashed: Draw it as a place for something that is not there yet.
    """

    def __init__(self, *, is_dashed: bool = False) -> None:
        super().__init__()
        self._is_dashed = is_dashed
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def fill(self, layout: QLayout) -> None:
        """Put parts into the card; clicks go through them."""
        self.setLayout(layout)
        for each in self.findChildren(QWidget):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def sizeHint(self) -> QSize:
        """As large as what is in it."""
        inner = self.layout()
        return inner.totalSizeHint() if inner is not None else QSize(240, 120)

    def minimumSizeHint(self) -> QSize:
        """As small as what is in it can be."""
        inner = self.layout()
        return inner.totalMinimumSize() if inner is not None else QSize(120, 60)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press it with Enter, too."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground, edge and focus ring."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_hot = self.isEnabled() and (self.underMouse() or self.isDown())
        pen = QPen(QColor(tokens.border_strong if is_hot or self._is_dashed else tokens.border), 1)
        if self._is_dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        plain = Qt.GlobalColor.transparent if self._is_dashed else QColor(tokens.surface)
        painter.setBrush(QColor(tokens.raised) if is_hot else QColor(plain))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_CARD, RADIUS_CARD)
        draw_focus_ring(painter, self, RADIUS_CARD)
