"""The panel asks how to draw before the first view, tells a person once, and lets go of it all at its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fakes.program import FakeProgram
from tiepoint.domain.graphics import Drawing, GraphicsChoice, GraphicsFacts, Trouble
from tiepoint.ui.background import Background
from tiepoint.ui.pages_of_panel import rail_entries
from tiepoint.ui.shell.graphics_banner import GraphicsBanner
from tiepoint.ui.shell.graphics_start import GraphicsStart
from tiepoint.ui.shell.window import MainWindow
from tiepoint.ui.viewer.start_gate import AS_USUAL, GATE
from ui.conftest import InQt

NOTHING = GraphicsFacts(None, problem="no", trouble=Trouble.NO_OPENGL)


class Stand:
    """A window, and the graphics of a made-up computer."""

    def __init__(self) -> None:
        self.world = FakeProgram()
        self.crashes: list[BaseException] = []
        self.crashed = asyncio.Event()
        self.background = Background(lambda _failure: None, self._on_crash)
        self.window = MainWindow(rail_entries())
        self.start = GraphicsStart(self.world.program.graphics, self.background)

    def _on_crash(self, error: BaseException) -> None:
        self.crashes.append(error)
        self.crashed.set()


@asynccontextmanager
async def _stand() -> AsyncIterator[Stand]:
    stand = Stand()
    try:
        yield stand
    finally:
        await stand.background.stop()
        await stand.start.stop()
        stand.window.close_for_good()
        stand.window.deleteLater()
        assert stand.crashes == []
        assert GATE.choice == AS_USUAL
        assert stand.world.graphics_memory.mark is None


async def _settled(stand: Stand) -> None:
    while stand.background._tasks:  # noqa: SLF001  all that was started
        await asyncio.gather(*stand.background._tasks)  # noqa: SLF001


def test_a_view_begins_after_the_trial_with_the_mark_set(in_qt: InQt[None]) -> None:
    GATE.note_drawn()  # by a view that stood by itself, before there was a panel

    async def scene() -> None:
        async with _stand() as stand:
            begun: list[GraphicsChoice] = []
            assert GATE.choice is None
            GATE.enter(begun.append)
            await _settled(stand)
            assert [each.drawing for each in begun] == [Drawing.SYSTEM]
            assert stand.world.graphics_memory.mark is Drawing.SYSTEM
            GATE.note_drawn()
            await _settled(stand)
            assert stand.world.graphics_memory.has_drawn

    in_qt(scene())


def test_a_trial_that_breaks_lets_views_begin_as_usual(in_qt: InQt[None]) -> None:
    async def scene() -> None:
        async with _stand() as stand:
            begun: list[GraphicsChoice] = []
            stand.world.graphics_trial.found.clear()
            GATE.enter(begun.append)
            await stand.crashed.wait()
            assert begun == [AS_USUAL]
            assert [type(each) for each in stand.crashes] == [KeyError]
            stand.crashes.clear()

    in_qt(scene())


def test_a_person_is_told_once_on_a_line_that_closes(in_qt: InQt[None]) -> None:
    async def scene() -> None:
        async with _stand() as stand:
            stand.world.graphics_trial.found = {Drawing.SYSTEM: NOTHING, Drawing.SOFTWARE: NOTHING}
            await stand.start.tell(stand.window)
            banner = stand.start.banner
            assert isinstance(banner, GraphicsBanner)
            assert "Everything else works" in banner.accessibleName()
            assert "driver" in banner.accessibleName()
            assert banner.retry_button.isHidden()
            banner.close_button.click()
            assert banner.isHidden()
            stand.start.banner = None
            await stand.start.tell(stand.window)
            assert stand.start.banner is None

    in_qt(scene())


def test_where_all_is_well_nobody_is_told(in_qt: InQt[None]) -> None:
    async def scene() -> None:
        async with _stand() as stand:
            await stand.start.tell(stand.window)
            assert stand.start.banner is None

    in_qt(scene())


def test_a_driver_that_ended_the_program_can_be_tried_again(in_qt: InQt[None]) -> None:
    async def scene() -> None:
        async with _stand() as stand:
            graphics, memory = stand.world.program.graphics, stand.world.graphics_memory
            memory.begin(Drawing.SYSTEM)
            memory.crash()
            await stand.start.tell(stand.window)
            banner = stand.start.banner
            assert isinstance(banner, GraphicsBanner)
            assert not banner.retry_button.isHidden()
            assert graphics.has_ended_program
            banner.retry_button.click()
            await _settled(stand)
            assert not graphics.has_ended_program
            assert not banner.retry_button.isEnabled()
            assert memory.record is not None
            assert memory.record.choice.drawing is Drawing.SYSTEM

    in_qt(scene())
