"""The mark on what an organisation has set: a lock with words, and the place in its tool tip. The GUI thread only."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.buttons import Button


class OrganisationMark(Button):
    """Says that a choice is not the person's; a press leads to the whole policy.

    Args:
        name: What the choice is called, for screen readers.
    """

    def __init__(self, name: str) -> None:
        super().__init__(tr("Settings", "Set by your organisation"), "lock", "link")
        self._name = name
        self.hide()

    def show_place(self, place: str) -> None:
        """Stand there, and say where the value comes from."""
        where = tr("Settings", "It comes from {place}", place=plain(place)) if place else ""
        self.setToolTip(f"<p style='white-space:pre'>{_escaped(where)}</p>" if where else "")
        said = tr("Settings", "{name}: set by your organisation.", name=self._name)
        self.setAccessibleName(f"{said} {where}".strip())
        self.show()


def show_locked(field: QLineEdit, said: str = "") -> None:
    """Let a field be seen, read aloud and copied, and not changed.

    Args:
        field: Shows the value.
        said: What an empty field says of it.
    """
    field.setPlaceholderText(said)
    if not field.isReadOnly():
        field.setReadOnly(True)
        field.setProperty("locked", True)
        field.style().unpolish(field)
        field.style().polish(field)


def _escaped(text: str) -> str:
    # Tool tips guess HTML; as escaped text they cannot. Unbroken: Qt would break a path into a narrow column.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
