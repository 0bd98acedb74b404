"""What a person did to a set, so that it can be taken back and done again.

An edit remembers choices and removed photos only: what the checks found meanwhile stays when it is taken back. Pure
data, and one history per set; one thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.photo_set import PhotoChoice, SetPhoto

_MOST_EDITS: Final = 100


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing done.

    Args:
        label: In words, such as "Leave out 3 photos".
        choices: Of each photo concerned: its path, what was said of it before, and after.
        removed: Photos taken out of the set.
    """

    label: str
    choices: tuple[tuple[str, PhotoChoice | None, PhotoChoice | None], ...] = ()
    removed: tuple[SetPhoto, ...] = ()


class EditHistory:
    """The edits that can be taken back, and those that can be done again."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    def note(self, edit: Edit) -> None:
        """Remember an edit that was made; what was taken back before can no longer be done again."""
        self._done = [*self._done[-_MOST_EDITS + 1 :], edit]
        self._undone.clear()

    def back(self) -> Edit | None:
        """Return the edit to take back, which may then be done again; None when there is none."""
        if not self._done:
            return None
        self._undone.append(self._done.pop())
        return self._undone[-1]

    def again(self) -> Edit | None:
        """Return the edit to do again, which may then be taken back; None when there is none."""
        if not self._undone:
            return None
        self._done.append(self._undone.pop())
        return self._done[-1]

    @property
    def undo_label(self) -> str:
        """What `back` would return, in words; empty when nothing."""
        return self._done[-1].label if self._done else ""

    @property
    def redo_label(self) -> str:
        """What `again` would return, in words; empty when nothing."""
        return self._undone[-1].label if self._undone else ""
