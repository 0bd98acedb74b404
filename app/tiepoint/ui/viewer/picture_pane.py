"""PicturePane: shows the finished picture, rounded to sit flush in a card, or a plain panel. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme


class PicturePane(QWidget):
    """Paints the newest picture; before there is one, the theme's gradient alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._image: QImage | None = None
        self._radius_px = 0
        self._rounds_top = False

    @property
    def image(self) -> QImage | None:
        """The picture shown."""
        return self._image

    def set_image(self, image: QImage | None) -> None:
        """Show another picture."""
        self._image = image
        self.update()

    def set_radius(self, radius_px: int, *, top: bool) -> None:
        """Round the lower corners, and the upper ones if `top`."""
        self._radius_px, self._rounds_top = radius_px, top
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint."""
        painter = QPainter(self)
        if self._radius_px <= 0:
            self._paint(painter)
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._brush())
            painter.drawPath(self._outline())
        painter.end()

    def _paint(self, painter: QPainter) -> None:
        if self._image is None or self._is_stale():
            painter.fillRect(self.rect(), self._brush())
        else:
            painter.drawImage(0, 0, self._image)

    def _is_stale(self) -> bool:
        return self._image is not None and self._image.deviceIndependentSize().toSize() != self.size()

    def _brush(self) -> QBrush:
        if self._image is not None:
            brush = QBrush(self._image)
            if self._is_stale():
                shown = self._image.deviceIndependentSize()
                transform = brush.transform()
                transform.scale(self.width() / max(1.0, shown.width()), self.height() / max(1.0, shown.height()))
                brush.setTransform(transform)
            return brush
        tokens = theme.tokens()
        gradient = QLinearGradient(0, 0, 0, max(1, self.height()))
        gradient.setColorAt(0, QColor(tokens.view_top))
        gradient.setColorAt(1, QColor(tokens.view_bottom))
        return QBrush(gradient)

    def _outline(self) -> QPainterPath:
        box = QRectF(self.rect())
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        path.addRoundedRect(box, self._radius_px, self._radius_px)
        if not self._rounds_top:
            path.addRect(box.adjusted(0, 0, 0, -min(box.height(), self._radius_px)))
        return path.simplified()
