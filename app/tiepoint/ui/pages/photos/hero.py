"""The picture of the start page: a fan of photos, an arrow, the model made from them. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons

MODEL: Final = "pictures/start-model.png"
PHOTOS: Final = ("pictures/start-photo-1.jpg", "pictures/start-photo-2.jpg", "pictures/start-photo-3.jpg")
_WIDTH, _HEIGHT = 960.0, 266.0
_FAN: Final = ((-12.0, -58.0, -14.0), (9.0, 62.0, -20.0), (-2.0, 0.0, 22.0))
"""Turn in degrees and offset of each photo, the lowest first."""
_PHOTO: Final = QRectF(-116, -65, 232, 130)


class Hero(QWidget):
    """Drawn from pictures that come later; until then there are quiet grounds in their places."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumHeight(104)
        self.setMaximumHeight(340)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("PhotosStart", "Photos become a model"))
        self._pictures: dict[str, QPixmap] = {}

    def set_picture(self, name: str, image: QImage) -> None:
        """Take one of the pictures."""
        if name == MODEL or name in PHOTOS:
            self._pictures[name] = QPixmap.fromImage(image)
            self.update()

    def sizeHint(self) -> QSize:
        """As large as it was drawn for."""
        return QSize(int(_WIDTH), int(_HEIGHT))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the fan, the arrow and the model."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        scale = min(self.width() / _WIDTH, self.height() / _HEIGHT)
        painter.translate(self.width() / 2, self.height() / 2)
        painter.scale(scale, scale)
        for name, place in zip(PHOTOS, _FAN, strict=True):
            self._paint_photo(painter, name, *place)
        _paint_arrow(painter)
        model = self._pictures.get(MODEL)
        if model is not None:
            box = QRectF(-42, 0, 480, 480 * model.height() / model.width())
            box.moveCenter(QPointF(box.center().x(), 0))
            painter.drawPixmap(box, model, QRectF(model.rect()))

    def _paint_photo(self, painter: QPainter, name: str, turn: float, dx: float, dy: float) -> None:
        tokens = theme.tokens()
        painter.save()
        painter.translate(-284 + dx, dy)
        painter.rotate(turn)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 90 if tokens.is_dark else 28))
        painter.drawRoundedRect(_PHOTO.translated(0, 6).adjusted(-1, 0, 1, 2), 9, 9)
        path = QPainterPath()
        path.addRoundedRect(_PHOTO, 8, 8)
        painter.fillPath(path, QColor(tokens.hover))
        picture = self._pictures.get(name)
        if picture is not None:
            painter.setClipPath(path)
            painter.drawPixmap(_PHOTO, picture, QRectF(picture.rect()))
            painter.setClipping(False)
        painter.setPen(QPen(QColor(255, 255, 255, 46), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(_PHOTO, 8, 8)
        painter.restore()


def _paint_arrow(painter: QPainter) -> None:
    tokens = theme.tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.accent_soft))
    painter.drawEllipse(QPointF(-76, 0), 21, 21)
    painter.drawPixmap(QPointF(-85, -9), icons.pixmap("arrow-right", "accent_text", 18))
