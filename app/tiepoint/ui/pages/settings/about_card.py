"""The card about the program: versions, and the licences of what it is made of."""

from __future__ import annotations

import importlib.metadata
import platform
from typing import Final

from PySide6.QtCore import Qt, Signal, qVersion
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QWidget

from tiepoint import resources
from tiepoint.domain.errors import SetupError
from tiepoint.ui.shell.sign import Sign
from tiepoint.ui.text import tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import column, row

LICENCES: Final = {
    "tiepoint": ("Tiepoint", "Apache 2.0"),
    "icons": ("Lucide icons", "ISC"),
    "fonts": ("Inter typeface", "OFL 1.1"),
}
_APACHE: Final = "Apache License, Version 2.0\nhttps://www.apache.org/licenses/LICENSE-2.0"


class AboutCard(Card):
    """Versions and licences.

    Signals:
        licence_wanted(name): A key of `LICENCES`.
        third_parties_wanted(): The list of others' work is asked for.
        logs_wanted(): The log folder is asked for.
    """

    licence_wanted = Signal(str)
    third_parties_wanted = Signal()
    logs_wanted = Signal()

    def __init__(self, version: str) -> None:
        super().__init__(tr("Settings", "About"))
        told = Label(tr("Settings", "Version {version}", version=version), "sub")
        words = column(Label("Tiepoint", "h1"), told, spacing=1)
        facts = FactList()
        facts.set_facts(
            (("Python", platform.python_version()), ("Qt", qVersion()), (tr("Settings", "System"), platform.system()))
        )
        self.licences = {name: self._licence(name) for name in LICENCES}
        self.logs = Button(tr("Settings", "Open log folder"), "folder-open", size="small")
        self.logs.clicked.connect(self.logs_wanted)
        self.third_parties = Button(tr("Settings", "Third-party licences"), "file-text", size="small")
        self.third_parties.clicked.connect(self.third_parties_wanted)
        lines = [
            row(Label(tr("Settings", LICENCES[name][0]), "sub"), None, button, spacing=8)
            for name, button in self.licences.items()
        ]
        self.add(
            row(Sign(), words, None, spacing=12),
            6,
            facts,
            6,
            Label(tr("Settings", "Licences"), "title"),
            *lines,
            4,
            row(self.third_parties, None),
            row(self.logs, None),
            spacing=8,
        )

    def _licence(self, name: str) -> Button:
        title, licence = LICENCES[name]
        button = Button(licence, kind="link")
        button.setAccessibleName(tr("Settings", "Licence of {name}: {licence}", name=title, licence=licence))
        button.clicked.connect(lambda: self.licence_wanted.emit(name))
        return button


class LicenceDialog(QDialog):
    """Shows a licence; open it with `open()`."""

    def __init__(self, title: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(640, 520)
        shown = QPlainTextEdit(text)
        shown.setReadOnly(True)
        shown.setAccessibleName(title)
        close = Button(tr("Settings", "Close"), kind="primary")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        self.setLayout(column(Label(title, "h1"), shown, row(None, close), spacing=12, margins=(20, 20, 20, 16)))


def licence_text(name: str) -> str:
    """Read a licence; blocks on a small file.

    Args:
        name: A key of `LICENCES`.
    """
    try:
        if name != "tiepoint":
            return resources.read_text(f"{name}/LICENSE")
        return importlib.metadata.distribution("tiepoint").read_text("licenses/LICENSE") or _APACHE
    except (SetupError, OSError, importlib.metadata.PackageNotFoundError):
        return _APACHE if name == "tiepoint" else tr("Settings", "The text of this licence is missing.")
