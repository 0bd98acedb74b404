"""Facts as rows with an icon before a value that is worth one. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from tiepoint.ui.text import plain
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.results_facts import FactRow
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import row


class FactRows(QWidget):
    """Names at the left, values at the right. Labels are made once and say something else for the next result."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self._rows: tuple[FactRow, ...] = ()
        self._lines: list[_Line] = []

    def show_rows(self, rows: Sequence[FactRow]) -> None:
        """Show these rows."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        while len(self._lines) < len(self._rows):
            self._add_line()
        for place, line in enumerate(self._lines):
            line.show(self._rows[place] if place < len(self._rows) else None)
        self.setVisible(bool(self._rows))

    def text(self, name: str) -> str:
        """Return the value of a fact as it is shown; empty when there is none."""
        return next((row.value for row in self._rows if row.name == name), "")

    def _add_line(self) -> None:
        name, value = Label("", "sub"), ElidedLabel("", "value", middle=True)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        line = _Line(name, value, row(None, value, spacing=6))
        self._grid.addWidget(name, len(self._lines), 0)
        self._grid.addLayout(line.right, len(self._lines), 1)
        self._lines.append(line)


@dataclass
class _Line:
    """The widgets of one row; the icon is made when one is needed."""

    name: Label
    value: ElidedLabel
    right: QHBoxLayout
    glyph: Glyph | None = None

    def show(self, fact: FactRow | None) -> None:
        """Show a fact; None hides the row."""
        self.name.setVisible(fact is not None)
        self.value.setVisible(fact is not None)
        self._show_state(fact.state if fact is not None else "")
        if fact is not None:
            self.name.setText(fact.name)
            self.name.setToolTip(_as_plain(fact.tip) if fact.tip else "")
            self.value.setText(plain(fact.value))
            self.value.setAccessibleName(f"{fact.name}: {fact.value}")

    def _show_state(self, state: str) -> None:
        if not state:
            if self.glyph is not None:
                self.glyph.hide()
            return
        look = look_of(state)
        if self.glyph is None:
            self.glyph = Glyph(look.icon, f"{look.tone}.text", 14)
            self.right.insertWidget(1, self.glyph)
        self.glyph.set_glyph(look.icon, f"{look.tone}.text")
        self.glyph.setAccessibleName(look.text)
        self.glyph.show()


def _as_plain(text: str) -> str:
    """Keep a tool tip from being read as HTML, with its lines kept."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "<span>" + escaped.replace("\n", "<br>") + "</span>"
