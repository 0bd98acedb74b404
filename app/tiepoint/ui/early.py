"""The window's first picture, and reading the rest of the program while it is on screen. The GUI thread only."""

from __future__ import annotations

import base64
import contextlib
import importlib
import threading
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QWidget

from tiepoint.ui.opening import FirstPicture
from tiepoint.ui.pages_of_panel import FIRST, rail_entries
from tiepoint.ui.shell.window import MainWindow, restore_frame

_LOOK_EVERY_MS: Final = 10
_PATIENCE_MS: Final = 300


def early_window(first: FirstPicture) -> MainWindow:
    """Show the window without pages; what is clicked meanwhile is kept."""
    window = MainWindow(rail_entries())
    restore_frame(window, _frame_of(first))
    window.rail.mark(first.page or FIRST)
    window.show()
    _wait_until_painted(window)
    return window


def _frame_of(first: FirstPicture) -> bytes:
    with contextlib.suppress(ValueError):
        return base64.b64decode(first.geometry)
    return b""


class _FirstPaint(QObject):
    """Ends a loop when a widget has been painted."""

    def __init__(self, widget: QWidget, loop: QEventLoop) -> None:
        super().__init__(widget)
        self._loop = loop
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the first request to paint; the loop comes round once more before it ends."""
        if event.type() == QEvent.Type.UpdateRequest:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self._loop.quit)
        return False


def _wait_until_painted(window: QWidget) -> None:
    """Let the picture come before imports take the processor; a window that is never exposed is not waited for."""
    loop = QEventLoop()
    _FirstPaint(window, loop)
    QTimer.singleShot(_PATIENCE_MS, loop.quit)
    loop.exec()


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


def import_quietly(modules: Sequence[str]) -> None:
    """Import modules ahead of need, one at a time; what fails is told when it is needed. For a thread."""
    for module in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(module)
