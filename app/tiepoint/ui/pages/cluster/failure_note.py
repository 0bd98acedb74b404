"""What went wrong, as a panel: a sentence, what to do, and buttons for the way on. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton

from tiepoint.domain.failure import Failure
from tiepoint.ui.text import plain
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import TonePanel


class FailureNote(TonePanel):
    """Shows a failure; hidden while there is none.

    Args:
        buttons: The way on.
    """

    def __init__(self, *buttons: QAbstractButton) -> None:
        self._summary = Label("", "title", wrap=True, selectable=True)
        self._remedy = Label("", "sub", wrap=True, selectable=True)
        self._glyph = Glyph("circle-alert", "err.text", 18)
        words = column(self._summary, self._remedy, spacing=3)
        line = row(self._glyph, words, *buttons, spacing=12)
        line.setStretch(1, 1)
        line.setAlignment(self._glyph, Qt.AlignmentFlag.AlignTop)
        for button in buttons:
            line.setAlignment(button, Qt.AlignmentFlag.AlignVCenter)
        super().__init__("err", line)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else f"{self._summary.text()} {self._remedy.text()}".strip()

    def show_failure(self, failure: Failure | None) -> None:
        """Say this; None hides it. What passes by itself is a warning only."""
        if failure is not None:
            tone = "warn" if failure.kind == "connection" else "err"
            self.set_tone(tone)
            self._glyph.set_glyph("wifi-off" if failure.kind == "connection" else "circle-alert", f"{tone}.text")
            self._summary.setText(plain(failure.summary))
            self._remedy.setText(plain(failure.remedy))
            self._remedy.setVisible(bool(failure.remedy))
            self.setAccessibleName(plain(f"{failure.summary} {failure.remedy}".strip()))
        self.setVisible(failure is not None)
