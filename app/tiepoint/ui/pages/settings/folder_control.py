"""The control of the captures folder: where it is, choose another, open it, back to the usual place."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import row


class FolderControl(QWidget):
    """A folder that can be chosen.

    Signals:
        chosen(folder): Another folder, as text; empty = the usual place.
        open_wanted(): The folder should be shown.
    """

    chosen = Signal(str)
    open_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._folder: Path | None = None
        self._path = ElidedLabel("", "value", middle=True)
        self.choose = Button(tr("Settings", "Choose…"), "folder-open", size="small")
        self.open = Button(tr("Settings", "Open"), "external-link", size="small")
        self.usual = Button(tr("Settings", "Usual place"), "rotate-ccw", kind="quiet", size="small")
        place = Well(row(Glyph("folder", "text2", 16), self._path, spacing=10), margins=(12, 6, 12, 6))
        line = row(place, self.choose, self.open, self.usual, spacing=8)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.choose.clicked.connect(self.ask)
        self.open.clicked.connect(self.open_wanted)
        self.usual.clicked.connect(lambda: self.chosen.emit(""))

    def hold(self, folder: Path | None, *, is_usual: bool) -> None:
        """Show where the folder is."""
        self._folder = folder
        self._path.setText(plain(str(folder)) if folder else tr("Settings", "The usual place"))
        self.open.setEnabled(folder is not None)
        self.usual.setVisible(not is_usual)

    def ask(self) -> QFileDialog:
        """Let a person choose a folder, without stopping anything else meanwhile."""
        dialog = QFileDialog(self.window(), tr("Settings", "Folder for captures"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        if self._folder is not None:
            dialog.setDirectory(str(self._folder))
        dialog.fileSelected.connect(self.chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog
