"""The quiet line that says once how the 3D view draws here, and what could be done for better. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal

from tiepoint.domain.graphics import Drawing, GraphicsChoice
from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import TonePanel

_CONTEXT: Final = "Graphics"


class GraphicsBanner(TonePanel):
    """Says it until it is closed.

    Signals:
        retry_wanted(): A driver that took the program down is to be tried again.

    Args:
        choice: How the view draws, and why.
        may_retry: Whether a driver is not tried because of what happened.
    """

    retry_wanted = Signal()

    def __init__(self, choice: GraphicsChoice, *, may_retry: bool) -> None:
        is_gone = choice.drawing is Drawing.NONE
        tone = "warn" if is_gone else "info"
        self.close_button = Button(tr(_CONTEXT, "Got it"), size="small")
        self.retry_button = Button(tr(_CONTEXT, "Try the driver again"), "rotate-cw", size="small")
        self.retry_button.setVisible(may_retry)
        title = tr(_CONTEXT, "No 3D view on this screen") if is_gone else tr(_CONTEXT, "3D without a graphics card")
        self._title = Label(title, "title")
        rest = tr(_CONTEXT, "Everything else works: jobs, photos, facts, reports and exports.")
        text = f"{plain(choice.summary)} {rest}" if is_gone else plain(choice.summary)
        self._text = Label(text, "sub", wrap=True, selectable=True)
        self._remedy = Label(plain(choice.remedy), "sub", wrap=True, selectable=True)
        self._remedy.setVisible(bool(choice.remedy))
        words = column(self._title, self._text, self._remedy, spacing=3)
        line = row(Glyph("monitor", f"{tone}.text", 18), words, self.retry_button, self.close_button, spacing=12)
        line.setStretch(1, 1)
        super().__init__(tone, line, margins=(14, 10, 10, 10))
        self.setAccessibleName(" ".join((f"{title}.", text, plain(choice.remedy))).strip())
        self.close_button.clicked.connect(self._on_close)
        self.retry_button.clicked.connect(self._on_retry)

    def said_retried(self) -> None:
        """Say that the driver is tried at the next start."""
        self._text.setText(tr(_CONTEXT, "Tiepoint uses the driver again from its next start on."))
        self._remedy.hide()
        self.retry_button.hide()

    def _on_retry(self) -> None:
        self.retry_button.setEnabled(False)
        self.retry_wanted.emit()

    def _on_close(self) -> None:
        self.hide()
        self.deleteLater()
