"""The Help page. The GUI thread only."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QShowEvent

from tiepoint.ui.actions import action
from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.help.cards import KeysCard, StepsCard, TipsCard
from tiepoint.ui.pages.help.places_card import PlacesCard
from tiepoint.ui.pages.help.shortcuts import SHORTCUTS
from tiepoint.ui.pages.help.words import first_steps, shooting_tips
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import row


class HelpPage(Page):
    """How to begin, keys, how to take photos, where things are."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.copy_action = action(self, tr("Help", "Copy versions"), self._on_copy, icon="copy")
        self.places = PlacesCard()
        steps = StepsCard(tr("Help", "Your first model"), first_steps())
        tips = TipsCard(tr("Help", "Taking photos that work"), shooting_tips())
        keys = KeysCard(tr("Help", "Keyboard"), SHORTCUTS)
        left, right = ScrollColumn(steps, tips, self.places, None), ScrollColumn(keys, None)
        line = row(left, right, spacing=12)
        line.setStretch(0, 1)
        line.setStretch(1, 1)
        self.setLayout(line)
        self.places.open_wanted.connect(self._on_open)
        self._off = panel.program.computer.changed.subscribe(lambda _snapshot: self._show_places())
        self._show_places()

    def strip(self) -> StripContent:
        """Offer the versions."""
        subtitle = tr("Help", "Tiepoint {version}", version=self._panel.program.version)
        return StripContent(tr("Help", "Help"), subtitle=subtitle, actions=(self.copy_action,))

    def shut(self) -> None:
        """Follow nothing any more."""
        self._off()

    def focus_first(self) -> None:
        """Begin at the places."""
        self.places.focus_first()

    def versions(self) -> str:
        """Return the versions of everything, to send to somebody."""
        program = self._panel.program
        engine = program.computer.snapshot.engine
        lines = [
            f"Tiepoint {program.version}",
            f"Python {platform.python_version()}, Qt {qVersion()}, {QGuiApplication.platformName()}",
            f"{platform.system()} {platform.release()}, {platform.machine()}",
            f"Agent {program.computer.snapshot.agent.version or 'not reached'}",
        ]
        if engine is not None:
            lines.append("Engine " + ", ".join(f"{name} {version}" for name, version in engine.versions.items()))
        return "\n".join(lines)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.versions())
        self._panel.messages.done(tr("Help", "The versions are on the clipboard."))

    def _show_places(self) -> None:
        snapshot = self._panel.program.computer.snapshot
        log = snapshot.agent.log_path
        self.places.show_places(snapshot.captures_folder, Path(log).parent if log else None)

    def _on_open(self, folder: Path) -> None:
        open_folder(folder, self._panel.messages)

    def showEvent(self, event: QShowEvent) -> None:
        """Find out where things are."""
        super().showEvent(event)
        self._panel.background.start(self._panel.program.computer.refresh(), on_failure=lambda _failure: None)
