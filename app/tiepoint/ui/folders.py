"""Opening folders in the desktop's file browser, and saying so where there is none. The GUI thread only."""

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
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
        messages.warn(
            tr("Folders", "No program opens folders here."),
            plain(str(folder)),
            action=tr("Folders", "Copy the path"),
            on_action=lambda: QGuiApplication.clipboard().setText(str(folder)),
        )
