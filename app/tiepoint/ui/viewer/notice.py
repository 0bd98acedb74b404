"""Notice: what the view says in its middle while there is no picture: starting, loading, or no OpenGL. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from tiepoint.ui import theme


class Notice(QWidget):
    """One quiet title and one sentence, in plain text.

    Args:
        parent: The view.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title, self._text = QLabel(self), QLabel(self)
        layout = QVBoxLayout(self)
        layout.setSpacing(6)
        layout.addStretch(1)
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addStretch(1)
        self.retint()
        self.say("", "")

    @property
    def title(self) -> str:
        """What it says, first line."""
        return self._title.text()

    def say(self, title: str, text: str = "") -> None:
        """Say something; nothing hides it."""
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setVisible(bool(title))

    def retint(self) -> None:
        """Take the theme's colours."""
        tokens = theme.tokens()
        self._title.setStyleSheet(f"color:{tokens.text}; font-size:13px; font-weight:600; background:transparent;")
        self._text.setStyleSheet(f"color:{tokens.text2}; font-size:12px; background:transparent;")
