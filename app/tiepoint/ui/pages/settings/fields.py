"""Controls of the Settings page: a field that is taken on Enter or on leaving it, and a choice of a few."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLineEdit, QWidget

from tiepoint.ui.theme import icons
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.option_card import OptionCard

_FIELD_PX = 184


class ValueField(QLineEdit):
    """A typed value; Esc brings the last one back.

    Signals:
        taken(text): A new text was typed and is meant.
    """

    taken = Signal(str)

    def __init__(self, automatic: str) -> None:
        super().__init__()
        self.setFixedWidth(_FIELD_PX)
        self.setPlaceholderText(automatic)
        self._held = ""
        self.editingFinished.connect(self._on_finished)

    def hold(self, text: str, automatic: str) -> None:
        """Show the value that is in the settings; what is being typed, or was refused, stays while that is the same."""
        self.setPlaceholderText(automatic)
        if text != self._held:
            self.setText(text)
            self.setCursorPosition(0)  # of a long one the start is seen
        self._held = text

    def _on_finished(self) -> None:
        if self.text() != self._held:
            self.taken.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Give up what was typed on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.setText(self._held)
        else:
            super().keyPressEvent(event)


class OptionLine(QWidget):
    """A few options as cards side by side, one of them chosen.

    Signals:
        chosen(value): Another one was chosen.

    Args:
        options: (value, icon, title, line) each.
    """

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str, str, str]]) -> None:
        super().__init__()
        self.cards = {value: OptionCard(icon, title, line) for value, icon, title, line in options}
        group = QButtonGroup(self)
        for value, card in self.cards.items():
            group.addButton(card)
            card.clicked.connect(lambda _checked=False, value=value: self.chosen.emit(value))
        self.setLayout(row(*self.cards.values(), spacing=10))

    def hold(self, value: str) -> None:
        """Mark the chosen one."""
        if value in self.cards:
            self.cards[value].setChecked(True)


class ChoiceBox(QComboBox):
    """A choice from a short list.

    Signals:
        chosen(value): A person chose another one.
    """

    chosen = Signal(str)

    def __init__(self, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.setFixedWidth(_FIELD_PX)
        for value, words in options:
            self.addItem(words, value)
        self.activated.connect(lambda place: self.chosen.emit(self.itemData(place)))

    def hold(self, value: str) -> None:
        """Show the value that is in the settings."""
        place = self.findData(value)
        if place >= 0:
            self.setCurrentIndex(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box and an arrow that follows the theme."""
        super().paintEvent(event)
        arrow = icons.pixmap("chevron-down", "text2", 16)
        QPainter(self).drawPixmap(self.width() - 26, (self.height() - 16) // 2, arrow)
