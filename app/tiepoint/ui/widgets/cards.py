"""Cards: a surface with a head of 48 px and whatever belongs together below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import Margins, Part, column


class CardHead(QWidget):
    """The head of a card: a title, a quiet remark, then controls at the right.

    `title_label` and `remark_label` may be changed; `controls` takes more controls.
    """

    def __init__(self, title: str, remark: str = "", *controls: QWidget) -> None:
        super().__init__()
        self.setFixedHeight(48)
        self.title_label = Label(title, "title")
        self.remark_label = ElidedLabel(remark, "sub")
        self.controls = QHBoxLayout()
        self.controls.setSpacing(6)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 0, 12, 0)
        line.setSpacing(8)
        line.addWidget(self.title_label)
        line.addWidget(self.remark_label, 1)
        line.addLayout(self.controls)
        for each in controls:
            self.controls.addWidget(each)


class Card(QFrame):
    """A surface with rounded corners.

    Args:
        title: Of its head; empty = no head.
        remark: Quiet words after the title.
        controls: At the right of the head.
    """

    def __init__(self, title: str = "", remark: str = "", *controls: QWidget) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.content = QVBoxLayout(self)
        self.content.setContentsMargins(1, 1, 1, 1)
        self.content.setSpacing(0)
        self.head: CardHead | None = None
        if title:
            self.head = CardHead(title, remark, *controls)
            self.content.addWidget(self.head)
            self.setAccessibleName(title)

    def add(self, *parts: Part, spacing: int = 10, margins: Margins = (16, 0, 16, 16)) -> QVBoxLayout:
        """Put parts below each other into the card and return their layout."""
        body = column(*parts, spacing=spacing, margins=margins if self.head else (16, 16, margins[2], margins[3]))
        self.content.addLayout(body)
        return body


class Well(QFrame):
    """A sunken group inside a card."""

    def __init__(self, *parts: Part, spacing: int = 8, margins: Margins = (14, 12, 14, 12)) -> None:
        super().__init__()
        self.setProperty("well", True)
        self.content = column(*parts, spacing=spacing, margins=margins)
        self.setLayout(self.content)


class ScrollColumn(QScrollArea):
    """A column of cards that scrolls when the window is low; it never cuts them at the right."""

    def __init__(self, *parts: Part, width: int | None = None, spacing: int = 12) -> None:
        super().__init__()
        inner = QWidget()
        self.content = column(*parts, spacing=spacing)
        inner.setLayout(self.content)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMinimumHeight(120)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        if width is not None:
            self.setFixedWidth(width)


def hairline(*, is_vertical: bool = False) -> QFrame:
    """Return a line of one pixel."""
    drawn = QFrame()
    drawn.setProperty("vline" if is_vertical else "line", True)
    return drawn
