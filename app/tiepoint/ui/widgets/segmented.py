"""A choice of a few words side by side in one frame, one of them chosen. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.theme.tokens import RADIUS
from tiepoint.ui.widgets.layouts import row


class Segmented(QWidget):
    """Words to choose one of; the arrow keys walk them.

    Signals:
        chosen(value): A person chose another one.

    Args:
        name: What is chosen, for screen readers.
        options: Values and their words.
    """

    chosen = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.buttons: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for value, words in options:
            button = QPushButton(words)
            button.setProperty("kind", "segment")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.setAccessibleName(f"{name}: {words}")
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, value=value: self._on_clicked(value))
            group.addButton(button)
            self.buttons[value] = button
        self._value = ""
        self.setAccessibleName(name)
        self.setFixedHeight(32)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setLayout(row(*self.buttons.values(), spacing=2, margins=(2, 2, 2, 2)))

    @property
    def value(self) -> str:
        """The one that is chosen."""
        return self._value

    def hold(self, value: str) -> None:
        """Mark the chosen one."""
        self._value = value
        if value in self.buttons:
            self.buttons[value].setChecked(True)

    def _on_clicked(self, value: str) -> None:
        if value != self._value:
            self._value = value
            self.chosen.emit(value)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the frame."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.border_strong))
        painter.setBrush(QColor(tokens.raised))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
