"""The time line of the flight recorder: what was recorded and where one is, moved by pointer and keys. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider

from tiepoint.ports.flight_recorder import TapeSpan
from tiepoint.ui import theme
from tiepoint.ui.text import tr

_STEP_S: Final = 10
_PAGE_S: Final = 300
_EDGE_PX: Final = 8
_LEAST_PX: Final = 2.0
_MOST_S: Final = 2**31 - 1


class Timeline(QSlider):
    """Seconds from the first recorded moment to the last; gaps are seen as gaps.

    Signals:
        wanted(time): A person wants to see a moment.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._spans: tuple[TapeSpan, ...] = ()
        self._start: datetime | None = None
        self._is_live = True
        self.setAccessibleName(tr("Recorder", "Recorded time"))
        self.setSingleStep(_STEP_S)
        self.setPageStep(_PAGE_S)
        self.setFixedHeight(24)
        self.setMinimumWidth(120)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.actionTriggered.connect(lambda _action: self._want(self.sliderPosition()))

    def show_time(self, spans: Sequence[TapeSpan], end: datetime, time: datetime | None) -> None:
        """Show what there is, and a moment; None = live, at the right end."""
        self._spans = tuple(spans)
        self._start = self._spans[0].start if self._spans else None
        self._is_live = time is None
        if self._start is None:
            return
        whole = min(_MOST_S, max(1, int((end - self._start).total_seconds())))
        at = whole if time is None else int((time - self._start).total_seconds())
        self.blockSignals(True)
        self.setMaximum(whole)
        if not self.isSliderDown():
            self.setValue(at)
        self.blockSignals(False)
        self.update()

    def _want(self, seconds: int) -> None:
        if self._start is not None:
            self.wanted.emit(self._start + timedelta(seconds=seconds))

    def _left_of(self, seconds: float) -> float:
        room = self.width() - 2 * _EDGE_PX
        return _EDGE_PX + room * seconds / max(1, self.maximum())

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(300, 24)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track, what was recorded, and where one is."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.track))
        painter.drawRoundedRect(QRectF(_EDGE_PX, middle - 2, self.width() - 2 * _EDGE_PX, 4), 2, 2)
        painter.setBrush(QColor(tokens.border_strong if self._is_live else tokens.tone("info").solid))
        for span in self._spans:
            left, right = self._place(span.start), self._place(span.end)
            painter.drawRoundedRect(QRectF(left, middle - 2, max(_LEAST_PX, right - left), 4), 2, 2)
        at = self._left_of(self.sliderPosition())
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 2))
        painter.setBrush(QColor(tokens.tone("ok").solid if self._is_live else tokens.text))
        painter.drawEllipse(QPointF(at, middle), 6, 6)

    def _place(self, time: datetime) -> float:
        start = self._start or time
        return self._left_of(min(self.maximum(), max(0.0, (time - start).total_seconds())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the pointer is."""
        if event.button() is Qt.MouseButton.LeftButton and self._start is not None:
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow the pointer."""
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Stay there."""
        self.setSliderDown(False)

    def _follow(self, event: QMouseEvent) -> None:
        share = (event.position().x() - _EDGE_PX) / max(1, self.width() - 2 * _EDGE_PX)
        self.setSliderPosition(round(min(1.0, max(0.0, share)) * self.maximum()))
        self._want(self.sliderPosition())
        self.update()
