"""Bars of progress: plain, and segmented by the state of tasks with failed parts hatched and never too thin to see."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiepoint.ui import theme

LEAST_FAILED_PX: Final = 8
_LEAST_PX: Final = {"err": LEAST_FAILED_PX, "info": 3}
"""What is under way is seen, too, however little it is."""
_HATCHES: Final = {"err": Qt.BrushStyle.BDiagPattern, "info": Qt.BrushStyle.FDiagPattern}


class ProgressBar(QWidget):
    """A thin bar; None is "under way, no telling how far" and is drawn as a hatched ground, never as a guess."""

    def __init__(self, *, height: int = 5) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setMinimumWidth(24)
        self._share: float | None = 0.0
        self._tone = "info"
        self.setAccessibleName(f"{0:.0%}")

    def set_share(self, share: float | None, tone: str = "info") -> None:
        """Show a share from 0 to 1, or None."""
        share = None if share is None else min(max(share, 0.0), 1.0)
        if (share, tone) != (self._share, self._tone):
            self._share, self._tone = share, tone
            words = "" if share is None else f"{share:.0%}"
            self.setAccessibleName(words)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the track and the done part."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_bar(painter, QRectF(self.rect()), self._share, self._tone)


class SegmentBar(QWidget):
    """A bar of parts by tone; its accessible name is told by whoever knows the words."""

    def __init__(self, *, height: int = 8) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setMinimumWidth(60)
        self._parts: tuple[tuple[str, float], ...] = ()

    def set_parts(self, parts: Sequence[tuple[str, float]], words: str) -> None:
        """Show amounts by tone, as for `draw_segments`; `words` says the same."""
        if tuple(parts) != self._parts:
            self._parts = tuple(parts)
            self.update()
        self.setAccessibleName(words)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the parts."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_segments(painter, QRectF(self.rect()), self._parts)


def draw_bar(
    painter: QPainter, box: QRectF, share: float | None, tone: str = "info", *, is_stale: bool = False
) -> None:
    """Paint a progress bar into a box, grey when it is only as last known."""
    tokens = theme.tokens()
    round_px = box.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.track))
    painter.drawRoundedRect(box, round_px, round_px)
    colour = QColor(tokens.text3 if is_stale else tokens.tone(tone).solid)
    if share is None:
        painter.setBrush(QBrush(colour, Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(box, round_px, round_px)
    elif share > 0:
        painter.setBrush(colour)
        painter.drawRoundedRect(
            QRectF(box.left(), box.top(), max(box.height(), box.width() * share), box.height()), round_px, round_px
        )


def draw_segments(
    painter: QPainter, box: QRectF, parts: Sequence[tuple[str, float]], *, is_stale: bool = False
) -> None:
    """Paint parts as (tone, amount) into a box, told apart without colours, too.

    Failed ones (`err`) are hatched and at least 8 px wide, those under way (`info`) hatched the other way, what is to
    come is the empty track. `is_stale` paints all of it grey.
    """
    tokens = theme.tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.track))
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    left = box.left()
    for (tone, _), width in zip(parts, _widths(parts, box.width()), strict=True):
        segment = QRectF(left, box.top(), width, box.height())
        left += width
        if tone == "neutral" or width <= 0:
            continue
        painter.setBrush(QColor(tokens.text3 if is_stale else tokens.tone(tone).solid))
        painter.drawRoundedRect(segment, 1.5, 1.5)
        if tone in _HATCHES:
            painter.setBrush(QBrush(QColor(tokens.surface), _HATCHES[tone]))
            painter.drawRect(segment)


def _widths(parts: Sequence[tuple[str, float]], room: float) -> list[float]:
    whole = sum(amount for _, amount in parts)
    if whole <= 0:
        return [0.0] * len(parts)
    widths = [room * amount / whole for _, amount in parts]
    wanted = [
        max(width, _LEAST_PX.get(tone, 0)) if width > 0 else width
        for (tone, _), width in zip(parts, widths, strict=True)
    ]
    spare = sum(wanted) - room
    widest = max(range(len(wanted)), key=wanted.__getitem__)
    wanted[widest] = max(0.0, wanted[widest] - spare)
    return wanted
