"""A choice from a list, with an arrow that follows the theme. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QSizePolicy

from tiepoint.ui.theme import icons


class Combo(QComboBox):
    """A list that takes whatever width there is.

    Signals:
        chosen(value): A person chose another one.

    Args:
        name: What is chosen, for screen readers.
    """

    chosen = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setMaxVisibleItems(16)
        self._options: tuple[tuple[str, str], ...] = ()
        self.activated.connect(lambda place: self.chosen.emit(self.itemData(place)))

    @property
    def value(self) -> str:
        """The one that is chosen."""
        return str(self.currentData() or "")

    def hold(self, options: Sequence[tuple[str, str]], value: str) -> None:
        """Show values with their words, one of them chosen; one that is not among them is shown by its own name."""
        shown = tuple(options)
        if value not in [each for each, _ in shown]:
            shown = ((value, value), *shown)
        if shown != self._options:
            self._options = shown
            self.clear()
            for each, words in shown:
                self.addItem(words, each)
        self.setCurrentIndex(self.findData(value))

    def minimumSizeHint(self) -> QSize:
        """Give way to others."""
        return QSize(96, super().minimumSizeHint().height())

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page around it."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and its arrow."""
        super().paintEvent(event)
        arrow = icons.pixmap("chevron-down", "text2" if self.isEnabled() else "text3", 16)
        QPainter(self).drawPixmap(self.width() - 26, (self.height() - 16) // 2, arrow)
