"""The doctor's look at the graphics: a trial made anew. On the loop's thread."""

from __future__ import annotations

from dataclasses import asdict

from tiepoint.domain.graphics import Drawing, Trouble
from tiepoint.domain.graphics_choice import words_of
from tiepoint.services.finding import Finding, Health
from tiepoint.services.graphics import GraphicsService

_AGAIN = "Another driver is tried by itself; this one again with: tiepoint doctor --try-graphics"


class GraphicsCheck:
    """Makes the finding.

    Args:
        graphics: Tries.
    """

    def __init__(self, graphics: GraphicsService) -> None:
        self._graphics = graphics

    async def __call__(self) -> tuple[Finding, ...]:
        """Look."""
        choice = await self._graphics.look()
        found = self._graphics.facts
        if found is None:
            return ()
        facts = {**asdict(found), "drawing": choice.drawing.value, "has_ended": self._graphics.has_ended_program}
        if found.trouble is Trouble.NO_SCREEN:
            text = "not tried, since no window can be shown here; pictures of models are drawn without"
            return (Finding("graphics", Health.OK, text, facts=facts),)
        if choice.drawing is Drawing.SYSTEM and found.is_fine:
            health = Health.WARNING if choice.remedy else Health.OK
            return (Finding("graphics", health, words_of(found), choice.remedy, facts),)
        text = choice.summary or f"The graphics could not be tried: {found.problem}"
        remedy = f"{choice.remedy} {_AGAIN}" if self._graphics.has_ended_program else choice.remedy
        if choice.drawing is Drawing.NONE:
            text = f"{text} There is no 3D view; everything else works."
        if found.problem:
            text = f"{text} ({found.problem})"
        remedy = remedy or "Try again; if it happens again, report it with the log."
        return (Finding("graphics", Health.WARNING, text, remedy, facts),)
