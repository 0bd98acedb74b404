"""Opening folders and documents with the desktop's programs, and saying so where there is none. The GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication

from tiepoint.ui.shell.messages import Messages
from tiepoint.ui.text import plain, tr


def open_folder(folder: Path, messages: Messages) -> None:
    """Show a folder in the file browser.

    Args:
        folder: Which one.
        messages: Says that no program opens folders here, and offers the path.
    """
    _open(folder, tr("Folders", "No program opens folders here."), messages)


def open_document(file: Path, messages: Messages) -> None:
    """Show a document in the program that is for its kind.

    Args:
        file: Which one.
        messages: Says that it is gone or that no program opens it, and offers the path.
    """
    if not file.is_file():
        messages.warn(tr("Folders", "{name} is no longer there.", name=plain(file.name)), plain(str(file)))
        return
    _open(file, tr("Folders", "No program opens {name} here.", name=plain(file.name)), messages)


def _open(path: Path, refusal: str, messages: Messages) -> None:
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        messages.warn(
            refusal,
            plain(str(path)),
            action=tr("Folders", "Copy the path"),
            on_action=lambda: QGuiApplication.clipboard().setText(str(path)),
        )
