"""The cards of the Help page: numbered steps, tips with icons, keys, and places. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_MARK_PX = 22
_KEY_PX = 22


class StepsCard(Card):
    """Numbered lines: (what to do, what happens)."""

    def __init__(self, title: str, steps: Sequence[tuple[str, str]]) -> None:
        super().__init__(title)
        lines = [_line(_Number(place), what, then) for place, (what, then) in enumerate(steps, start=1)]
        self.add(*lines, spacing=12)


class TipsCard(Card):
    """Lines with an icon each: (icon, what to do, why)."""

    def __init__(self, title: str, tips: Sequence[tuple[str, str, str]]) -> None:
        super().__init__(title)
        lines = [_line(Glyph(icon, "accent_text", 18), what, why) for icon, what, why in tips]
        self.add(*lines, spacing=12)


class KeysCard(Card):
    """Keyboard shortcuts by page."""

    def __init__(self, title: str, groups: Sequence[tuple[str, Sequence[tuple[str, str]]]]) -> None:
        super().__init__(title)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(7)
        grid.setColumnStretch(1, 1)
        for name, shortcuts in groups:
            place = grid.rowCount()
            grid.addWidget(Label(tr("Shortcuts", name), "title"), place, 0, 1, 2)
            grid.setRowMinimumHeight(place, 30)
            for offset, (keys, what) in enumerate(shortcuts, start=1):
                words = tr("Shortcuts", what)
                grid.addWidget(_Keys(keys, words), place + offset, 0, Qt.AlignmentFlag.AlignLeft)
                grid.addWidget(Label(words, "sub", wrap=True), place + offset, 1)
        body = self.add()
        body.addLayout(grid)


class _Number(QWidget):
    """A number in a circle."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(_MARK_PX, _MARK_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint it."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawEllipse(QRectF(self.rect()))
        painter.setPen(QColor(tokens.accent_text))
        painter.setFont(font(12, QFont.Weight.DemiBold))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, str(self._number))


class _Keys(QWidget):
    """Keys as small caps side by side."""

    def __init__(self, keys: str, meaning: str) -> None:
        super().__init__()
        self._keys = keys.split(" ")
        self._font = font(11, QFont.Weight.Medium)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{keys}: {meaning}")

    def sizeHint(self) -> QSize:
        """As wide as its keys."""
        return QSize(sum(self._width(key) + 5 for key in self._keys) - 5, _KEY_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the keys."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        left = 0
        for key in self._keys:
            box = QRectF(left + 0.5, 0.5, self._width(key) - 1, _KEY_PX - 1)
            left += self._width(key) + 5
            if key != "…":
                painter.setPen(QPen(QColor(tokens.border_strong), 1))
                painter.setBrush(QColor(tokens.raised))
                painter.drawRoundedRect(box, 5, 5)
            painter.setPen(QColor(tokens.text))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _shown(key))

    def _width(self, key: str) -> int:
        return max(QFontMetrics(self._font).horizontalAdvance(_shown(key)) + (14 if key != "…" else 4), _KEY_PX)


def _shown(key: str) -> str:
    arrows = {"Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Return": "Enter", "Escape": "Esc", "-": "\u2212"}
    return arrows.get(key, key)


def _line(mark: QWidget, what: str, then: str) -> QWidget:
    made = QWidget()
    line = row(mark, column(Label(what, wrap=True), Label(then, "sub", wrap=True), spacing=2), spacing=12)
    line.setStretch(1, 1)
    line.setAlignment(mark, Qt.AlignmentFlag.AlignTop)
    made.setLayout(line)
    return made
