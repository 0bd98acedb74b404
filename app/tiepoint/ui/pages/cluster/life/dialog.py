"""What the questions about a cluster have in common: what is asked, what it means, two buttons.

The GUI thread; opened, never run modally.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import FactList, Glyph, Label
from tiepoint.ui.widgets.layouts import Part, column, row

WIDTH: Final = 540


class LifeDialog(QDialog):
    """A question.

    Signals:
        agreed(): The person wants it; the dialog closes.

    Args:
        parent: Over whose window it opens.
        icon: Beside the title.
        tone: Of the icon.
        title: What is asked.
        text: What it means, a sentence or two.
        verb: Words of the button that does it.
        kind: Of that button: `primary` or `danger`.
    """

    agreed = Signal()

    def __init__(
        self, parent: QWidget, icon: str, tone: str, title: str, text: str, verb: str, *, kind: str = "primary"
    ) -> None:
        super().__init__(parent.window())
        self.setWindowTitle(title)
        self.setModal(True)
        self.setFixedWidth(WIDTH)
        self.title = Label(title, "h1", wrap=True)
        self.text = Label(text, "sub", wrap=True)
        self.go_button = Button(verb, "", kind)
        self.cancel_button = Button(tr("LifeDialog", "Cancel"))
        glyph = Glyph(icon, tone, 22)
        self._head = row(glyph, column(self.title, self.text, spacing=4), spacing=14)
        self._head.setStretch(1, 1)
        self._head.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        self.cancel_button.clicked.connect(self.reject)
        self.go_button.clicked.connect(self._on_go)
        self.go_button.setDefault(True)
        self.setAccessibleName(title)

    def fill(self, *parts: Part) -> None:
        """Put parts between the question and the buttons."""
        foot = row(None, self.cancel_button, self.go_button)
        self.setLayout(column(self._head, *parts, 4, foot, spacing=12, margins=(24, 22, 24, 20)))

    def fit(self) -> None:
        """Be as high as the words need."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.setFixedHeight(layout.totalHeightForWidth(WIDTH))

    def _on_go(self) -> None:
        if self.go_button.isEnabled():
            self.agreed.emit()
            self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Fit it to its words."""
        super().showEvent(event)
        self.fit()


class FactWell(Well):
    """Names and values on a sunken ground."""

    def __init__(self, facts: Sequence[tuple[str, str]] = ()) -> None:
        self._facts = FactList()
        super().__init__(self._facts)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show these facts."""
        self._facts.set_facts(facts)
        self.setVisible(bool(facts))


class Points(QWidget):
    """Sentences below each other, each with an icon."""

    def __init__(self, points: Sequence[tuple[str, str, str]] = ()) -> None:
        super().__init__()
        self._body = column(spacing=7)
        self.setLayout(self._body)
        self._lines: list[tuple[Glyph, Label, QWidget]] = []
        self.set_points(points)

    def set_points(self, points: Sequence[tuple[str, str, str]]) -> None:
        """Show these: icon, tone of the icon, sentence."""
        while len(self._lines) < len(points):
            glyph, label, held = Glyph("circle", "text2", 15), Label("", "body", wrap=True), QWidget()
            line = row(glyph, label, spacing=10)
            line.setStretch(1, 1)
            line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
            held.setLayout(line)
            self._lines.append((glyph, label, held))
            self._body.addWidget(held)
        for place, (glyph, label, held) in enumerate(self._lines):
            held.setVisible(place < len(points))
            if place < len(points):
                icon, tone, text = points[place]
                glyph.set_glyph(icon, tone)
                label.setText(text)
        self.setVisible(bool(points))
