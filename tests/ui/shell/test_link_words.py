"""A link that was never there was not lost."""

from __future__ import annotations

from fakes.scheduler import T0
from tiepoint.domain.failure import Failure
from tiepoint.domain.link import Link, LinkState
from tiepoint.ui.shell.link_banner import link_words


def test_an_agent_that_never_answered_is_not_called_lost() -> None:
    problem = Failure("agent", "The agent cannot be started.", "")
    never = link_words(Link(LinkState.LOST, T0, None, problem))
    assert never[0].startswith("The agent has not answered since")
    assert never[1] == "The agent cannot be started."
    assert link_words(Link(LinkState.LOST, T0, T0, problem))[0].startswith("Connection to the agent lost at")
