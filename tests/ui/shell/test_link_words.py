"""What is said of a link that is down: on this computer, on a cluster, and when it is tried again."""

from __future__ import annotations

from datetime import timedelta

from fakes.program import FakeProgram
from fakes.remote import fake_site
from fakes.scheduler import T0
from tiepoint.domain.failure import Failure
from tiepoint.domain.link import Link, LinkState
from tiepoint.services.sites import SiteKind
from tiepoint.ui.viewmodels.site_words import link_words, try_text

PROBLEM = Failure("connection", "The jump box answers, the scheduler does not.")


def test_an_agent_that_never_answered_is_not_called_lost() -> None:
    computer = FakeProgram().computer_site
    problem = Failure("agent", "The agent cannot be started.", "")
    never = link_words(Link(LinkState.LOST, T0, None, problem), computer, T0)
    assert never[0].startswith("The agent has not answered since")
    assert never[1].startswith("The agent cannot be started.")
    assert "Jobs go on" not in never[1]
    lost = link_words(Link(LinkState.LOST, T0, T0, problem), computer, T0)
    assert lost[0].startswith("Connection to the agent lost at")


def test_a_cluster_says_which_hop_answers_when_it_is_tried_again_and_that_jobs_go_on() -> None:
    site = fake_site(kind=SiteKind.CLOUD)
    link = Link(LinkState.LOST, T0, T0, PROBLEM, T0 + timedelta(seconds=12))
    title, text = link_words(link, site, T0, has_power=True)
    assert title.startswith("Connection to the scheduler lost at")
    assert text.startswith("The jump box answers, the scheduler does not. Next try in 12 s. Jobs go on.")
    assert "Azure power is live." in text
    assert link_words(Link(LinkState.LOST, T0, None, PROBLEM), site, T0)[0] == "atelier-east cannot be reached"


def test_a_try_that_is_due_is_made_now() -> None:
    assert try_text(Link(LinkState.LOST, T0, T0, PROBLEM, T0), T0) == "It is tried now."
    assert try_text(Link(LinkState.LOST, T0, T0, PROBLEM, None), T0) == "It is tried now."
    assert try_text(Link(LinkState.CONNECTED, T0, T0), T0) == ""
