"""A choice of the plan: its name, its control, and a line below that explains it or says what is wrong. GUI thread."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from tiepoint.domain.cluster_plan import PlanFinding
from tiepoint.ui.text import plain, said_below
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import Part, column, row

_LOOKS = {
    "ok": ("check", "ok.text", ""),
    "warn": ("triangle-alert", "warn.text", "warn"),
    "err": ("circle-x", "err.text", "err"),
}


class Field(QWidget):
    """One field.

    Args:
        name: What is chosen.
        control: The control, or several below each other.
    """

    def __init__(self, name: str, *control: Part) -> None:
        super().__init__()
        self._glyph, self._note = Glyph("check", "ok.text", 14), Label("", "sub", wrap=True)
        self._hint, self._hint_tone = "", ""
        line = row(self._glyph, self._note, spacing=6)
        line.setStretch(1, 1)
        line.setAlignment(self._glyph, Qt.AlignmentFlag.AlignTop)
        self._controls = column(Label(name, "sub"), *control, line, None, spacing=4)
        self.setLayout(self._controls)
        self._show("", "")

    def focus_control(self) -> None:
        """Put the keyboard's focus into the control."""
        flag = Qt.FocusPolicy.TabFocus
        found = (each for each in self.findChildren(QWidget) if each.isVisible() and each.isEnabled())
        first = next((each for each in found if each.focusPolicy() & flag and each.focusProxy() is None), None)
        if first is not None:
            first.setFocus()

    def lock(self, mark: QWidget) -> None:
        """Show below the control that an organisation has set it; it can be seen and not changed.

        Args:
            mark: Says so.
        """
        self._controls.insertLayout(self._controls.count() - 2, row(mark, None))
        for each in self.findChildren(QComboBox):
            each.setEnabled(False)

    @property
    def note(self) -> str:
        """What it says below."""
        return self._note.text()

    def hint(self, text: str, tone: str = "") -> None:
        """Explain the choice while nothing is wrong with it; `ok`, `warn` and `err` have an icon."""
        self._hint, self._hint_tone = text, tone

    def judge(self, findings: Sequence[PlanFinding]) -> None:
        """Say the worst of what is wrong, else the hint."""
        if findings:
            worst = findings[0]
            self._show(said_below(plain(worst.summary)), "err" if worst.is_blocking else "warn")
        else:
            self._show(self._hint, self._hint_tone)

    def _show(self, text: str, tone: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._glyph.setVisible(tone in _LOOKS)
        if tone in _LOOKS:
            icon, colour, _ = _LOOKS[tone]
            self._glyph.set_glyph(icon, colour)
        self._note.set_tone(_LOOKS[tone][2] if tone in _LOOKS else "")


class TextField(QLineEdit):
    """A line that is told as it is typed, and is not overwritten meanwhile.

    Args:
        name: For screen readers.
        hint: What to type while it is empty.
    """

    def __init__(self, name: str, hint: str = "") -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setAcceptDrops(False)
        self.setMinimumWidth(96)

    def hold(self, text: str) -> None:
        """Show the plan's value, unless a person is typing."""
        if not self.hasFocus() and self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)
