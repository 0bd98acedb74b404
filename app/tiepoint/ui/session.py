"""One session of the panel: the window with its pages, what starts and stops with it, and how it was left.

It strings the parts together and holds no rules of its own. The GUI thread, on the loop.
"""

from __future__ import annotations

import asyncio
import base64
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer

from tiepoint.ui.background import Background
from tiepoint.ui.collector import calm_collector
from tiepoint.ui.early import import_quietly
from tiepoint.ui.file_requests import hand_files_to
from tiepoint.ui.opening import Opening, is_model, is_plan, photos_at
from tiepoint.ui.pages_of_panel import FIRST, page_makers, page_modules
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.error_dialog import ErrorDialog
from tiepoint.ui.shell.graphics_start import GraphicsStart
from tiepoint.ui.shell.messages import Message, Messages
from tiepoint.ui.shell.remote_work import RemoteWork
from tiepoint.ui.shell.toasts import ToastStack
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.theme import active

if TYPE_CHECKING:
    from tiepoint.domain.settings import Settings
    from tiepoint.services.program import Program

_MADE_AHEAD: Final = ("jobs", "results", "transfers")
_BETWEEN_PAGES_S: Final = 0.3


class Session:
    """The panel while it runs; pages use it as their `Navigator`.

    Args:
        window: On screen already, without pages.
        program: The services.
        messages: Where everybody says things.
    """

    def __init__(self, window: MainWindow, program: Program, messages: Messages) -> None:
        self.window = window
        self._program = program
        self._messages = messages
        self._background = Background(messages.failure, messages.crash)
        self.panel = Panel(program, self._background, messages, self)
        self._ended = asyncio.Event()
        self._remote_work = RemoteWork(program)
        self._graphics = GraphicsStart(program.graphics, self._background)
        self.toasts = ToastStack(window, window.dock)

    async def run(self, opening: Opening, own_name: str = "") -> None:
        """Fill the window, and put everything away after it was closed."""
        await self._program.panel_state.load()
        active.choose(self._program.preferences.settings.theme)
        self._fill_window(opening)
        self._end_when_told()
        QTimer.singleShot(0, lambda: self._start_the_rest(opening, own_name))
        try:
            await self._ended.wait()
        finally:
            await self._put_away()

    def go(self, page: str, **target: Any) -> None:
        """Show a page and what it should show; target `site` lets the pages about jobs show another one."""
        if site := target.pop("site", ""):
            self._program.remote.sites.show(str(site))
        shown = self.window.show_page(page)
        if target:
            shown.show_target(**target)

    def open_paths(self, paths: list[Path]) -> None:
        """Do with files what dropping them does: models and plans are looked at, everything else are photos."""
        if self.window.current and self.window.page(self.window.current).take_drop(paths):
            return
        models = [path for path in paths if is_model(path)]
        if models and len(models) == len(paths):
            self.go("results", path=models[0])
        elif len(paths) == 1 and is_plan(paths[0]):
            self.go("cluster", file=paths[0])
        else:
            self.go("photos", paths=[photos_at(path) for path in paths])

    def end(self) -> None:
        """Close the window and end the session."""
        self._remember_frame()
        self.window.close_for_good()
        self._ended.set()

    def _end_when_told(self) -> None:
        """Let whoever ends our process find everything put away; jobs go on by themselves."""
        if sys.platform != "win32":
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self.end)

    def _fill_window(self, opening: Opening) -> None:
        window, state = self.window, self._program.panel_state.state
        window.close_asked.connect(self._on_close_asked)
        window.drops.dropped.connect(self.open_paths)
        self.toasts.details_wanted.connect(self._show_details)
        self._messages.said.connect(self.toasts.show)
        self._messages.broke.connect(self._show_details)
        makers = page_makers(self.panel)
        window.set_pages(makers)
        last = state.page if state.page in makers else FIRST
        window.show_page(window.wanted or (FIRST if opening.paths else last))
        window.page_shown.connect(lambda page: self._program.panel_state.update(page=page))

    def _start_the_rest(self, opening: Opening, own_name: str) -> None:
        """Start what the first picture of the window does not need."""
        from tiepoint.ui.shell.extras import add_extras

        if self._ended.is_set():
            return
        add_extras(self.window, self.panel)
        self._program.preferences.changed.subscribe(self._on_settings)
        self._remote_work.record()
        self._program.monitor.start()
        self._program.transfers.load()
        self._background.start(self._load_and_open(opening))
        hand_files_to(self.open_paths)
        if own_name:
            from tiepoint.ui.shell.other_starts import OtherStarts

            self._others = OtherStarts(own_name, self._on_other_start)

    async def _load_and_open(self, opening: Opening) -> None:
        await self._program.photo_sets.load()
        await self._open(opening)
        await self._make_pages_ahead()
        calm_collector()
        self._background.start(self._graphics.tell(self.window))
        self._remote_work.start()
        self._program.azure.clusters.start()
        self._program.updates.start()
        self._background.start(self._program.computer.warm_engine())
        await self._program.azure.sign_in.restore()

    async def _make_pages_ahead(self) -> None:
        """Make the pages that a job leads to while nothing happens, so that the window does not stand still then."""
        await asyncio.to_thread(import_quietly, page_modules())
        for page in _MADE_AHEAD:
            await asyncio.sleep(_BETWEEN_PAGES_S)
            self.window.page(page)

    async def _open(self, opening: Opening) -> None:
        if len(opening.paths) == 1 and is_plan(opening.paths[0]):
            self.go("cluster", file=opening.paths[0])
        elif opening.paths and not opening.is_started and await self._are_results(opening.paths):
            self.go("results", path=opening.paths[0])
        elif opening.paths:
            photos = [photos_at(path) for path in opening.paths]
            self.go("photos", paths=photos, start=opening.is_started, preset=opening.preset)

    async def _are_results(self, paths: tuple[Path, ...]) -> bool:
        results = self._program.results
        return all([is_model(path) or await results.is_result(path) for path in paths])

    def _on_other_start(self, opening: Opening) -> None:
        self.window.setWindowState(self.window.windowState() & ~self.window.windowState().WindowMinimized)
        self.window.raise_()
        self.window.activateWindow()
        self._background.start(self._open(opening))

    def _on_settings(self, settings: Settings) -> None:
        active.choose(settings.theme)

    def _on_close_asked(self) -> None:
        from tiepoint.ui.shell.leaving import leave

        self._background.start(leave(self.window, self.panel, self.end))

    def _show_details(self, message: Message) -> None:
        ErrorDialog(message, self.window).open()

    def _remember_frame(self) -> None:
        geometry = base64.b64encode(bytes(self.window.saveGeometry().data())).decode("ascii")
        self._program.panel_state.update(geometry=geometry, is_dock_open=not self.window.dock.is_folded)

    async def _put_away(self) -> None:
        hand_files_to(None)
        self.window.shut_pages()
        await self._background.stop()
        await self._graphics.stop()
        await self._remote_work.stop()
        await self._program.updates.stop()
        await self._program.monitor.stop()
        await self._program.panel_state.flush()
        self.window.deleteLater()
