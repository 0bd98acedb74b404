"""A stand for one page: a program of fakes, a panel around it, and the page on the screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from fakes.program import FakeProgram
from patience import PATIENCE_S
from tiepoint.ui.background import Background
from tiepoint.ui.pages.page import Page
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.messages import Message, Messages

P = TypeVar("P", bound=Page)


@dataclass
class FakeNavigator:
    """Implements `ui.panel.Navigator` by remembering."""

    gone: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    opened: list[Path] = field(default_factory=list)

    def go(self, page: str, **target: Any) -> None:
        self.gone.append((page, target))

    def open_paths(self, paths: list[Path]) -> None:
        self.opened.extend(paths)


class FakePanel:
    """A panel around a fake program; `said` and `crashes` hold what people would have been told."""

    def __init__(self, fake: FakeProgram | None = None) -> None:
        self.fake = fake or FakeProgram()
        self.navigator = FakeNavigator()
        self.said: list[Message] = []
        self.crashes: list[BaseException] = []
        messages = Messages()
        messages.said.connect(self.said.append)
        self.background = Background(messages.failure, self.crashes.append)
        self.panel = Panel(self.fake.program, self.background, messages, self.navigator)

    async def stop(self) -> None:
        await self.fake.program.monitor.stop()
        await self.fake.program.transfers.stop()
        await self.background.stop()
        assert not self.crashes, self.crashes


@dataclass
class Stand(Generic[P]):
    """A page that is shown, and what is around it."""

    page: P
    parts: FakePanel

    @property
    def fake(self) -> FakeProgram:
        return self.parts.fake


@contextlib.asynccontextmanager
async def standing(make: Callable[[Panel], P], fake: FakeProgram | None = None) -> AsyncIterator[Stand[P]]:
    """Show a page on the fakes with the monitor running, and put everything away afterwards."""
    parts = FakePanel(fake)
    parts.fake.program.monitor.start()
    page = make(parts.panel)
    page.resize(1180, 640)
    page.show()
    page.activateWindow()
    try:
        yield Stand(page, parts)
    finally:
        page.shut()
        page.close()
        await parts.stop()
        page.deleteLater()


async def until(condition: Callable[[], object], *, seconds: float = PATIENCE_S) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It did not become so.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  a condition of widgets has no event
            await asyncio.sleep(0.005)
