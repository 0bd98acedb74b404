"""A trial of graphics that finds what it is told to find, and a memory that is one."""

from __future__ import annotations

from tiepoint.domain.graphics import Drawing, GraphicsFacts, GraphicsRecord

CARD = GraphicsFacts((4, 6), "Example GPU", "Example", driver="4.6 Example 550.1")
PROCESSOR = GraphicsFacts((4, 5), "llvmpipe", "Mesa", is_software=True, driver="4.5 Mesa 22.3.6")


class FakeGraphicsTrial:
    """Finds `found`; remembers what was tried."""

    def __init__(self) -> None:
        self.found = {Drawing.SYSTEM: CARD, Drawing.SOFTWARE: PROCESSOR}
        self.tried: list[Drawing] = []

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        self.tried.append(drawing)
        return self.found[drawing]


class FakeGraphicsMemory:
    """Implements `ports.graphics.GraphicsMemory`; `crash` is a program that ends with its mark."""

    def __init__(self) -> None:
        self.record: GraphicsRecord | None = None
        self.mark: Drawing | None = None
        self.has_drawn = False
        self._left: Drawing | None = None

    def load(self) -> GraphicsRecord | None:
        return self.record

    def save(self, record: GraphicsRecord) -> None:
        self.record = record

    def begin(self, drawing: Drawing) -> None:
        self.mark, self.has_drawn = drawing, False

    def drew(self) -> None:
        self.has_drawn = True

    def end(self) -> None:
        self.mark = None

    def ended_by(self) -> Drawing | None:
        left, self._left = self._left, None
        return left

    def crash(self, *, in_drawing: bool = True) -> None:
        """End as a program does that is gone at once."""
        self._left = self.mark if in_drawing or not self.has_drawn else None
        self.mark = None
