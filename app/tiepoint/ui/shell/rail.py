"""The rail at the left: one button a page, the sign of the program above, help and settings at the foot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QWidget

from tiepoint.ui.shell.sign import Sign
from tiepoint.ui.text import tr
from tiepoint.ui.theme.tokens import RAIL_WIDTH
from tiepoint.ui.widgets.buttons import NavButton
from tiepoint.ui.widgets.layouts import column, row


@dataclass(frozen=True, slots=True)
class RailEntry:
    """A button of the rail: the page's name, an icon, a word, and whether it stands at the foot."""

    page: str
    icon: str
    title: str
    is_at_foot: bool = False


class Rail(QWidget):
    """The navigation.

    Signals:
        chosen(page): A page was asked for, by its name.
    """

    chosen = Signal(str)

    def __init__(self, entries: Sequence[RailEntry]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(RAIL_WIDTH)
        self.setAccessibleName(tr("Rail", "Pages"))
        self._group = QButtonGroup(self)
        self._buttons = {entry.page: self._button(entry, place) for place, entry in enumerate(entries, start=1)}
        top = [self._buttons[entry.page] for entry in entries if not entry.is_at_foot]
        foot = [self._buttons[entry.page] for entry in entries if entry.is_at_foot]
        self._line = column(row(None, Sign(), None), 12, *top, None, *foot, spacing=4, margins=(6, 14, 6, 12))
        self._foot = foot
        self.setLayout(self._line)

    def mark(self, page: str) -> None:
        """Show which page is open; one that this version does not have marks none."""
        if page in self._buttons:
            self._buttons[page].setChecked(True)

    def add_notice(self, button: NavButton) -> None:
        """Take a button that is no page's; it stands above those at the foot."""
        self._line.insertWidget(self._line.count() - len(self._foot), button)
        if self._foot:
            self.setTabOrder(button, self._foot[0])

    def button(self, page: str) -> NavButton:
        """Return a page's button."""
        return self._buttons[page]

    def _button(self, entry: RailEntry, place: int) -> NavButton:
        button = NavButton(entry.icon, entry.title)
        button.setToolTip(f"{entry.title} (Ctrl+{place})")
        self._group.addButton(button)
        button.clicked.connect(lambda: self.chosen.emit(entry.page))
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go up and down with the arrow keys."""
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        buttons = list(self._buttons.values())
        focused = next((place for place, button in enumerate(buttons) if button.hasFocus()), None)
        step = steps.get(Qt.Key(event.key()))
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        buttons[(focused + step) % len(buttons)].setFocus(Qt.FocusReason.TabFocusReason)
