"""A quota as a bar: used by others, taken by this, and what is missing beyond the limit, hatched. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QWidget

from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ui import theme


class QuotaBar(QWidget):
    """Grey is used by others, green fits, red and hatched is missing; a mark stands at the limit.

    Args:
        height: Of the bar.
    """

    def __init__(self, height: int = 8) -> None:
        super().__init__()
        self.setFixedHeight(height)
        self.setMinimumWidth(60)
        self._figures: QuotaFigures | None = None

    def set_figures(self, figures: QuotaFigures, words: str) -> None:
        """Show these; `words` says the same."""
        self._figures = figures
        self.setAccessibleName(words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the parts."""
        figures = self._figures
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect())
        outline = QPainterPath()
        outline.addRoundedRect(box, box.height() / 2, box.height() / 2)
        painter.setClipPath(outline)
        painter.fillRect(box, QColor(tokens.track))
        if figures is None:
            return
        whole = max(figures.limit, figures.used + figures.asked, 1)
        fits = figures.asked - figures.missing
        left = 0.0
        for amount, colour in ((figures.used, tokens.text3), (fits, tokens.ok.solid), (figures.missing, None)):
            width = box.width() * amount / whole
            part = QRectF(left, 0, width, box.height())
            left += width
            painter.fillRect(part, QColor(colour or tokens.err.solid))
            if colour is None:
                painter.fillRect(part, QBrush(QColor(tokens.surface), Qt.BrushStyle.BDiagPattern))
        if figures.missing and figures.limit < whole:
            mark = box.width() * max(figures.limit, figures.used) / whole
            painter.fillRect(QRectF(mark - 1, 0, 2, box.height()), QColor(tokens.text))
