"""The banner about nodes that the running stage cannot use: park them, or wake those that are parked. GUI thread."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal

from tiepoint.domain.parked_nodes import ParkedNodes
from tiepoint.domain.parking import ParkingAdvice
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs_parking import advice_words, park_words, parked_words
from tiepoint.ui.viewmodels.recorder import Recorder
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.tone_panel import TonePanel


class ParkingBanner(TonePanel):
    """Shown while there is something to park, or something is parked.

    Signals:
        nodes_wanted(): The nodes shall be looked at.

    Args:
        panel: The services.
        recorder: The moment that is shown; only the present can be parked.
    """

    nodes_wanted = Signal()

    def __init__(self, panel: Panel, recorder: Recorder) -> None:
        self._title, self._text = Label("", "title"), ElidedLabel("", "sub")
        self.do = Button("", "circle-parking", "primary", size="small")
        self.nodes = Button(tr("Parking", "Show the nodes"), "", "link", size="small")
        self.close_button = IconButton("x", tr("Parking", "Not now"), size=16)
        parts = (self._title, self._text, self.do, self.nodes, self.close_button)
        line = row(Glyph("square-parking", "info.text", 18), *parts, spacing=10)
        line.setStretch(2, 1)
        super().__init__("info", line, margins=(14, 0, 7, 0))
        self.setFixedHeight(46)
        self._panel, self._recorder = panel, recorder
        self._advice: ParkingAdvice | None = None
        self._task: Any = None
        self.do.clicked.connect(self._on_do)
        self.nodes.clicked.connect(self.nodes_wanted)
        self.close_button.clicked.connect(self._on_dismissed)
        self.setVisible(False)

    def show_now(self, snapshot: MonitorSnapshot) -> None:
        """Show what is to be said now."""
        remote = self._panel.program.remote
        site = remote.shown.site
        parked = remote.parking.parked(site) if self._recorder.is_live else None
        self._advice = None if parked is not None or not self._recorder.is_live else remote.parking.advice(site)
        if parked is not None:
            self._show_parked(parked)
        elif self._advice is not None:
            has_gpu = any(node.gpus for node in snapshot.nodes if node.id in self._advice.nodes)
            self._tell(*advice_words(self._advice, has_gpu=has_gpu), park_words(self._advice))
            self.do.set_icon("circle-parking")
        self.close_button.setVisible(parked is None)
        is_busy = self._task is not None and not self._task.done()
        self.do.setEnabled(not is_busy)
        self.setVisible(parked is not None or self._advice is not None)

    def _show_parked(self, parked: ParkedNodes) -> None:
        self._tell(*parked_words(parked), tr("Parking", "Wake them now"))
        self.do.set_icon("power")
        self.do.setVisible(not parked.is_waking)

    def _tell(self, title: str, text: str, button: str) -> None:
        self.do.setVisible(True)
        if (title, text, button) != (self._title.text(), self._text.text(), self.do.text()):
            self._title.setText(title)
            self._text.setText(text)
            self.do.setText(button)
            self.setAccessibleName(f"{title}. {text}")

    def _on_do(self) -> None:
        remote = self._panel.program.remote
        site = remote.shown.site
        self.do.setEnabled(False)
        work = remote.parking.wake(site) if self._advice is None else remote.parking.park(site, self._advice)
        self._task = self._panel.background.start(work)
        self._task.add_done_callback(lambda _task: self.do.setEnabled(True))

    def _on_dismissed(self) -> None:
        if self._advice is not None:
            self._panel.program.remote.parking.dismiss(self._advice)
            self.setVisible(False)
