"""Pictures of models through the engine's software renderer, in a child. On the loop's thread."""

from __future__ import annotations

from pathlib import Path

from tiepoint.adapters.engine.children import Launch, child_answer


class ChildRenderer:
    """Implements `ports.renderer.Renderer`; `launch` starts children."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch

    async def render(self, model: Path, picture: Path, *, size_px: tuple[int, int]) -> None:
        """Draw a GLB, OBJ or PLY file into a PNG file."""
        size = f"{size_px[0]}x{size_px[1]}"
        await child_answer(self._launch, "render", ["--size", size, "--", str(model), str(picture)])
