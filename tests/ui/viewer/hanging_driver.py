"""A program with two views whose driver never comes back; it closes them and ends as the panel does.

Says on stdout how long closing took. What stands for the driver lets go of Python's lock, as VTK does.
"""

from __future__ import annotations

import sys
import threading
import time

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from tiepoint.ui.application import end_in_spite_of_drivers, make_application
from tiepoint.ui.viewer.model_view import ModelView, ViewerState
from tiepoint.ui.viewer.scene import Scene
from tiepoint.ui.viewer.start_gate import GATE


class Told(QObject):
    hangs = Signal()


def main() -> int:
    application = make_application()
    told, forever = Told(), threading.Event()
    windows = [QMainWindow(), QMainWindow()]
    views = [ModelView(), ModelView()]
    left = list(views)

    def hang(_scene: Scene) -> None:
        told.hangs.emit()
        forever.wait()

    def close_when_all_hang() -> None:
        left.pop()
        if left:
            return
        began = time.monotonic()
        for view in views:
            view.shut()
        sys.stdout.write(f"{time.monotonic() - began:.3f} {GATE.has_hung}\n")
        application.quit()

    told.hangs.connect(close_when_all_hang)
    for window, view in zip(windows, views, strict=True):
        window.setCentralWidget(view)
        window.show()
        view.state_changed.connect(
            lambda state, view=view: view._stage.post(hang) if state is ViewerState.READY else None
        )
    QTimer.singleShot(60_000, lambda: application.exit(3))
    return end_in_spite_of_drivers(application.exec())


if __name__ == "__main__":
    sys.exit(main())
