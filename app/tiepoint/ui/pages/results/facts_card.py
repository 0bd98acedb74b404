"""The Facts card: figures of the result, its verdict, and its notes with what to do. The GUI thread only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ui.pages.results.fact_rows import FactRows
from tiepoint.ui.pages.results.note_row import NoteRow
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.results_facts import Note, main_rows, more_rows, notes, verdict
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.layouts import column, empty, holder, row
from tiepoint.ui.widgets.pill import Pill

_CONTEXT: Final = "Results"


class FactsCard(Card):
    """What is known of the open result.

    Signals:
        unfolded(is_open): All facts are shown, or only the first ones again.
    """

    unfolded = Signal(bool)

    def __init__(self) -> None:
        self.pill = Pill("info", " ")
        super().__init__(tr(_CONTEXT, "Facts"), "", self.pill)
        self.facts: ModelFacts | None = None
        self.main, self.rest = FactRows(), FactRows()
        self._toggle = Button("", "chevron-down", "link")
        self._line = hairline()
        self._notes, self._fine = QVBoxLayout(), QVBoxLayout()
        for notes_layout in (self._notes, self._fine):
            notes_layout.setSpacing(0)
        self.more = holder(column(self.rest, self._fine, spacing=8))
        self.rows: list[NoteRow] = []
        toggle = row(self._toggle, None)
        self.add(self.main, toggle, self.more, self._line, self._notes, spacing=8, margins=(16, 0, 16, 12))
        self._toggle.clicked.connect(lambda: self.set_unfolded(self.more.isHidden()))
        self.set_unfolded(False)

    def show_facts(self, facts: ModelFacts, of_view: Sequence[str] = ()) -> None:
        """Show a result.

        Args:
            facts: What is known of it.
            of_view: What the 3D view found missing while loading it.
        """
        self.facts = facts
        self.main.show_rows(main_rows(facts))
        self.rest.show_rows(more_rows(facts))
        state, words = verdict(facts)
        self.pill.setVisible(bool(state))
        if state:
            self.pill.set_state(state, words)
        self._show_notes((*(Note("warning", plain(text)) for text in of_view), *notes(facts)))

    def set_unfolded(self, is_open: bool) -> None:
        """Show all facts, or only the first ones."""
        is_change = is_open is self.more.isHidden()
        self.more.setVisible(is_open)
        self._toggle.setText(tr(_CONTEXT, "Fewer facts") if is_open else tr(_CONTEXT, "All facts"))
        self._toggle.set_icon("chevron-up" if is_open else "chevron-down")
        if is_change:
            self.unfolded.emit(is_open)

    def _show_notes(self, found: tuple[Note, ...]) -> None:
        """Show what weighs below the facts; good news are among all facts."""
        for layout in (self._notes, self._fine):
            empty(layout)
        self.rows = [NoteRow(note, is_open=note.state == "error") for note in found]
        for row_of_note, note in zip(self.rows, found, strict=True):
            (self._notes if note.weighs else self._fine).addWidget(row_of_note)
        self._line.setVisible(any(note.weighs for note in found))
