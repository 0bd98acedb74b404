"""When graphics are tried, what is remembered of it, and that a driver that ended the program is left alone."""

from __future__ import annotations

import dataclasses

import pytest

from fakes.clock import FakeClock
from fakes.graphics import CARD, PROCESSOR, FakeGraphicsMemory, FakeGraphicsTrial
from tiepoint.domain.graphics import Drawing, GraphicsFacts, Trouble
from tiepoint.services.graphics import GraphicsService

DAY_S = 86_400
NOTHING = GraphicsFacts(None, problem="no", trouble=Trouble.NO_OPENGL)


class Stand:
    """A trial, a memory, and programs that start one after the other."""

    def __init__(self) -> None:
        self.trial, self.memory, self.clock = FakeGraphicsTrial(), FakeGraphicsMemory(), FakeClock()
        self.surroundings = "here"

    def start(self) -> GraphicsService:
        self.trial.tried.clear()
        return GraphicsService(self.trial, self.memory, lambda: self.surroundings, self.clock)


async def test_the_trial_is_made_once() -> None:
    stand = Stand()
    service = stand.start()
    assert (await service.choose()).drawing is Drawing.SYSTEM
    await service.choose()
    assert stand.trial.tried == [Drawing.SYSTEM]
    assert service.facts == CARD
    again = stand.start()
    assert (await again.choose()).drawing is Drawing.SYSTEM
    assert stand.trial.tried == []


async def test_other_surroundings_and_time_ask_for_another_trial() -> None:
    stand = Stand()
    await stand.start().choose()
    stand.surroundings = "elsewhere"
    await stand.start().choose()
    assert stand.trial.tried == [Drawing.SYSTEM]
    stand.clock.advance(31 * DAY_S)
    await stand.start().choose()
    assert stand.trial.tried == [Drawing.SYSTEM]


async def test_what_is_not_well_is_believed_for_a_day() -> None:
    stand = Stand()
    stand.trial.found[Drawing.SYSTEM] = NOTHING
    assert (await stand.start().choose()).drawing is Drawing.SOFTWARE
    assert (await stand.start().choose()).drawing is Drawing.SOFTWARE
    assert stand.trial.tried == []
    stand.clock.advance(2 * DAY_S)
    stand.trial.found[Drawing.SYSTEM] = CARD
    assert (await stand.start().choose()).drawing is Drawing.SYSTEM


async def test_a_driver_that_ended_the_program_is_not_tried_the_same_way() -> None:
    stand = Stand()
    await stand.start().begin()
    assert stand.memory.mark is Drawing.SYSTEM
    stand.memory.crash()
    second = stand.start()
    choice = await second.begin()
    assert choice.drawing is Drawing.SOFTWARE
    assert "ended Tiepoint" in choice.summary
    assert second.has_ended_program
    stand.memory.crash()
    third = stand.start()
    assert (await third.begin()).drawing is Drawing.NONE
    assert stand.memory.mark is None


@pytest.mark.parametrize("is_card", [True, False])
async def test_a_card_that_never_came_back_is_not_asked_again_and_a_slow_processor_is(is_card: bool) -> None:
    stand = Stand()
    stand.trial.found[Drawing.SYSTEM] = CARD if is_card else PROCESSOR
    service = stand.start()
    await service.begin()
    await service.drew()
    await service.stop(has_hung=True)
    assert stand.memory.mark is (Drawing.SYSTEM if is_card else None)
    stand.memory.crash(in_drawing=False)
    choice = await stand.start().choose()
    assert choice.drawing is (Drawing.SOFTWARE if is_card else Drawing.SYSTEM)
    assert ("held it up" in choice.summary) is is_card


async def test_an_end_after_the_first_picture_needs_a_crash_in_the_drawing() -> None:
    stand = Stand()
    service = stand.start()
    await service.begin()
    await service.drew()
    stand.memory.crash(in_drawing=False)
    assert (await stand.start().choose()).drawing is Drawing.SYSTEM


async def test_another_driver_gets_another_chance() -> None:
    stand = Stand()
    await stand.start().begin()
    stand.memory.crash()
    assert (await stand.start().choose()).drawing is Drawing.SOFTWARE
    stand.trial.found[Drawing.SYSTEM] = dataclasses.replace(CARD, driver="4.6 Example 560.2")
    stand.surroundings = "after the update"
    service = stand.start()
    assert (await service.choose()).drawing is Drawing.SYSTEM
    assert not service.has_ended_program


async def test_asked_for_it_is_tried_again() -> None:
    stand = Stand()
    await stand.start().begin()
    stand.memory.crash()
    service = stand.start()
    await service.choose()
    await service.forgive()
    assert (await service.look()).drawing is Drawing.SYSTEM
    assert (await stand.start().choose()).drawing is Drawing.SYSTEM


async def test_a_good_end_leaves_no_mark() -> None:
    stand = Stand()
    service = stand.start()
    await service.begin()
    await service.drew()
    await service.stop()
    assert stand.memory.mark is None


async def test_a_view_that_fails_all_the_same_is_tried_anew_at_the_next_start() -> None:
    stand = Stand()
    service = stand.start()
    await service.begin()
    await service.failed("no")
    assert stand.memory.mark is None
    await stand.start().choose()
    assert stand.trial.tried == [Drawing.SYSTEM]


async def test_a_person_is_told_once() -> None:
    stand = Stand()
    assert await stand.start().news() is None
    stand.surroundings = "a remote desktop"
    stand.trial.found[Drawing.SYSTEM] = NOTHING
    told = await stand.start().news()
    assert told is not None
    assert told.drawing is Drawing.SOFTWARE
    assert await stand.start().news() is None


async def test_without_a_screen_nothing_is_learnt() -> None:
    stand = Stand()
    stand.trial.found[Drawing.SYSTEM] = GraphicsFacts(None, problem="no display", trouble=Trouble.NO_SCREEN)
    await stand.start().look()
    assert stand.trial.tried == [Drawing.SYSTEM]
    stand.trial.found[Drawing.SYSTEM] = CARD
    assert (await stand.start().choose()).drawing is Drawing.SYSTEM
    assert stand.trial.tried == [Drawing.SYSTEM]


async def test_variables_that_drawing_sets_are_no_other_surroundings() -> None:
    """Drawing by the processor sets variables of this process; what is remembered is of those it was started with."""
    stand = Stand()
    stand.trial.found[Drawing.SYSTEM] = NOTHING
    service = stand.start()
    await service.choose()
    stand.surroundings = "here, and drawn by the processor"
    await service.look()
    assert stand.memory.record is not None
    assert stand.memory.record.surroundings == "here"
