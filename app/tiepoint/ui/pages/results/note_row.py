"""A note about a result: one line that unfolds to what it means and what to do. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.results_facts import Note
from tiepoint.ui.widgets.focus_ring import draw_focus_ring
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, holder

_CONTEXT: Final = "Results"
_HEIGHT: Final = 30
_MOST_PHOTOS: Final = 12
_SHORT: Final = 34
"""Longer titles are cut on the line, and told whole below it."""


class NoteRow(QWidget):
    """A note with a head to click.

    Args:
        note: What it says.
        is_open: Whether it begins unfolded.
    """

    def __init__(self, note: Note, *, is_open: bool = False) -> None:
        super().__init__()
        self.head = _NoteHead(note)
        whole = note.title if len(note.title) > _SHORT else ""
        parts = [Label(text, "sub", wrap=True) for text in (whole, note.text, note.remedy) if text]
        if note.photos:
            named = [plain(photo, limit=80) for photo in note.photos[:_MOST_PHOTOS]]
            rest = len(note.photos) - len(named)
            names = ", ".join(named) + (tr(_CONTEXT, " and {count} more", count=rest) if rest else "")
            parts.append(Label(names, "caption", wrap=True))
        self._body = holder(column(*parts, spacing=4, margins=(26, 0, 4, 8)))
        self.setLayout(column(self.head, self._body, spacing=0))
        self.head.setEnabled(bool(parts))
        self.head.toggled.connect(self._body.setVisible)
        self._body.setVisible(False)
        self.head.setChecked(is_open and bool(parts))


class _NoteHead(QAbstractButton):
    """The line of a note: icon, title, figure, and an arrow when there is more."""

    def __init__(self, note: Note) -> None:
        super().__init__()
        self._note = note
        look = look_of(note.state)
        self.setText(note.title)
        self.setCheckable(True)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{look.text}: {note.title} {note.value}".strip())

    def sizeHint(self) -> QSize:
        """As wide as the card."""
        return QSize(240, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the line."""
        tokens, note = theme.tokens(), self._note
        look = look_of(note.state)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.drawPixmap(4, 8, icons.pixmap(look.icon, f"{look.tone}.text", 14))
        right = self._paint_right(painter)
        painter.setFont(font(12))
        painter.setPen(QColor(tokens.text if note.weighs else tokens.text2))
        box = self.rect().adjusted(26, 0, -right, 0)
        title = painter.fontMetrics().elidedText(note.title, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, title)
        draw_focus_ring(painter, self, 6)

    def _paint_right(self, painter: QPainter) -> int:
        """Paint arrow and figure; return how many pixels they take."""
        taken = 6
        if self.isEnabled():
            name = "chevron-up" if self.isChecked() else "chevron-down"
            painter.drawPixmap(self.width() - 20, 8, icons.pixmap(name, "text3", 14))
            taken = 24
        bold = font(12, QFont.Weight.Medium)
        width = QFontMetrics(bold).horizontalAdvance(self._note.value)
        painter.setFont(bold)
        painter.setPen(QColor(theme.tokens().text))
        box = self.rect().adjusted(0, 0, -taken - 2, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, self._note.value)
        return taken + width + 12
