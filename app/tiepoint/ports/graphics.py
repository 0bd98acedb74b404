"""A trial of this computer's graphics, apart from the program, since drivers can end the process that asks, and what is
remembered of it."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.graphics import Drawing, GraphicsFacts, GraphicsRecord


class GraphicsTrial(Protocol):
    """Tries OpenGL in a child process."""

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        """Start OpenGL as the 3D view would and say what came of it; a crash or a hang is a `problem`.

        Idempotent; cancel safe; changes nothing.

        Args:
            drawing: SYSTEM or SOFTWARE.
        """


class GraphicsMemory(Protocol):
    """Keeps what was found, and a mark for as long as something draws. Blocks for a moment; any one thread at a time.

    Nothing here raises: what cannot be read or written is as if it had never been.
    """

    def load(self) -> GraphicsRecord | None:
        """Return what is remembered."""

    def save(self, record: GraphicsRecord) -> None:
        """Remember."""

    def begin(self, drawing: Drawing) -> None:
        """Mark that something is about to draw; from now on the end of the program is the driver's fault."""

    def drew(self) -> None:
        """Mark that the first picture came; from now on only a crash inside the drawing is the driver's fault."""

    def end(self) -> None:
        """Remove the mark."""

    def ended_by(self) -> Drawing | None:
        """Return the way of drawing that took the last run down, and forget it; None = none did."""
