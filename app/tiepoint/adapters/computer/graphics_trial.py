"""Tries OpenGL in a child, which a broken driver may end. On the loop's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from tiepoint.domain.graphics import Drawing, GraphicsFacts

if TYPE_CHECKING:
    import asyncio


class ChildGraphicsTrial:
    """Asks the child `graphics`.

    Args:
        launch: Starts a child by role and arguments.
    """

    def __init__(self, launch: Callable[[str, Sequence[str]], Awaitable[asyncio.subprocess.Process]]) -> None:
        self._launch = launch

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        """Start OpenGL as the 3D view would; see `ports.graphics`."""
        return GraphicsFacts(None, problem="not tried")
