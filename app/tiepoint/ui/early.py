"""The window's first picture, and reading the rest of the program while it is on screen. The GUI thread only."""

from __future__ import annotations

import base64
import contextlib
import importlib
import threading
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QWidget

from tiepoint.ui.opening import FirstPicture
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.pages_of_panel import FIRST, rail_entries
from tiepoint.ui.shell.window import MainWindow, restore_frame
from tiepoint.ui.text import tr

_LOOK_EVERY_MS: Final = 10


def early_window(first: FirstPicture) -> MainWindow:
    """Show the window without pages; what is clicked meanwhile is kept."""
    window = MainWindow(rail_entries())
    restore_frame(window, _frame_of(first))
    window.rail.mark(first.page or FIRST)
    window.show_early(QWidget(), StripContent(tr("Start", "Tiepoint")))
    window.show()
    return window


def _frame_of(first: FirstPicture) -> bytes:
    with contextlib.suppress(ValueError):
        return base64.b64decode(first.geometry)
    return b""


def import_meanwhile(modules: Sequence[str]) -> None:
    """Import modules in a thread while the window is painted and answers.

    Raises:
        Exception: What importing raised.
    """
    failures: list[BaseException] = []

    def load() -> None:
        try:
            for module in modules:
                importlib.import_module(module)
        except BaseException as error:  # noqa: BLE001  raised again below, in the thread that waits
            failures.append(error)

    loop, timer = QEventLoop(), QTimer()
    thread = threading.Thread(target=load, name="imports", daemon=True)
    timer.timeout.connect(lambda: None if thread.is_alive() else loop.quit())
    timer.start(_LOOK_EVERY_MS)
    thread.start()
    loop.exec()
    timer.stop()
    if failures:
        raise failures[0]
