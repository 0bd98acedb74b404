"""A trial of graphics that finds what it is told to find."""

from __future__ import annotations

from tiepoint.domain.graphics import Drawing, GraphicsFacts

CARD = GraphicsFacts((4, 6), "Example GPU", "Example")
PROCESSOR = GraphicsFacts((4, 5), "llvmpipe", "Mesa", is_software=True)


class FakeGraphicsTrial:
    """Finds `found`; remembers what was tried."""

    def __init__(self) -> None:
        self.found = {Drawing.SYSTEM: CARD, Drawing.SOFTWARE: PROCESSOR}
        self.tried: list[Drawing] = []

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        self.tried.append(drawing)
        return self.found[drawing]
