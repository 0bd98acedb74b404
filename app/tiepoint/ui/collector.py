"""Python's garbage collector in a program with a window: it works in the GUI thread alone, and not on the long-lived.

What is left in circles may hold widgets, and a widget that ends in another thread brings Qt down; left alone, Python
searches in whatever thread made the last object. A search through everything (ten thousand photos, all of Qt's
classes) takes 30 to 60 ms, and the window stands still meanwhile: what lives as long as the program is set aside, and
searches are rarer, as reference counts free nearly everything of ours at once. The GUI thread only.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QCoreApplication, QObject, QTimer

_THRESHOLDS: Final = (20_000, 20, 100)
"""Objects made before the young are searched, and how many such searches before the older ones are (gc docs)."""
_LOOK_EVERY_MS: Final = 500


class _Searches(QObject):
    """Searches from time to time, in the thread it lives in."""

    def __init__(self, parent: QObject | None) -> None:
        super().__init__(parent)
        timer = QTimer(self, interval=_LOOK_EVERY_MS)
        timer.timeout.connect(collect_due)
        timer.start()


def calm_collector() -> None:
    """Set everything that exists now aside; from now on search more rarely, and in this thread alone."""
    gc.disable()
    gc.collect()
    gc.freeze()
    application = QCoreApplication.instance()
    if application is not None and application.findChild(_Searches) is None:
        _Searches(application)


def collect_due() -> None:
    """Search the oldest generation whose time has come."""
    counts = gc.get_count()
    due = [generation for generation, most in enumerate(_THRESHOLDS) if counts[generation] > most]
    if due:
        gc.collect(max(due))
