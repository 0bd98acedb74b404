"""The Transfers page: says that uploads come later and where captures are meanwhile. No pretended rows."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent

from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import column


class TransfersPage(Page):
    """An honest empty page."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self._open = Button(tr("Transfers", "Open the captures folder"), "folder-open")
        self._open.clicked.connect(self._on_open)
        self._state = EmptyState("arrow-up-down", tr("Transfers", "Nothing to transfer"), "", self._open)
        card = Card()
        card.content.addWidget(self._state)
        self.setLayout(column(card))
        self._off = panel.program.computer.changed.subscribe(lambda _snapshot: self._say())
        self._say()

    def strip(self) -> StripContent:
        """Say what this page will be."""
        return StripContent(
            tr("Transfers", "Transfers"), subtitle=tr("Transfers", "Uploads to Azure come with a later version")
        )

    def shut(self) -> None:
        """Follow nothing any more."""
        self._off()

    def focus_first(self) -> None:
        """Begin at the one button."""
        self._open.setFocus()

    def _say(self) -> None:
        folder = self._panel.program.computer.snapshot.captures_folder
        self._open.setEnabled(folder is not None)
        text = tr(
            "Transfers",
            "Jobs run on this computer, so photos and results stay where they are and nothing is sent anywhere. "
            "Uploads to clusters on Azure come with a later version and will be listed here, photo by photo.",
        )
        where = (
            "" if folder is None else "\n\n" + tr("Transfers", "Captures are in {folder}", folder=plain(str(folder)))
        )
        self._state.text_label.setText(text + where)

    def _on_open(self) -> None:
        folder = self._panel.program.computer.snapshot.captures_folder
        if folder is not None:
            open_folder(folder, self._panel.messages)

    def showEvent(self, event: QShowEvent) -> None:
        """Find out where captures are."""
        super().showEvent(event)
        self._panel.background.start(self._panel.program.computer.refresh(), on_failure=lambda _failure: None)
