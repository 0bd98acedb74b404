"""The load of two minutes as a filled line: everybody's behind, our jobs' in front. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.ui import theme

_SAMPLES: Final = 120
_HEIGHT: Final = 44


class LoadGraph(QWidget):
    """Shares from 0 to 1, the newest at the right.

    Args:
        name: What it shows, for screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self._all: tuple[float, ...] = ()
        self._ours: tuple[float | None, ...] = ()
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_shares(self, everybody: Sequence[float], ours: Sequence[float | None], words: str) -> None:
        """Show these shares.

        Args:
            everybody: Of every program.
            ours: Of our jobs alone; None where they were not known.
            words: The newest in words.
        """
        self._all, self._ours = tuple(everybody[-_SAMPLES:]), tuple(ours[-_SAMPLES:])
        self.setAccessibleName(f"{self._name}: {words}")
        self.update()

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(160, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint ground line and both shares."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.border), 1))
        for share in (0.0, 0.5, 1.0):
            height = self._y(share)
            painter.drawLine(QPointF(0, height), QPointF(self.width(), height))
        self._draw(painter, self._all, tokens.text3, 0.14)
        self._draw(painter, self._ours, tokens.accent, 0.28)

    def _draw(self, painter: QPainter, shares: Sequence[float | None], colour: str, fill: float) -> None:
        for start, run in _runs(shares):
            offset = _SAMPLES - len(shares) + start
            points = [QPointF(self._x(offset + place), self._y(share)) for place, share in enumerate(run)]
            ground = QColor(colour)
            ground.setAlphaF(fill)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            base = self._y(0.0)
            painter.drawPolygon(QPolygonF([QPointF(points[0].x(), base), *points, QPointF(points[-1].x(), base)]))
            painter.setPen(QPen(QColor(colour), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(points))

    def _x(self, place: int) -> float:
        return place * (self.width() - 1) / (_SAMPLES - 1)

    def _y(self, share: float) -> float:
        return 1.5 + (self.height() - 3) * (1.0 - min(max(share, 0.0), 1.0))


def _runs(shares: Sequence[float | None]) -> list[tuple[int, list[float]]]:
    """Return the stretches without gaps, each with the place where it begins."""
    runs: list[tuple[int, list[float]]] = []
    is_open = False
    for place, share in enumerate(shares):
        if share is not None:
            if not is_open:
                runs.append((place, []))
            runs[-1][1].append(share)
        is_open = share is not None
    return runs
