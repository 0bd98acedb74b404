"""A choice as a card: icon, title, one line on what it means, and a figure at the right. Radio behaviour in a group."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.focus_ring import draw_focus_ring


class OptionCard(QAbstractButton):
    """One option; put several into a QButtonGroup.

    Args:
        icon: Name of an icon.
        title: What it is called.
        text: What it means, one short line.
        figure: At the right, such as a time; may change with `set_figure`.
    """

    def __init__(self, icon: str, title: str, text: str, figure: str = "") -> None:
        super().__init__()
        self._icon, self._line, self._figure = icon, text, figure
        self.setText(title)
        self.setCheckable(True)
        self.setFixedHeight(54)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_figure(self, figure: str) -> None:
        """Show another figure."""
        self._figure = figure
        self._name()
        self.update()

    def set_line(self, text: str) -> None:
        """Say something else on the second line."""
        self._line = text
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for a column."""
        return QSize(260, 54)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        painter, is_on = QPainter(self), self.isChecked()
        paint_option_ground(painter, self)
        painter.drawPixmap(13, 18, icons.pixmap(self._icon, "accent_text" if is_on else "text2", 18))
        self._paint_words(painter)
        if not is_on or self.hasFocus():
            draw_focus_ring(painter, self, 8)

    def _paint_words(self, painter: QPainter) -> None:
        tokens = theme.tokens()
        width = self.width()
        side = Qt.AlignmentFlag.AlignVCenter
        bold, small = font(13, QFont.Weight.DemiBold), font(12)
        figure_width = QFontMetrics(font(12, QFont.Weight.Medium)).horizontalAdvance(self._figure)
        painter.setFont(bold)
        painter.setPen(QColor(tokens.text))
        painter.drawText(QRectF(42, 8, width - 60 - figure_width, 20), side, self.text())
        painter.setFont(small)
        painter.setPen(QColor(tokens.text2))
        line = QFontMetrics(small).elidedText(self._line, Qt.TextElideMode.ElideRight, width - 56)
        painter.drawText(QRectF(42, 28, width - 56, 18), side, line)
        painter.setFont(font(12, QFont.Weight.Medium))
        painter.drawText(QRectF(width - figure_width - 14, 8, figure_width, 20), side, self._figure)

    def _name(self) -> None:
        self.setAccessibleName(f"{self.text()}. {self._line}. {self._figure}".strip(". "))
        self.setToolTip(self._line)


def paint_option_ground(painter: QPainter, option: QAbstractButton) -> QRectF:
    """Paint what lies behind an option's words, by whether it is chosen, pointed at and allowed; return its outline."""
    tokens, is_on = theme.tokens(), option.isChecked()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(1.0 if option.isEnabled() else 0.55)
    box = QRectF(option.rect()).adjusted(1, 1, -1, -1)
    ground = tokens.accent_soft if is_on else tokens.hover if option.underMouse() else tokens.raised
    painter.setPen(QPen(QColor(tokens.accent if is_on else tokens.border), 1.5 if is_on else 1))
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(box, 8, 8)
    return box
