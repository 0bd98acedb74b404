"""Parts of the start page: the dashed drop zone, the three steps, the sample's card, a line of the recent captures."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QLayout, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.focus_ring import draw_focus_ring

_LEFT: Final = Qt.AlignmentFlag.AlignVCenter


class DropZone(QFrame):
    """A surface with a dashed edge; the window itself takes the drop."""

    def __init__(self, layout: QLayout) -> None:
        super().__init__()
        self.setLayout(layout)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground and dashes."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(tokens.border_strong), 1.5)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 12, 12)


class Steps(QWidget):
    """The way to a model in three steps, the first one marked."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(24)
        self._steps = (
            tr("PhotosStart", "Add photos"),
            tr("PhotosStart", "Reconstruct"),
            tr("PhotosStart", "Open the model"),
        )
        self.setAccessibleName(", ".join(self._steps))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint numbers, words and lines between them."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words, number = font(12, QFont.Weight.Medium), font(11, QFont.Weight.DemiBold)
        widths = [QFontMetrics(words).horizontalAdvance(step) + 30 for step in self._steps]
        left = (self.width() - sum(widths) - 44 * (len(widths) - 1)) / 2
        for place, (step, width) in enumerate(zip(self._steps, widths, strict=True)):
            is_first, circle = place == 0, QRectF(left + 1, 2, 20, 20)
            painter.setPen(QPen(QColor(tokens.accent_fill if is_first else tokens.border_strong), 1.5))
            painter.setBrush(QColor(tokens.accent_fill) if is_first else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(circle)
            painter.setFont(number)
            painter.setPen(QColor(tokens.on_accent if is_first else tokens.text2))
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(place + 1))
            painter.setFont(words)
            painter.setPen(QColor(tokens.text if is_first else tokens.text2))
            painter.drawText(QRectF(left + 28, 0, width, 24), _LEFT, step)
            left += width
            if place < len(widths) - 1:
                painter.setPen(QPen(QColor(tokens.border_strong), 1.5))
                painter.drawLine(QPointF(left + 8, 12), QPointF(left + 36, 12))
                left += 44


class SampleCard(QAbstractButton):
    """The sample capture as one card.

    Args:
        title: Its name.
        text: What it is.
        time: How long it takes; may be empty.
    """

    def __init__(self, title: str, text: str, time: str) -> None:
        super().__init__()
        self._line, self._time, self._picture = text, time, QPixmap()
        self.setText(title)
        self.setFixedHeight(104)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._name()

    def set_picture(self, image: QImage) -> None:
        """Show a picture of it."""
        self._picture = QPixmap.fromImage(image)
        self.update()

    def set_time(self, time: str) -> None:
        """Say how long it takes."""
        if time != self._time:
            self._time = time
            self._name()
            self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for its words."""
        return QSize(420, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the card."""
        tokens, is_hovered = theme.tokens(), self.underMouse()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(QPen(QColor(tokens.accent if is_hovered else tokens.border), 1))
        painter.setBrush(QColor(tokens.hover if is_hovered else tokens.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 12, 12)
        self._paint_picture(painter, QRectF(12, 12, 142, 80))
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(tokens.text))
        room = self.width() - 172 - 110
        painter.drawText(QRectF(172, 16, room, 20), _LEFT, self.text())
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        metrics = painter.fontMetrics()
        line = metrics.elidedText(self._line, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(172, 39, room, 18), _LEFT, line)
        painter.drawPixmap(QPointF(172, 67), icons.pixmap("timer", "text3", 14))
        painter.drawText(QRectF(192, 64, room - 20, 20), _LEFT, self._time)
        self._paint_way(painter)
        draw_focus_ring(painter, self, 12)

    def _paint_picture(self, painter: QPainter, box: QRectF) -> None:
        path = QPainterPath()
        path.addRoundedRect(box, 8, 8)
        painter.fillPath(path, QColor(theme.tokens().raised))
        if not self._picture.isNull():
            painter.save()
            painter.setClipPath(path)
            painter.drawPixmap(box, self._picture, QRectF(self._picture.rect()))
            painter.restore()

    def _paint_way(self, painter: QPainter) -> None:
        painter.setFont(font(13, QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.tokens().accent_text))
        box = QRectF(self.width() - 140, 0, 100, self.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, tr("PhotosStart", "Try it"))
        arrow = icons.pixmap("arrow-right", "accent_text", 16)
        painter.drawPixmap(QPointF(self.width() - 32, self.height() / 2 - 8), arrow)

    def _name(self) -> None:
        self.setAccessibleName(f"{tr('PhotosStart', 'Try it')}: {self.text()}. {self._line}. {self._time}")


class RecentLine(QAbstractButton):
    """A capture that can be opened again.

    Args:
        title: Its name.
        text: How many photos, and when.
    """

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._line = text
        self.setText(plain(title, limit=120))
        self.setFixedHeight(46)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{tr('PhotosStart', 'Open')} {self.text()}, {text}")

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint glyph, name and line."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() or self.isDown():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        painter.drawPixmap(QPointF(8, 15), icons.pixmap("images", "text2", 16))
        room = self.width() - 42
        painter.setFont(font(13, QFont.Weight.Medium))
        painter.setPen(QColor(tokens.text))
        name = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room)
        painter.drawText(QRectF(34, 5, room, 18), _LEFT, name)
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text2))
        painter.drawText(QRectF(34, 23, room, 18), _LEFT, self._line)
        draw_focus_ring(painter, self, 8)
