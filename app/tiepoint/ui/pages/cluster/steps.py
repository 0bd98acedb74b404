"""The way from a plan to a running cluster as four steps. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from tiepoint.ui import theme
from tiepoint.ui.text import tr
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_LOOKS: Final = {
    "done": ("check", "ok"),
    "now": ("circle-play", "info"),
    "failed": ("circle-x", "err"),
    "waiting": ("clock", "neutral"),
}


class StepStrip(Card):
    """Plan, preflight, deploy, running."""

    def __init__(self) -> None:
        super().__init__()
        names = (tr("Steps", "Plan"), tr("Steps", "Preflight"), tr("Steps", "Deploy"), tr("Steps", "Running"))
        self.steps = tuple(_Step(name) for name in names)
        line = row(*self.steps, spacing=6)
        for place in range(len(self.steps)):
            line.setStretch(place, 1)
        self.add(line, margins=(16, 0, 16, 14))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_steps(self, states: Sequence[tuple[str, str]]) -> None:
        """Show a state (`done`, `now`, `failed`, `waiting`) and a line of words for each step."""
        for step, (state, words) in zip(self.steps, states, strict=True):
            step.show_state(state, words)


class _Step(QWidget):
    """One step: a line in its tone, icon, name, words."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name, self._tone = name, "neutral"
        self._line = QFrame()
        self._line.setFixedHeight(4)
        self._glyph, self._words = Glyph("clock", "text2", 14), ElidedLabel("", "sub")
        self._title = Label(name, "title")
        words = row(self._words, margins=(22, 0, 0, 0))
        head = row(self._glyph, self._title, None, spacing=8)
        self.setLayout(column(self._line, 2, head, words, spacing=3))
        self._paint_line()
        theme.watch(self._paint_line)

    def show_state(self, state: str, words: str) -> None:
        """Show where it is."""
        icon, self._tone = _LOOKS[state]
        self._glyph.set_glyph(icon, "text2" if state == "waiting" else f"{self._tone}.text")
        self._words.setText(words)
        self.setAccessibleName(f"{self._name}: {words}")
        self._paint_line()

    def _paint_line(self) -> None:
        tokens = theme.tokens()
        colour = tokens.track if self._tone == "neutral" else tokens.tone(self._tone).solid
        self._line.setStyleSheet(f"background: {colour}; border: 0; border-radius: 2px;")
