"""The card of where things are: captures and logs, each with a button that opens it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class PlacesCard(Card):
    """Captures and logs.

    Signals:
        open_wanted(folder): A folder should be shown, as `Path`.
    """

    open_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Help", "Where things are"))
        self.captures = _Place("images", tr("Help", "Captures, jobs and results"))
        self.logs = _Place("file-text", tr("Help", "Logs"))
        for place in (self.captures, self.logs):
            place.open.clicked.connect(lambda _checked=False, place=place: self.open_wanted.emit(place.folder))
        text = tr("Help", "When you write to us, send the versions and the log of the day. Photos are not needed.")
        self.add(self.captures, self.logs, Label(text, "sub", wrap=True), spacing=12)

    def show_places(self, captures: Path | None, logs: Path | None) -> None:
        """Show the folders; None = not known yet."""
        self.captures.put(captures)
        self.logs.put(logs)

    def focus_first(self) -> None:
        """Put the focus on the first button."""
        self.captures.open.setFocus()


class _Place(QWidget):
    """A folder by name, with its path."""

    def __init__(self, icon: str, name: str) -> None:
        super().__init__()
        self.folder: Path | None = None
        self._path = ElidedLabel("", "sub", middle=True)
        self.open = Button(tr("Help", "Open"), "folder-open", size="small")
        self.open.setAccessibleName(tr("Help", "Open {name}", name=name))
        glyph = Glyph(icon, "text2", 18)
        line = row(glyph, column(Label(name), self._path, spacing=2), self.open, spacing=12)
        line.setStretch(1, 1)
        line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.put(None)

    def put(self, folder: Path | None) -> None:
        """Show a folder."""
        self.folder = folder
        self._path.setText("—" if folder is None else plain(str(folder)))
        self.open.setEnabled(folder is not None)
