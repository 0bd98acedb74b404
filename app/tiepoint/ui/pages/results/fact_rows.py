"""Facts as rows with an icon before a value that is worth one. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from tiepoint.ui.text import plain
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.results_facts import FactRow
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import empty, row


class FactRows(QWidget):
    """Names at the left, values at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: tuple[FactRow, ...] = ()

    def show_rows(self, rows: Sequence[FactRow]) -> None:
        """Show these rows."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        empty(self._grid)
        for line, fact in enumerate(self._rows):
            self._add(line, fact)
        self.setVisible(bool(self._rows))

    def text(self, name: str) -> str:
        """Return the value of a fact as it is shown; empty when there is none."""
        return next((row.value for row in self._rows if row.name == name), "")

    def _add(self, line: int, fact: FactRow) -> None:
        name, value = Label(fact.name, "sub"), ElidedLabel(plain(fact.value), "value", middle=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setAccessibleName(f"{fact.name}: {fact.value}")
        for label in (name, value):
            label.setStatusTip(fact.tip)
        if fact.tip:
            name.setToolTip(_as_plain(fact.tip))
        right = row(None, value, spacing=6)
        if fact.state:
            look = look_of(fact.state)
            glyph = Glyph(look.icon, f"{look.tone}.text", 14)
            glyph.setAccessibleName(look.text)
            right.insertWidget(1, glyph)
        self._grid.addWidget(name, line, 0)
        self._grid.addLayout(right, line, 1)


def _as_plain(text: str) -> str:
    """Keep a tool tip from being read as HTML, with its lines kept."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<span>" + escaped.replace("\n", "<br>") + "</span>"
