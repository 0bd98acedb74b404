"""A panel on the soft ground of a tone, for what must not be overlooked; its words and an icon say the same."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from tiepoint.ui import theme
from tiepoint.ui.theme.tokens import RADIUS
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import Margins, Part, column, row


class TonePanel(QFrame):
    """Parts below each other on a tone's ground.

    Args:
        tone: `ok`, `warn`, `err`, `info`, ...
        parts: As for `layouts.column`.
    """

    def __init__(self, tone: str, *parts: Part, spacing: int = 8, margins: Margins = (14, 12, 14, 12)) -> None:
        super().__init__()
        self._tone = tone
        self.content = column(*parts, spacing=spacing, margins=margins)
        self.setLayout(self.content)

    def set_tone(self, tone: str) -> None:
        """Stand on another tone's ground."""
        if tone != self._tone:
            self._tone = tone
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground and its edge."""
        tone = theme.tokens().tone(self._tone)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QColor(tone.solid)
        edge.setAlphaF(0.55)
        painter.setPen(QPen(edge, 1))
        painter.setBrush(QColor(tone.soft))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)


class ToneNote(TonePanel):
    """One sentence or two with an icon; hidden while it says nothing."""

    def __init__(self, tone: str, icon: str, text: str = "") -> None:
        self._label = Label(text, "body", wrap=True, selectable=True)
        self._glyph = Glyph(icon, f"{tone}.text", 18)
        line = row(self._glyph, self._label, spacing=12)
        line.setStretch(1, 1)
        line.setAlignment(self._glyph, Qt.AlignmentFlag.AlignTop)
        super().__init__(tone, line)
        self.set_text(text)

    def set_look(self, icon: str, tone: str) -> None:
        """Show another icon on another tone's ground."""
        self._glyph.set_glyph(icon, f"{tone}.text")
        self.set_tone(tone)

    def set_text(self, text: str) -> None:
        """Say this; an empty text hides it."""
        self._label.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
