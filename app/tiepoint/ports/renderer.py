"""Making a picture of a model or cloud without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Renderer(Protocol):
    """Draws in a process of its own; needs no display."""

    async def render(self, model: Path, picture: Path, *, size_px: tuple[int, int]) -> None:
        """Draw a GLB, OBJ or PLY file into a PNG file.

        Idempotent. Cancel safe: the process is stopped, no half picture is left.

        Args:
            model: What to draw.
            picture: PNG to write; its folder must exist.
            size_px: Width and height.

        Raises:
            InputError: The model cannot be read.
            SetupError: The engine cannot be started, or the picture cannot be written.
            EngineFailure: Drawing failed.
        """
