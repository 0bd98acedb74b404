"""A line above the photos that says what is wrong with all of them and what can be done. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import plain, tr_count
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.photos_text import escaped
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, row

_LEAST_FOR_TEXT_PX: Final = 480
Way = tuple[str, Callable[[], object]]


class Banner(QWidget):
    """One message with ways on.

    Args:
        state: `info`, `warning` or `error`.
        title: What is the matter.
        text: What it means; may be empty.
        ways: Words of buttons and what they do.
    """

    def __init__(self, state: str, title: str, text: str = "", ways: Sequence[Way] = ()) -> None:
        super().__init__()
        self._tone = look_of(state).tone
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(f"{look_of(state).text}: {title} {text}")
        self._text = Label(plain(text), "sub", wrap=True)
        self._text.setVisible(bool(text))
        words = column(Label(plain(title), "title", wrap=True), self._text, spacing=2)
        self.setToolTip(escaped(plain(text)) if text else "")
        self.buttons = [_button(*way) for way in ways]
        glyph = Glyph(look_of(state).icon, f"{self._tone}.text", 18)
        line = row(glyph, words, *self.buttons, spacing=10, margins=(12, 9, 10, 9))
        line.setStretch(1, 1)
        self._line = line
        self.setLayout(line)

    def add_button(self, text: str, slot: Callable[[], object]) -> None:
        """Add a button that goes away once it was used."""
        button = _button(text, slot)
        button.setProperty("kind", "quiet")
        button.clicked.connect(button.hide)
        self._line.addWidget(button)
        self.buttons.append(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the second line to the tool tip where it would be squeezed."""
        self._text.setVisible(bool(self._text.text()) and self.width() >= _LEAST_FOR_TEXT_PX)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the tone's soft ground."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.tokens().tone(self._tone).soft))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)


class Banners(QWidget):
    """The banners of a page; rebuilt only when what they say changes."""

    def __init__(self) -> None:
        super().__init__()
        self._said: tuple[tuple[str, str, str, tuple[str, ...]], ...] = ()
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(16, 0, 16, 8)
        self._lines.setSpacing(6)
        self.banners: list[Banner] = []
        self.hide()

    def show_messages(self, messages: Sequence[tuple[str, str, str, Sequence[Way]]]) -> None:
        """Show these messages: state, title, text, ways."""
        said = tuple((state, title, text, tuple(way[0] for way in ways)) for state, title, text, ways in messages)
        if said == self._said:
            return
        self._said = said
        empty(self._lines)
        self.banners = [Banner(*message) for message in messages]
        for banner in self.banners:
            self._lines.addWidget(banner)
        self._show_others(are_shown=len(messages) == 1)
        self.setVisible(bool(messages))

    def _show_others(self, *, are_shown: bool) -> None:
        """Show all of them, or the gravest with a button for the others."""
        for banner in self.banners[1:]:
            banner.setVisible(are_shown)
        others = len(self.banners) - 1
        if self.banners and others > 0 and not are_shown:
            words = tr_count("Photos", "1 more", "{count} more", others)
            self.banners[0].add_button(words, lambda: self._show_others(are_shown=True))


def _button(text: str, slot: Callable[[], object]) -> Button:
    button = Button(text, size="small")
    button.clicked.connect(lambda: slot())
    return button
