"""Handing files to the system's own programs: the one door out of the page, so that a test can stand in for it."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices


class Desktop(Protocol):
    """Opens things outside the panel."""

    def open(self, path: Path) -> bool:
        """Open a file or folder with whatever the system uses for it.

        Returns:
            False when the system could not.
        """


class SystemDesktop:
    """The real one."""

    def open(self, path: Path) -> bool:
        """Open a file or folder with whatever the system uses for it."""
        return QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
