"""A field for a secret: its letters are hidden unless a person wants to see them. The GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.layouts import row


class SecretField(QWidget):
    """A line that hides what is typed, with a button to look at it.

    Signals:
        changed(): Another text is in it.
        entered(): Enter was pressed in it.

    Args:
        name: What it is for, for screen readers.
        hint: What to paste, while it is empty.
    """

    changed = Signal()
    entered = Signal()

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        self.line = QLineEdit()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self.line.setPlaceholderText(hint)
        self.line.setAccessibleName(name)
        self.line.setAcceptDrops(False)
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhSensitiveData
        )
        self.reveal_button = IconButton("eye", tr("Secret", "Show what is typed"), is_checkable=True, size=16)
        self.setLayout(row(self.line, self.reveal_button, spacing=4))
        self.setFocusProxy(self.line)
        self.reveal_button.toggled.connect(self._on_reveal)
        self.line.textChanged.connect(lambda _text: self.changed.emit())
        self.line.returnPressed.connect(self.entered)

    @property
    def text(self) -> str:
        """What is in it."""
        return self.line.text().strip()

    def set_text(self, text: str) -> None:
        """Put a text in."""
        self.line.setText(text)

    def clear(self) -> None:
        """Forget what was typed, and hide again what will be."""
        self.line.clear()
        self.reveal_button.setChecked(False)

    def _on_reveal(self, is_shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
        self.reveal_button.set_icon("eye-off" if is_shown else "eye")
        self.reveal_button.set_name(
            tr("Secret", "Hide what is typed") if is_shown else tr("Secret", "Show what is typed")
        )
