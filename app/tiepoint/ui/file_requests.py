"""Files that the system asks a running panel to open: macOS says so by events, others start a program with names.

Holds early ones until the window can take them. The GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class PanelApplication(QApplication):
    """The application of the panel."""

    _early: list[Path] | None = None
    _take: Callable[[list[Path]], None] | None = None

    def hand_files_to(self, take: Callable[[list[Path]], None] | None) -> None:
        """Say who opens files from now on, those that were asked for before among them; None = they wait."""
        self._take = take
        early, self._early = self._early, None
        if early and take is not None:
            take(early)

    def event(self, event: QEvent) -> bool:
        """Take files to open."""
        if not isinstance(event, QFileOpenEvent):
            return super().event(event)
        if event.file():
            path = Path(event.file())
            if self._take is not None:
                self._take([path])
            else:
                self._early = [*(self._early or []), path]
        return True


def hand_files_to(take: Callable[[list[Path]], None] | None) -> None:
    """Say to the panel's application, where it is one, who opens files from now on; None = they wait."""
    application = QApplication.instance()
    if isinstance(application, PanelApplication):
        application.hand_files_to(take)
