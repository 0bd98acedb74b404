"""Toasts: short messages in the lower right corner. Failures stay until they are closed, the others go."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QWidget

from tiepoint.ui.shell.messages import Message
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_SHOWN_MS: Final = 7000
_MOST: Final = 4
_WIDTH: Final = 380


class Toast(QFrame):
    """One message.

    Signals:
        dismissed(): It wants to go.
        details_wanted(message): Its details are asked for.
    """

    dismissed = Signal()
    details_wanted = Signal(object)

    def __init__(self, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.message = message
        self.setProperty("overlay", True)
        self.setFixedWidth(_WIDTH)
        self._setup_ui()
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.dismissed)
        if not message.stays:
            self._timer.start()

    def _setup_ui(self) -> None:
        message, look = self.message, look_of(self.message.state)
        words = column(Label(plain(message.title), "title", wrap=True), spacing=3)
        if message.text:
            words.addWidget(Label(plain(message.text), "sub", wrap=True))
        buttons = row(spacing=12)
        if message.action:
            buttons.addWidget(self._link(message.action, self._on_action))
        if message.detail:
            buttons.addWidget(self._link(tr("Toast", "Details"), lambda: self.details_wanted.emit(message)))
        if buttons.count():
            buttons.addStretch(1)
            words.addLayout(buttons)
        close = IconButton("x", tr("Toast", "Dismiss"), size=14)
        close.clicked.connect(self.dismissed)
        glyph = Glyph(look.icon, f"{look.tone}.text", 18)
        line = row(glyph, words, close, spacing=10, margins=(14, 10, 8, 12))
        line.setStretch(1, 1)
        for part in (glyph, close):
            line.setAlignment(part, Qt.AlignmentFlag.AlignTop)
        self.setLayout(line)
        self.setAccessibleName(f"{look.text}: {message.title} {message.text}")

    def _link(self, text: str, slot: object) -> Button:
        button = Button(text, kind="link")
        button.clicked.connect(slot)
        return button

    def _on_action(self) -> None:
        if self.message.on_action is not None:
            self.message.on_action()
        self.dismissed.emit()

    def enterEvent(self, event: object) -> None:
        """Stay while it is being read."""
        self._timer.stop()

    def leaveEvent(self, event: object) -> None:
        """Go some time after it was read."""
        if not self.message.stays:
            self._timer.start()


class ToastStack(QObject):
    """The toasts of a window, newest at the bottom.

    Signals:
        details_wanted(message): The details of a message are asked for.

    Args:
        window: Over which they lie.
        bottom_gap: Pixels to leave free at the window's foot.
    """

    details_wanted = Signal(object)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._toasts: list[Toast] = []
        self.bottom_gap = 16
        window.installEventFilter(self)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown now."""
        return tuple(toast.message for toast in self._toasts)

    def show(self, message: Message) -> None:
        """Show a message; one that is shown already is not shown twice."""
        if any((each.title, each.text) == (message.title, message.text) for each in self.messages):
            return
        toast = Toast(message, self._window)
        toast.dismissed.connect(lambda: self._remove(toast))
        toast.details_wanted.connect(self.details_wanted)
        self._toasts.append(toast)
        while len(self._toasts) > _MOST:
            self._remove(self._toasts[0])
        toast.show()
        self._place()
        self._announce(toast)

    def _announce(self, toast: Toast) -> None:
        event = QAccessibleAnnouncementEvent(toast, toast.accessibleName())
        QAccessible.updateAccessibility(event)

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._window.height() - self.bottom_gap
        for toast in reversed(self._toasts):
            toast.setFixedHeight(toast.heightForWidth(toast.width()))
            bottom -= toast.height()
            toast.move(QPoint(self._window.width() - toast.width() - 20, bottom))
            toast.raise_()
            bottom -= 10

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move along when the window changes its size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
