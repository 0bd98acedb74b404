"""A trial of this computer's graphics, apart from the program, since drivers can end the process that asks."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.graphics import Drawing, GraphicsFacts


class GraphicsTrial(Protocol):
    """Tries OpenGL in a child process."""

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        """Start OpenGL as the 3D view would and say what came of it; a crash or a hang is a `problem`.

        Idempotent; cancel safe; changes nothing.

        Args:
            drawing: SYSTEM or SOFTWARE.
        """
