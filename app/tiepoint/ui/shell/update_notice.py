"""Telling of a newer version: once in a toast, then quietly by a button on the rail. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QObject

from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.text import tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.updates import UpdatesModel
from tiepoint.ui.widgets.buttons import NavButton

_ICON_PX = 20


class UpdateNotice(QObject):
    """Shows its button while there is a newer version that the person wants to hear of.

    Args:
        window: Has the rail.
        panel: The services.
    """

    def __init__(self, window: MainWindow, panel: Panel) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._told = ""
        self.model = UpdatesModel(panel.program, panel.background, self)
        self.button = NavButton("download", tr("Rail", "Update"))
        self.button.setCheckable(False)
        self.button.hide()
        window.rail.add_notice(self.button)
        self.button.clicked.connect(self.open)
        self.model.changed.connect(self._show)
        self._show()

    def shut(self) -> None:
        """Tell nothing any more."""
        self.model.shut()

    def open(self) -> None:
        """Show what is new."""
        from tiepoint.ui.shell.update_dialog import UpdateDialog

        UpdateDialog(self._panel, self._window).open()

    def _show(self) -> None:
        said, snapshot = self.model.said, self.model.snapshot
        self.button.setVisible(self.model.is_news)
        if snapshot.newest is None or not self.model.is_news:
            return
        is_security = any(release.is_security for release in snapshot.releases)
        icon, colour = ("shield", "warn.text") if is_security else ("download", "accent_text")
        self.button.setIcon(icons.icon(icon, colour, size=_ICON_PX))
        title = tr("Updates", "Tiepoint {version} is available", version=snapshot.newest.version)
        self.button.setToolTip(title)
        self.button.setAccessibleName(title)
        if not snapshot.is_told and self._told != snapshot.newest.version:
            self._told = snapshot.newest.version
            tell = self._panel.messages.warn if is_security else self._panel.messages.note
            text = tr("Updates", "It closes a security hole.") if is_security else ""
            tell(said.title, text, action=tr("Updates", "What’s new"), on_action=self.open)
            self.model.mark_told()
