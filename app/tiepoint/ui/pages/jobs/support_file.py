"""Saving one file for support: where, then how it went. The GUI thread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs_words import bytes_text
from tiepoint.ui.viewmodels.recorder import utc_now


class SupportFile:
    """Asks for a place, then lets the file be written.

    Args:
        panel: The services.
        owner: Over which is asked.
    """

    def __init__(self, panel: Panel, owner: QWidget) -> None:
        self._panel, self._owner = panel, owner

    def ask(self) -> None:
        """Ask where; nothing is written before a place was chosen."""
        dialog = QFileDialog(self._owner.window(), tr("Support", "Save a file for support"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(tr("Support", "Archives (*.zip)"))
        dialog.setDefaultSuffix("zip")
        dialog.selectFile(f"tiepoint-{utc_now().astimezone():%Y-%m-%d-%H%M}.zip")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def save(self, file: Path) -> None:
        """Write it; how it went is told."""
        self._panel.background.start(self._save(file))

    async def _save(self, file: Path) -> None:
        site = self._panel.program.remote.shown.site
        size = await self._panel.program.remote.recordings.support_file(file, (site.id,))
        self._panel.messages.note(
            tr("Support", "The file for support is saved: {name}", name=file.name),
            tr("Support", "{size}. Names, addresses and secrets in it are replaced.", size=bytes_text(size)),
        )
