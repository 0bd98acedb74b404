"""OverlayLayer: draws marks over the picture, where the surface can never hide them. GUI thread.

It lets the mouse through, and draws with the camera of the picture below it, so that both move together.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import plain
from tiepoint.ui.viewer.camera import CameraView
from tiepoint.ui.viewer.marks import LineMark, Mark, PointMark
from tiepoint.ui.viewer.terms import Point

_HALO: Final = QColor(11, 13, 16, 150)
_EDGE: Final = QColor("#0B0D10")
_DOT_PX: Final = 5.0
_LIFT_PX: Final = 24.0
_OFF_PX: Final = 1e5
_CROSS_PX: Final = 16
_CROSS_GAP_PX: Final = 4


class OverlayLayer(QWidget):
    """Marks over a picture.

    Args:
        parent: The view.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._marks: tuple[Mark, ...] = ()
        self._camera = CameraView()
        self._pointer: Point | None = None
        self._has_cross = False

    @property
    def marks(self) -> tuple[Mark, ...]:
        """What is drawn."""
        return self._marks

    def set_marks(self, marks: Iterable[Mark]) -> None:
        """Draw these marks in place of those before."""
        self._marks = tuple(marks)
        self.update()

    def set_camera(self, camera: CameraView) -> None:
        """Draw for the camera of the picture below."""
        self._camera = camera
        self.update()

    def set_pointer(self, pointer: Point | None) -> None:
        """Draw the dashed line of a draft to this point on the surface."""
        if pointer != self._pointer:
            self._pointer = pointer
            self.update()

    def set_cross_shown(self, shown: bool) -> None:
        """Show or hide a cross in the middle, for who measures by keys."""
        if shown is not self._has_cross:
            self._has_cross = shown
            self.update()

    def draw(self, painter: QPainter, camera: CameraView) -> None:
        """Draw all marks with any painter, for screenshots."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for mark in self._marks:
            if isinstance(mark, PointMark):
                self._draw_point(painter, camera, mark)
            else:
                self._draw_line(painter, camera, mark)
        drafts = [mark for mark in self._marks if isinstance(mark, LineMark) and mark.is_draft]
        if self._pointer is not None and not drafts:
            self._dots(painter, self._pixels(camera, (self._pointer,)), QColor("#FFFFFF"), radius=3.5)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw."""
        if not self._marks and self._pointer is None and not self._has_cross:
            return
        painter = QPainter(self)
        painter.setFont(_font(self.font()))
        self.draw(painter, self._camera)
        if self._has_cross:
            self._draw_cross(painter)
        painter.end()

    def _draw_cross(self, painter: QPainter) -> None:
        middle = QPointF(self.rect().center())
        for across in (QPointF(1, 0), QPointF(0, 1)):
            for side in (-1, 1):
                line = [middle + across * (side * _CROSS_GAP_PX), middle + across * (side * _CROSS_PX)]
                self._stroke(painter, line, QColor("#FFFFFF"), Qt.PenStyle.SolidLine)

    def _draw_point(self, painter: QPainter, camera: CameraView, mark: PointMark) -> None:
        pixels = self._pixels(camera, (mark.at,))
        self._dots(painter, pixels, QColor(mark.colour))
        if pixels and mark.label:
            self._tag(painter, pixels[0] - QPointF(0, _LIFT_PX), mark.label, mark.colour)

    def _draw_line(self, painter: QPainter, camera: CameraView, mark: LineMark) -> None:
        pixels = self._pixels(camera, mark.points)
        if len(pixels) != len(mark.points) or not pixels:
            return  # a corner is behind the camera
        colour = QColor(mark.colour)
        if mark.is_closed and len(pixels) > 2:
            fill = QColor(colour)
            fill.setAlphaF(0.28)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(fill)
            painter.drawPolygon(QPolygonF(pixels))
        ends = self._pixels(camera, (self._pointer,)) if mark.is_draft and self._pointer is not None else []
        path = [*pixels, pixels[0]] if mark.is_closed and len(pixels) > 2 else pixels
        self._stroke(painter, path, colour, Qt.PenStyle.SolidLine)
        if ends:
            self._stroke(painter, [pixels[-1], ends[0]], colour, Qt.PenStyle.DashLine)
            self._dots(painter, ends, colour, radius=3.5)
        self._dots(painter, pixels, colour)
        for label, first, second in zip(mark.segment_labels, path, path[1:], strict=False):
            if label:
                self._tag(painter, (first + second) / 2, label, mark.colour)
        if mark.label:
            self._tag(painter, self._label_place(mark, path), mark.label, mark.colour)

    def _label_place(self, mark: LineMark, path: list[QPointF]) -> QPointF:
        if len(path) == 1:
            return path[0] - QPointF(0, _LIFT_PX)
        if mark.is_closed:
            return QPolygonF(path).boundingRect().center()
        lengths = [float(np.hypot(b.x() - a.x(), b.y() - a.y())) for a, b in zip(path, path[1:], strict=False)]
        left = sum(lengths) / 2
        for length, first, second in zip(lengths, path, path[1:], strict=False):
            if left <= length:
                return first + (second - first) * (left / max(length, 1e-9)) - QPointF(0, _LIFT_PX)
            left -= length
        return path[-1] - QPointF(0, _LIFT_PX)

    def _pixels(self, camera: CameraView, points: tuple[Point, ...]) -> list[QPointF]:
        if not points:
            return []
        pixels, depth = camera.project(np.array(points, float))
        visible = (depth > 1e-9) & (np.abs(pixels) < _OFF_PX).all(1)
        return [QPointF(float(x), float(y)) for (x, y), seen in zip(pixels, visible, strict=True) if seen]

    def _stroke(self, painter: QPainter, path: list[QPointF], colour: QColor, style: Qt.PenStyle) -> None:
        """A dark halo below keeps lines readable on any texture."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for shade, width, dash in ((_HALO, 5.0, Qt.PenStyle.SolidLine), (colour, 2.5, style)):
            painter.setPen(QPen(shade, width, dash, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
            painter.drawPolyline(QPolygonF(path))

    def _dots(self, painter: QPainter, pixels: list[QPointF], colour: QColor, radius: float = _DOT_PX) -> None:
        painter.setPen(QPen(_EDGE, 1.5))
        painter.setBrush(colour)
        for pixel in pixels:
            painter.drawEllipse(pixel, radius, radius)

    def _tag(self, painter: QPainter, centre: QPointF, text: str, colour: str) -> None:
        tokens = theme.tokens()
        shown = plain(text, limit=80)
        painter.setFont(_font(self.font()))
        metrics = QFontMetricsF(painter.font())
        box = QRectF(0, 0, metrics.horizontalAdvance(shown) + 18, metrics.height() + 7)
        box.moveCenter(centre)
        outline = QPainterPath()
        outline.addRoundedRect(box, 8, 8)
        ground = QColor(tokens.surface)
        ground.setAlphaF(0.96)
        painter.setPen(QPen(QColor(colour) if tokens.is_dark else QColor(colour).darker(150), 1.2))
        painter.setBrush(ground)
        painter.drawPath(outline)
        painter.setPen(QColor(tokens.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, shown)


def _font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(12)
    font.setWeight(QFont.Weight.DemiBold)
    return font
