"""Tells when the panel's window can be used, and ends: what the measurement of the start runs, frozen and from source.

Usable is when the window was painted and the event loop has come round once more, so that a click would be answered.
Usage from source: python packaging/frozen/start_probe.py; frozen: tiepoint --self-check start
"""

from __future__ import annotations

import os
import sys
import time


def main() -> int:
    """Open the panel, say `usable SECONDS-SINCE-THE-EPOCH`, and end at once."""
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QMainWindow

    class Usable(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.UpdateRequest:
                watched.removeEventFilter(self)
                QTimer.singleShot(0, lambda: QTimer.singleShot(0, _tell))
            return False

    shown = QMainWindow.show

    def show(window: QMainWindow) -> None:
        window.installEventFilter(Usable(window))
        shown(window)

    QMainWindow.show = show  # type: ignore[method-assign]
    from tiepoint.panel_start import main as start

    return start([])


def _tell() -> None:
    sys.stdout.write(f"usable {time.time()}\n")
    sys.stdout.flush()
    os._exit(0)  # nothing has begun that would have to end well


if __name__ == "__main__":
    sys.exit(main())
