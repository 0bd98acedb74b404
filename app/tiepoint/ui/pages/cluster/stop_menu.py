"""The menu behind "Stop": after the running jobs or now, and what each does to them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.widgets.choice_row import ChoiceRow
from tiepoint.ui.widgets.labels import Label

_WIDTH = 380


class StopMenu(QFrame):
    """Opens below a point; Esc or a click elsewhere closes it and changes nothing.

    Signals:
        chosen(now): Stop: now, or (False) after the running jobs.

    Args:
        unfinished: How many jobs run or wait.
    """

    chosen = Signal(bool)

    def __init__(self, unfinished: int, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("root")
        self.setFixedWidth(_WIDTH)
        self.after = ChoiceRow("hourglass", tr("Cluster", "Stop after the running jobs"), _after_text(unfinished))
        self.now = ChoiceRow("power", tr("Cluster", "Stop now"), _now_text(unfinished))
        self.after.clicked.connect(lambda: self._take(False))
        self.now.clicked.connect(lambda: self._take(True))
        inner = QFrame(self)
        inner.setProperty("overlay", True)
        inner_lines = QVBoxLayout(inner)
        inner_lines.setContentsMargins(12, 12, 12, 12)
        inner_lines.setSpacing(8)
        for part in (Label(_head(unfinished), "sub", wrap=True), self.after, self.now):
            inner_lines.addWidget(part)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.addWidget(inner)

    def open_at(self, top_right: QPoint) -> None:
        """Show it with its upper right corner there (global), the keyboard on its first row."""
        self.adjustSize()
        self.move(top_right - QPoint(self.width(), 0))
        self.show()
        self.after.setFocus(Qt.FocusReason.PopupFocusReason)

    def _take(self, now: bool) -> None:
        self.chosen.emit(now)
        self.close()


def _head(unfinished: int) -> str:
    if not unfinished:
        return tr("Cluster", "No job runs. Stopping frees memory; the next job starts it again.")
    return tr_count("Cluster", "1 job runs or waits.", "{count} jobs run or wait.", unfinished)


def _after_text(unfinished: int) -> str:
    if not unfinished:
        return tr("Cluster", "Nothing to wait for: it stops at once.")
    return tr("Cluster", "Running jobs go on to their end. Jobs that wait stay in the queue until you start it again.")


def _now_text(unfinished: int) -> str:
    if not unfinished:
        return tr("Cluster", "The same, without waiting for anything.")
    return tr("Cluster", "Running jobs are interrupted and can be resumed: finished steps are kept, one is repeated.")
