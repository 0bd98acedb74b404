"""The gate before the first OpenGL of this process: a view waits here until it is known how to draw. GUI thread.

There is one for the process, as there is one OpenGL. It is open unless somebody closes it, so that a view also works
by itself. It must not know how the answer is found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tiepoint.domain.graphics import Drawing, GraphicsChoice
from tiepoint.services.event import Event
from tiepoint.ui.viewer.software import draw_by_software

AS_USUAL: Final = GraphicsChoice(Drawing.SYSTEM)


class StartGate:
    """Lets views begin."""

    def __init__(self) -> None:
        self.wanted: Event[None] = Event()
        """A view waits and the gate is closed; told once until it is opened."""
        self.drew: Event[None] = Event()
        """The first picture of this process came; told once."""
        self.failed: Event[str] = Event()
        """A view was let through and could not draw; the value says why."""
        self.has_hung: bool
        """The driver did not come back to a view that was shut."""
        self.reset()

    def reset(self) -> None:
        """Be open, as at first; whoever still waits is forgotten."""
        self._choice: GraphicsChoice | None = AS_USUAL
        self._waiting: list[Callable[[GraphicsChoice], None]] = []
        self._has_drawn = False
        self.has_hung = False

    @property
    def choice(self) -> GraphicsChoice | None:
        """How views draw; None while the gate is closed."""
        return self._choice

    def close(self) -> None:
        """Let no view begin until `open`; what was drawn before counts no more."""
        self._choice, self._has_drawn = None, False

    def open(self, choice: GraphicsChoice) -> None:
        """Let views begin in this way; with NONE they give up."""
        if choice.drawing is Drawing.SOFTWARE:
            draw_by_software()
        self._choice = choice
        waiting, self._waiting = self._waiting, []
        for begin in waiting:
            begin(choice)

    def enter(self, begin: Callable[[GraphicsChoice], None]) -> None:
        """Call `begin` with the choice, at once or when the gate opens."""
        if self._choice is not None:
            begin(self._choice)
            return
        self._waiting.append(begin)
        if len(self._waiting) == 1:
            self.wanted.emit(None)

    def note_drawn(self) -> None:
        """Say that a picture came."""
        if not self._has_drawn:
            self._has_drawn = True
            self.drew.emit(None)

    def note_failed(self, reason: str) -> None:
        """Say that a view that was let through cannot draw."""
        self.failed.emit(reason)


GATE: Final = StartGate()
