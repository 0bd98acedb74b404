"""The stages of a job side by side: what is done and how long it took, what runs and what is left. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_stages import StageView

_HEIGHT: Final = 62
_GAP: Final = 6
_ICON: Final = 14
_TEXT_LEFT: Final = 19
_LEAST: Final = 34


class StageStrip(QWidget):
    """Shows stages as tiles; each takes the room its words need and a share of what is left."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._tiles: list[StageTile] = []

    def set_stages(self, stages: Sequence[StageView], *, is_stale: bool) -> None:
        """Show these stages; only tiles that differ are painted anew."""
        while len(self._tiles) > len(stages):
            gone = self._tiles.pop()
            gone.hide()
            gone.deleteLater()
        while len(self._tiles) < len(stages):
            tile = StageTile(self)
            tile.show()
            self._tiles.append(tile)
        changed = [tile.set_stage(stage, is_stale=is_stale) for tile, stage in zip(self._tiles, stages, strict=True)]
        if any(changed):
            self._place()
        self.setAccessibleName("; ".join(tile.accessibleName() for tile in self._tiles))

    @property
    def tiles(self) -> tuple[StageTile, ...]:
        """The tiles, in order."""
        return tuple(self._tiles)

    def _place(self) -> None:
        if not self._tiles:
            return
        room = self.width() - _GAP * (len(self._tiles) - 1)
        wanted = [tile.wanted_width() for tile in self._tiles]
        spare = room - sum(wanted)
        if spare >= 0:
            weights = [2.0 if tile.is_in_focus else 1.0 for tile in self._tiles]
            widths = [each + spare * weight / sum(weights) for each, weight in zip(wanted, weights, strict=True)]
        else:
            widths = _shrunk(wanted, [tile.is_in_focus for tile in self._tiles], room)
        left = 0.0
        for tile, width in zip(self._tiles, widths, strict=True):
            tile.setGeometry(round(left), 0, round(left + width) - round(left), _HEIGHT)
            left += width + _GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the new width."""
        self._place()
        super().resizeEvent(event)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(600, _HEIGHT)


class StageTile(QWidget):
    """One stage: a bar, a glyph and a name, a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._stage: StageView | None = None
        self._is_stale = False
        self._name_font, self._now_font = font(12, QFont.Weight.Medium), font(12, QFont.Weight.DemiBold)
        self._time_font = font(11)

    @property
    def is_in_focus(self) -> bool:
        """Whether this is where the job is."""
        return self._stage is not None and self._stage.state in ("running", "failed", "paused", "warning")

    def set_stage(self, stage: StageView, *, is_stale: bool) -> bool:
        """Show a stage.

        Returns:
            Whether anything changed.
        """
        if stage == self._stage and is_stale == self._is_stale:
            return False
        self._stage, self._is_stale = stage, is_stale
        self.setToolTip(f"<span>{escape(stage.tip)}</span>")  # a tool tip guesses HTML
        words = (stage.title, stage.counts, look_of(stage.state).text, stage.time)
        self.setAccessibleName(" ".join(word for word in words if word))
        self.update()
        return True

    def wanted_width(self) -> float:
        """How wide it is when nothing is cut off."""
        if self._stage is None:
            return float(_LEAST)
        title = QFontMetricsF(self._now_font).horizontalAdvance(self._title())
        # The time ticks: room for its longest form keeps the tiles from jumping.
        time = QFontMetricsF(self._time_font).horizontalAdvance(self._stage.time)
        return _TEXT_LEFT + max(title, -(-time // 12) * 12) + 2

    def _title(self) -> str:
        stage = self._stage
        return "" if stage is None else f"{stage.title} {stage.counts}".strip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint bar, glyph, name and time."""
        stage = self._stage
        if stage is None:
            return
        tokens, look = theme.tokens(), look_of(stage.state)
        tone = tokens.tone("neutral" if self._is_stale and look.tone != "err" else look.tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_bar(painter, QRectF(0, 4, self.width(), 5), tokens.text3 if self._is_stale else tone.solid)
        is_quiet = stage.state in ("waiting", "skipped")
        icon = "loader-circle" if stage.state == "running" else look.icon
        painter.drawPixmap(QPointF(0, 18), icons.pixmap(icon, tokens.text3 if is_quiet else tone.text, _ICON))
        used = self._now_font if self.is_in_focus else self._name_font
        self._paint_words(painter, 15, 20, self._title(), used, tokens.text2 if is_quiet else tokens.text)
        time_colour = tone.text if stage.state == "failed" else tokens.text2
        self._paint_words(painter, 36, 18, stage.time, self._time_font, time_colour)

    def _paint_words(self, painter: QPainter, top: int, height: int, text: str, used: QFont, colour: str) -> None:
        box = QRectF(_TEXT_LEFT, top, self.width() - _TEXT_LEFT, height)
        painter.setFont(used)
        painter.setPen(QColor(colour))
        shown = QFontMetricsF(used).elidedText(text, Qt.TextElideMode.ElideRight, box.width() + 1)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)

    def _paint_bar(self, painter: QPainter, box: QRectF, colour: str) -> None:
        stage = self._stage
        if stage is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if stage.pieces > 1 and box.width() / stage.pieces >= 5:
            self._paint_pieces(painter, box, colour)
            return
        painter.setBrush(QColor(theme.tokens().track))
        painter.drawRoundedRect(box, 2.5, 2.5)
        share = 1.0 if stage.state == "failed" else stage.share
        if share is None:
            painter.setBrush(QBrush(QColor(colour), Qt.BrushStyle.BDiagPattern))
        elif share > 0:
            painter.setBrush(QColor(colour))
            box = QRectF(box.left(), box.top(), max(5.0, box.width() * share), box.height())
        if share is None or share > 0:
            painter.drawRoundedRect(box, 2.5, 2.5)

    def _paint_pieces(self, painter: QPainter, box: QRectF, colour: str) -> None:
        """One piece a photo or task, so that counts can be seen, not only read."""
        stage = self._stage
        if stage is None:
            return
        width = (box.width() - 2 * (stage.pieces - 1)) / stage.pieces
        done = round((stage.share or 0.0) * stage.pieces)
        running = max(1, round(stage.running * stage.pieces)) if stage.running else 0
        for place in range(stage.pieces):
            fill = QColor(colour if place < done + running else theme.tokens().track)
            if done <= place < done + running:
                fill.setAlphaF(0.45)
            painter.setBrush(fill)
            painter.drawRoundedRect(QRectF(box.left() + place * (width + 2), box.top(), width, box.height()), 1.5, 1.5)


def _shrunk(wanted: Sequence[float], is_kept: Sequence[bool], room: float) -> list[float]:
    """Take what is too much from the tiles that matter less; every one keeps its glyph and a few letters."""
    kept = sum(width for width, keep in zip(wanted, is_kept, strict=True) if keep)
    others = sum(width for width, keep in zip(wanted, is_kept, strict=True) if not keep)
    factor = max(0.0, (room - kept) / others) if others else 1.0
    widths = [width if keep else max(_LEAST, width * factor) for width, keep in zip(wanted, is_kept, strict=True)]
    whole = sum(widths)
    return [width * room / whole for width in widths] if whole > room else widths
