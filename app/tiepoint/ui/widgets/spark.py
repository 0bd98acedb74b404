"""A small line of what a value was lately, without axes: for cells of tables. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from tiepoint.ui import theme

_HIGHEST_PX: Final = 16


def draw_spark(painter: QPainter, box: QRectF, points: Sequence[float | None], tone: str) -> None:
    """Draw shares from 0 to 1 from left to right; where one is not known the line has a gap.

    Args:
        painter: Draws.
        box: Where; the line is at most 16 px high and stands in the middle.
        points: The newest last.
        tone: Of the line.
    """
    if len(points) < 2:
        return
    tokens = theme.tokens()
    colour = tokens.text3 if tone in ("neutral", "queued") else tokens.tone(tone).text
    painter.setPen(QPen(QColor(colour), 1.25))
    height = min(_HIGHEST_PX, box.height() - 8)
    step, floor = box.width() / (len(points) - 1), box.center().y() + height / 2
    line = QPolygonF()
    for place, share in enumerate(points):
        if share is None:
            _draw(painter, line)
            line = QPolygonF()
        else:
            line.append(QPointF(box.left() + place * step, floor - height * min(1.0, max(0.0, share))))
    _draw(painter, line)


def _draw(painter: QPainter, line: QPolygonF) -> None:
    if line.size() > 1:
        painter.drawPolyline(line)
