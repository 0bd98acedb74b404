"""What the panel does with what a trial of the graphics found, and that every sentence for people has a remedy."""

from __future__ import annotations

import pytest

from tiepoint.domain.graphics import Drawing, GraphicsFacts, Trouble
from tiepoint.domain.graphics_choice import choice_of, words_of

CARD = GraphicsFacts((4, 6), "Example GPU", "Example")
PROCESSOR = GraphicsFacts((4, 5), "llvmpipe", "Mesa", is_software=True)
OLD = GraphicsFacts((2, 1), "Old card", problem="OpenGL 2.1 is older than 3.2.", trouble=Trouble.TOO_OLD)
NONE = GraphicsFacts(None, problem="no", trouble=Trouble.NO_OPENGL)
FAR = GraphicsFacts(None, problem="no", is_remote=True, trouble=Trouble.NO_OPENGL)
CRASH = GraphicsFacts(None, problem="ended by SIGSEGV", trouble=Trouble.CRASHED)
HANG = GraphicsFacts(None, problem="no answer", trouble=Trouble.HUNG)


def test_a_card_needs_no_words() -> None:
    choice = choice_of(CARD)
    assert (choice.drawing, choice.summary, choice.remedy) == (Drawing.SYSTEM, "", "")


def test_the_processor_will_do_and_is_said() -> None:
    choice = choice_of(PROCESSOR)
    assert choice.drawing is Drawing.SYSTEM
    assert "processor" in choice.summary
    assert "driver" in choice.remedy


@pytest.mark.parametrize("system", [OLD, NONE, FAR, CRASH, HANG])
def test_what_does_not_work_falls_back(system: GraphicsFacts) -> None:
    drawn = choice_of(system, PROCESSOR)
    assert drawn.drawing is Drawing.SOFTWARE
    nothing = choice_of(system, NONE)
    assert nothing.drawing is Drawing.NONE
    assert drawn.remedy
    assert nothing.remedy


def test_the_reason_is_named() -> None:
    assert "OpenGL 2.1" in choice_of(OLD, NONE).summary
    assert "3.2" in choice_of(OLD, NONE).summary
    assert "another computer" in choice_of(FAR, NONE).summary
    assert "remote desktop" in choice_of(FAR, NONE).remedy
    assert "crashed" in choice_of(CRASH, NONE).summary
    assert "did not answer" in choice_of(HANG, NONE).summary


def test_what_took_the_program_down_is_not_chosen_again() -> None:
    assert choice_of(CARD, PROCESSOR, [Drawing.SYSTEM]).drawing is Drawing.SOFTWARE
    assert "Example GPU" in choice_of(CARD, PROCESSOR, [Drawing.SYSTEM]).summary
    assert choice_of(CARD, PROCESSOR, [Drawing.SYSTEM, Drawing.SOFTWARE]).drawing is Drawing.NONE


def test_a_trial_that_could_not_be_made_speaks_against_nothing() -> None:
    untried = GraphicsFacts(None, problem="no such file", trouble=Trouble.NOT_TRIED)
    assert choice_of(untried).drawing is Drawing.SYSTEM
    assert choice_of(untried, None, [Drawing.SYSTEM]).drawing is Drawing.NONE


def test_what_draws_in_words() -> None:
    assert words_of(CARD) == "OpenGL 4.6, Example GPU"
    assert "drawn by the processor" in words_of(PROCESSOR)
    assert words_of(NONE) == "no"
