"""What a person is told to do where there is no agent."""

from __future__ import annotations

import pytest

from tiepoint.adapters.ssh.failures import no_agent
from tiepoint.domain.errors import AgentUnavailable
from tiepoint.domain.route import Hop, Route


@pytest.mark.parametrize(
    ("site", "remedy"), [("own/box", "Install the agent"), ("5b000000/rg-atelier", "Deploy the cluster again")]
)
def test_a_cluster_of_the_time_before_agents_is_mended_by_deploying_it_again(site: str, remedy: str) -> None:
    error = no_agent(Route(site, Hop("scheduler", "10.0.1.250")), 127, "bash: /opt/tiepoint/connect: not found")
    assert isinstance(error, AgentUnavailable)
    assert error.remedy.startswith(remedy)
    assert "There is no agent on the scheduler (10.0.1.250)" in error.summary
