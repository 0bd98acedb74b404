"""What a page or list shows when there is nothing: what it is for, and the way on."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class EmptyState(QWidget):
    """An icon, a title, a sentence, and buttons.

    Args:
        icon: Name of an icon.
        title: What there is not.
        text: What would be here and how it comes.
        buttons: The way on.
    """

    def __init__(self, icon: str, title: str, text: str, *buttons: Button) -> None:
        super().__init__()
        self.title_label = Label(title, "h1")
        self.text_label = Label(text, "sub", wrap=True)
        for label in (self.title_label, self.text_label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.text_label.setMaximumWidth(440)
        self.text_label.setMinimumWidth(280)
        self.setLayout(
            column(
                None,
                row(None, Glyph(icon, "text3", 36), None),
                6,
                self.title_label,
                _centred(self.text_label),
                6,
                row(None, *buttons, None, spacing=10),
                None,
                margins=(24, 24, 24, 24),
            )
        )


def _centred(label: Label) -> QHBoxLayout:
    """Put a text in the middle, as wide as it may be before it is broken into lines."""
    line = row(None, label, None)
    line.setStretch(1, 100)
    return line
