"""Toasts: short messages at the window's foot. Failures stay until they are closed, the others go.

They lie in the empty part of the folded dock's head, where they cover nothing; what is longer grows upwards.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QWidget

from tiepoint.ui.shell.dock import Dock
from tiepoint.ui.shell.messages import Message
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import row

_SHOWN_MS: Final = 7000
_LINE_PX: Final = 40
_MOST: Final = 4
_WIDTH: Final = 640
_AROUND_PX: Final = 92
"""Icon, cross, gaps and margins beside a toast's words."""
_TABS_PX: Final = 190
_FOLD_PX: Final = 52
_GAP_PX: Final = 10


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
        self._title = Label(plain(message.title), "title")
        self._text = Label(plain(message.text), "sub")
        self._text.setVisible(bool(message.text))
        self._words = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._setup_ui()
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.dismissed)
        if not message.stays:
            self._timer.start()

    def fit(self, most_px: int) -> None:
        """Say it in one line if that fits into a width, else in several."""
        labels = (self._title, self._text)
        for label in labels:
            label.setWordWrap(False)
        shown = [each for each in (self._title, self._text, self._links) if not each.isHidden()]
        needed = sum(each.sizeHint().width() for each in shown) + 12 * (len(shown) - 1) + _AROUND_PX
        is_line = needed <= most_px
        directions = QBoxLayout.Direction
        self._words.setDirection(directions.LeftToRight if is_line else directions.TopToBottom)
        self._words.setSpacing(12 if is_line else 3)
        for label in labels:
            label.setWordWrap(not is_line)
        width = needed if is_line else most_px
        self.setFixedSize(width, max(_LINE_PX, self._line.heightForWidth(width)))

    def _setup_ui(self) -> None:
        message, look = self.message, look_of(self.message.state)
        self._links = QWidget()
        links = row(spacing=12)
        self._links.setLayout(links)
        if message.action:
            links.addWidget(self._link(message.action, self._on_action))
        if message.detail:
            links.addWidget(self._link(tr("Toast", "Details"), lambda: self.details_wanted.emit(message)))
        links.addStretch(1)
        self._links.setVisible(links.count() > 1)
        for part in (self._title, self._text, self._links):
            self._words.addWidget(part)
        close = IconButton("x", tr("Toast", "Dismiss"), size=14)
        close.clicked.connect(self.dismissed)
        glyph = Glyph(look.icon, f"{look.tone}.text", 18)
        self._line = row(glyph, self._words, close, spacing=10, margins=(14, 4, 6, 4))
        self._line.setStretch(1, 1)
        self.setLayout(self._line)
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
        dock: At its foot.
    """

    details_wanted = Signal(object)

    def __init__(self, window: QWidget, dock: Dock) -> None:
        super().__init__(window)
        self._window, self._dock = window, dock
        self._toasts: list[Toast] = []
        dock.installEventFilter(self)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What is shown now."""
        return tuple(toast.message for toast in self._toasts)

    def show(self, message: Message) -> None:
        """Show a message in place of older ones on its topic; one that is shown already is not shown twice."""
        if any((each.title, each.text) == (message.title, message.text) for each in self.messages):
            return
        for old in [each for each in self._toasts if message.topic and each.message.topic == message.topic]:
            self._remove(old)
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
        dock = QRect(self._dock.mapTo(self._window, QPoint()), self._dock.size())
        right, bottom = dock.right() - _FOLD_PX, dock.bottom()
        if not self._dock.is_folded:
            right, bottom = dock.right(), dock.top() - _GAP_PX
        for toast in reversed(self._toasts):
            toast.fit(min(_WIDTH, dock.width() - _TABS_PX - _FOLD_PX))
            bottom -= toast.height()
            toast.move(right - toast.width(), bottom)
            toast.raise_()
            bottom -= _GAP_PX

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move along with the dock."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False
