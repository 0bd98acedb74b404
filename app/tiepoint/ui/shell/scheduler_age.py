"""How old what is shown of the shown scheduler is, in a few words at the window's foot. The GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import row


class SchedulerAge(QWidget):
    """Shown while a cluster's scheduler is; this computer's says how it is itself.

    Args:
        panel: The sites.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._shown = panel.program.remote.shown
        self._glyph, self._words = Glyph("activity", "ok.text", 14), ElidedLabel("", "sub")
        self.setLayout(row(self._glyph, self._words, spacing=6))
        self._end = self._shown.changed.subscribe(self._show)
        self._show(self._shown.snapshot)

    def shut(self) -> None:
        """Listen no more."""
        self._end()

    def _show(self, snapshot: MonitorSnapshot) -> None:
        link = snapshot.link
        self.setVisible(not self._shown.site.is_computer)
        if link.is_up:
            self._glyph.set_glyph("activity", "ok.text")
            words = tr("Account", "Scheduler: live")
        elif link.heard is not None:
            self._glyph.set_glyph("wifi-off", "warn.text")
            heard = clock_text(link.heard, utc_now(), with_seconds=True)
            words = tr("Account", "Scheduler: last known {time}", time=heard)
        else:
            self._glyph.set_glyph("loader", "text2")
            words = tr("Account", "Scheduler: not heard of yet")
        if words != self._words.text():
            self._words.setText(words)
