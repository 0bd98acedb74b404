"""Graphics: how the 3D view draws on this computer, found out once before it is first needed. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.graphics import Drawing, GraphicsChoice, GraphicsFacts
from tiepoint.ports.graphics import GraphicsTrial


class GraphicsService:
    """Finds out how to draw.

    Args:
        trial: Tries.
    """

    def __init__(self, trial: GraphicsTrial) -> None:
        self._trial = trial
        self.facts: GraphicsFacts | None = None

    async def choose(self) -> GraphicsChoice:
        """Return how the 3D view should draw, from a trial or from what an earlier one found."""
        return GraphicsChoice(Drawing.SYSTEM)
