"""A number with less and more at its sides; typing and the arrow keys work, too. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSpinBox, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.layouts import row

_NUMBER_PX = 74
_NO_BUTTONS = "QSpinBox::up-button, QSpinBox::down-button { width: 0; height: 0; border: 0; }"
"""Without this the style sheet leaves the number no room."""


class Stepper(QWidget):
    """A whole number.

    Signals:
        stepped(value): A person set another number.

    Args:
        name: What it counts, for screen readers.
        least: Smallest.
        most: Largest.
        step: By how much less and more change it.
        unit: After the number, such as ` TiB`.
    """

    stepped = Signal(int)

    def __init__(self, name: str, least: int, most: int, *, step: int = 1, unit: str = "") -> None:
        super().__init__()
        self.box = _Box()
        self.box.setRange(least, most)
        self.box.setSingleStep(step)
        self.box.setSuffix(unit)
        self.box.setAccessibleName(name)
        self.less = IconButton("minus", tr("Stepper", "Less: {name}", name=name), size=16)
        self.more = IconButton("plus", tr("Stepper", "More: {name}", name=name), size=16)
        self.less.clicked.connect(lambda: self._step(-1))
        self.more.clicked.connect(lambda: self._step(1))
        self._held = least
        self.box.valueChanged.connect(self._on_value)
        self.setLayout(row(self.less, self.box, self.more, None, spacing=4))
        QWidget.setTabOrder(self.less, self.box)
        QWidget.setTabOrder(self.box, self.more)

    @property
    def value(self) -> int:
        """The number."""
        return self.box.value()

    def hold(self, value: int) -> None:
        """Show a number."""
        self._held = value
        if self.box.value() != value:
            self.box.setValue(value)
        self._enable()

    def set_range(self, least: int, most: int, step: int = 1) -> None:
        """Allow other numbers."""
        held = self._held
        self.box.blockSignals(True)
        self.box.setRange(min(least, held), max(most, held))
        self.box.setSingleStep(step)
        self.box.blockSignals(False)
        self._enable()

    def _step(self, direction: int) -> None:
        self.box.stepBy(direction)

    def _on_value(self, value: int) -> None:
        self._enable()
        if value != self._held:
            self._held = value
            self.stepped.emit(value)

    def _enable(self) -> None:
        self.less.setEnabled(self.box.value() > self.box.minimum())
        self.more.setEnabled(self.box.value() < self.box.maximum())


class _Box(QSpinBox):
    """The number alone; the wheel scrolls the page unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setStyleSheet(_NO_BUTTONS)
        self.lineEdit().setStyleSheet("border: 0; background: transparent; padding: 0; min-height: 0;")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFixedWidth(_NUMBER_PX)
        self.setKeyboardTracking(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page around it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
