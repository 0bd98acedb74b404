"""A setting as a row: its name, a line on what it means, its control, and a quiet word on what happened to it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.organisation_mark import OrganisationMark, show_locked

_SAID_MS: Final = 2500


class SettingRow(QWidget):
    """One setting.

    Args:
        name: What it is called.
        text: What it means, one line.
        control: At the right.
        is_wide: The control stands below the words and takes the whole width.
    """

    def __init__(self, name: str, text: str, control: QWidget, *, is_wide: bool = False) -> None:
        super().__init__()
        self.control = control
        self._text = Label(text, "sub", wrap=True)
        self._word = Label("", "value")
        self._word.hide()
        self._quiet = QTimer(self, singleShot=True, interval=_SAID_MS)
        self._quiet.timeout.connect(self._word.hide)
        self.mark = OrganisationMark(name)
        words = column(Label(name), self._text, row(self.mark, None), spacing=3)
        if is_wide:
            told = row(words, self._word, spacing=16)
            told.setStretch(0, 1)
            self.setLayout(column(told, control, spacing=10, margins=(16, 12, 16, 14)))
        else:
            line = row(words, self._word, control, spacing=16, margins=(16, 12, 16, 12))
            line.setStretch(0, 1)
            self.setLayout(line)
        control.setAccessibleName(control.accessibleName() or name)
        control.setAccessibleDescription(text)

    @property
    def word(self) -> str:
        """What it says now; empty = nothing."""
        return "" if self._word.isHidden() else self._word.text()

    def explain(self, text: str) -> None:
        """Say something else on the second line."""
        self._text.setText(text)
        self.control.setAccessibleDescription(text)

    @property
    def is_locked(self) -> bool:
        """Whether an organisation has set it."""
        return not self.mark.isHidden()

    def lock(self, place: str, said: str = "") -> None:
        """Show that an organisation has set it; it can be read and not changed.

        Args:
            place: The file or registry key that says so.
            said: What an empty field says of the value.
        """
        self.mark.show_place(place)
        if isinstance(self.control, QLineEdit):
            show_locked(self.control, said)
        else:
            self.control.setEnabled(False)
        self.control.setAccessibleDescription(self.mark.accessibleName())

    def say_saved(self) -> None:
        """Say quietly that it was saved."""
        self._say(tr("Settings", "✓ Saved"), "ok")
        self._quiet.start()

    def say_refused(self, reason: str) -> None:
        """Say why a value was refused, until the next one."""
        self._quiet.stop()
        self._say(reason, "err")

    def _say(self, text: str, tone: str) -> None:
        self._word.setText(text)
        self._word.set_tone(tone)
        self._word.show()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))
