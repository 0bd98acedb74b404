"""The way of a new user without a pointer, with real keys on a virtual screen: from the first start to a job."""

from __future__ import annotations

import pytest

from panel_hand import PanelHand, can_use_hands

MOST_STEPS = 40

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not can_use_hands(), reason="needs a virtual screen and xdotool"),
]


def _has_focus(hand: PanelHand, name: str) -> bool:
    return any(place["has_focus"] for place in hand.places(name))


def _tab_to(hand: PanelHand, name: str) -> None:
    """Press Tab until something of this name has the keyboard."""
    for _ in range(MOST_STEPS):
        if _has_focus(hand, name):
            return
        hand.key("Tab")
    raise AssertionError(f"Tab does not come to “{name}”")


def test_from_the_first_start_to_a_paused_job_by_keys(hand: PanelHand) -> None:
    hand.wait_for("Choose photos")
    hand.focus_window()
    hand.wait("the keyboard to be on the page", lambda: _has_focus(hand, "Choose photos"))
    _tab_to(hand, "Try it")
    hand.key("space")
    hand.wait_for("Reconstruct 18 photos", 60)
    hand.wait("the grid to have the keyboard", lambda: _has_focus(hand, "Grid of photos"))

    _tab_to(hand, "Reconstruct 18 photos")
    hand.key("space")
    hand.wait("the list of jobs to have the keyboard", lambda: _has_focus(hand, "Jobs"), 60)
    hand.wait_for("Pause", 60)
    hand.key("ctrl+p")
    hand.wait_for("Go on", 60)

    hand.key("ctrl+5")
    hand.wait_for_text("No model yet")
    hand.key("F1")
    hand.wait_for_text("Everywhere")
