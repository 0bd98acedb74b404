"""The lines across the view that tell what concerns all of a cluster, each with what can be done. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.ui.viewmodels.cluster_life_notes import Note, NoteAction
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.tone_panel import TonePanel


class Notes(QWidget):
    """Shows notes below each other; nothing while there are none.

    Signals:
        chosen(key): A button was pressed, a key of `cluster_life_notes`.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._panels: dict[str, _NotePanel] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.hide()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show these; panels of notes that stay are changed in place, so that the focus stays in them."""
        wanted = {note.key: note for note in notes}
        for key in [key for key in self._panels if key not in wanted]:
            gone = self._panels.pop(key)
            self._layout.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        for place, note in enumerate(notes):
            panel = self._panels.get(note.key)
            if panel is None:
                panel = self._panels[note.key] = _NotePanel(note)
                panel.chosen.connect(self.chosen)
                self._layout.insertWidget(place, panel)
            panel.show_note(note)
        self.setVisible(bool(notes))

    def button(self, key: str) -> Button:
        """Return a button by what it does.

        Raises:
            KeyError: No note has it.
        """
        for panel in self._panels.values():
            if key in panel.buttons:
                return panel.buttons[key]
        raise KeyError(key)

    @property
    def words(self) -> tuple[str, ...]:
        """What is said."""
        return tuple(panel.accessibleName() for panel in self._panels.values())


class _NotePanel(TonePanel):
    """One note."""

    chosen = Signal(str)

    def __init__(self, note: Note) -> None:
        self._shown: Note | None = None
        self._glyph = Glyph(note.icon, f"{note.tone}.text", 18)
        self._title, self._text = Label("", "title", wrap=True), Label("", "sub", wrap=True)
        self.buttons: dict[str, Button] = {}
        self._actions: tuple[NoteAction, ...] = ()
        self._buttons_line = row(spacing=8)
        words = column(self._title, self._text, spacing=1)
        line = row(self._glyph, words, self._buttons_line, spacing=12)
        line.setStretch(1, 1)
        line.setAlignment(self._glyph, Qt.AlignmentFlag.AlignVCenter)
        super().__init__(note.tone, line, margins=(14, 8, 9, 8))

    def show_note(self, note: Note) -> None:
        """Show another note on the same matter."""
        if note == self._shown:
            return
        self._shown = note
        self.set_tone(note.tone)
        self._glyph.set_glyph(note.icon, f"{note.tone}.text")
        self._title.setText(note.title)
        self._text.setText(note.text)
        self.setAccessibleName(f"{note.title}. {note.text}")
        if note.actions != self._actions:
            self._show_actions(note.actions)

    def _show_actions(self, actions: tuple[NoteAction, ...]) -> None:
        self._actions = actions
        for button in self.buttons.values():
            self._buttons_line.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        for action in actions:
            button = Button(action.verb, action.icon, "primary" if action.is_primary else "plain")
            button.clicked.connect(lambda _=False, key=action.key: self.chosen.emit(key))
            self._buttons_line.addWidget(button)
            self.buttons[action.key] = button
