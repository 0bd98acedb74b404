"""Opens the list of others' work at once; it and each chosen licence are read away from the window's thread."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QWidget

from tiepoint import notices
from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.settings.third_party_dialog import ThirdPartyDialog
from tiepoint.ui.panel import Panel


class ThirdParties:
    """Opens the list.

    Args:
        panel: For work in the background and messages.
        page: The dialog opens on its window.
    """

    def __init__(self, panel: Panel, page: QWidget) -> None:
        self._panel = panel
        self._page = page

    async def open(self) -> None:
        """Show the list, which fills once it is read."""
        folder = await asyncio.to_thread(notices.folder)
        dialog = ThirdPartyDialog(None, folder, self._page.window())
        gone = asyncio.Event()
        dialog.destroyed.connect(gone.set)
        dialog.text_wanted.connect(lambda notice: self._panel.background.start(self._read(dialog, notice, gone)))
        if folder is not None:
            dialog.folder_wanted.connect(lambda: open_folder(folder, self._panel.messages))
        dialog.open()
        found = await asyncio.to_thread(notices.notices)
        if not gone.is_set():
            dialog.fill(found)
            dialog.choose_first()
            dialog.sought.setFocus()

    async def _read(self, dialog: ThirdPartyDialog, notice: notices.Notice, gone: asyncio.Event) -> None:
        text = await asyncio.to_thread(notices.text_of, notice)
        if not gone.is_set():
            dialog.show_text(notice, text)
