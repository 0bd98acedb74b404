"""The exposure histogram of a photo: red, green and blue over each other. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.photo_reading import PhotoQuality
from tiepoint.ui import theme
from tiepoint.ui.text import tr

_CHANNELS: Final = ("#E5484D", "#3FB66B", "#4F8CFF")


class Histogram(QWidget):
    """How many pixels are dark, how many bright."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(56)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._quality: PhotoQuality | None = None

    def show_quality(self, quality: PhotoQuality | None) -> None:
        """Show the histogram of a photo; None = it was not checked yet."""
        self._quality = quality
        mean = "" if quality is None else f", {tr('Photos', 'mean brightness')} {quality.mean_luma / 2.55:.0f} %"
        self.setAccessibleName(tr("Photos", "Exposure histogram") + mean)
        self.setToolTip("" if quality is None else self.accessibleName())
        self.update()

    def sizeHint(self) -> QSize:
        """Wide and low."""
        return QSize(280, 56)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the channels."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        quality = self._quality
        if quality is None or not quality.histogram:
            painter.setPen(QColor(tokens.text3))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("Photos", "Not checked yet"))
            return
        for index, colour in enumerate(_CHANNELS):
            shade = QColor(colour)
            shade.setAlphaF(0.5)
            painter.fillPath(_outline(quality.channel(index), QRectF(self.rect()).adjusted(4, 5, -4, -1)), shade)


def _outline(bins: bytes, box: QRectF) -> QPainterPath:
    path = QPainterPath(box.bottomLeft())
    step = box.width() / max(len(bins) - 1, 1)
    for place, value in enumerate(bins):
        path.lineTo(QPointF(box.left() + place * step, box.bottom() - box.height() * value / 255))
    path.lineTo(box.bottomRight())
    path.closeSubpath()
    return path
