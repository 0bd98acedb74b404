"""The panel's side of graphics: views wait until it is known how to draw, and a person is told once. GUI thread."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from tiepoint.domain.graphics import GraphicsChoice
from tiepoint.services.graphics import GraphicsService
from tiepoint.ui.background import Background
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.viewer.start_gate import AS_USUAL, GATE


class GraphicsStart:
    """Holds the gate of the 3D view for a session.

    Args:
        graphics: Finds out how to draw.
        background: Lets it.
    """

    def __init__(self, graphics: GraphicsService, background: Background) -> None:
        self._graphics, self._background = graphics, background
        self.banner: QWidget | None = None
        GATE.close()
        self._offs = (
            GATE.wanted.subscribe(lambda _: self._start(self._begin())),
            GATE.drew.subscribe(lambda _: self._start(graphics.drew())),
            GATE.failed.subscribe(lambda reason: self._start(graphics.failed(reason))),
        )

    async def tell(self, window: MainWindow) -> None:
        """Tell once what a person should know of the graphics here, on a quiet line above the page."""
        choice = await self._graphics.news()
        if choice is not None:
            self._show(window, choice)

    async def stop(self) -> None:
        """Let go of the gate; all views are shut."""
        for off in self._offs:
            off()
        has_hung = GATE.has_hung
        GATE.reset()
        await self._graphics.stop(has_hung=has_hung)

    async def _begin(self) -> None:
        try:
            choice = await self._graphics.begin()
        except Exception:
            GATE.open(AS_USUAL)  # views that wait for ever would be worse than the trouble they may meet
            raise
        GATE.open(choice)

    def _start(self, work: object) -> None:
        self._background.start(work)  # type: ignore[arg-type]

    def _show(self, window: MainWindow, choice: GraphicsChoice) -> None:
        from tiepoint.ui.shell.graphics_banner import GraphicsBanner

        banner = GraphicsBanner(choice, may_retry=self._graphics.has_ended_program)
        banner.retry_wanted.connect(lambda: self._start(self._retry(banner)))
        self.banner = banner
        window.add_banner(banner)

    async def _retry(self, banner: QWidget) -> None:
        await self._graphics.forgive()
        await self._graphics.look()
        banner.said_retried()  # type: ignore[attr-defined]
