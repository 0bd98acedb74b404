"""What is said of this computer in words."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fakes.scheduler import T0
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.link import Link, LinkState
from tiepoint.ports.system import ComputerFacts, EngineFacts
from tiepoint.protocol.hello import EngineVersion, HelloResult
from tiepoint.services.computer import AgentState, AgentStatus, ComputerSnapshot
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.viewmodels.cluster import cluster_view

FACTS = ComputerFacts("3.11.7", "Test <b>OS</b>\n", "x86_64", 8, 32 * 10**9, 20 * 10**9, is_frozen=False)


def _computer(state: AgentState = AgentState.RUNNING, **changes: Any) -> ComputerSnapshot:
    agent = AgentStatus(state, "0.1.0", 4242, "/logs/agent.log", changes.pop("problem", None))
    known = {
        "facts": FACTS,
        "captures_folder": Path("/captures"),
        "disk_free_bytes": 10**11,
        "disk_floor_bytes": 2 * 10**8,
        "workers": 4,
        "worker_memory_bytes": 6 * 10**9,
    }
    return ComputerSnapshot(agent, **{**known, **changes})


def _monitor(*states: JobState, heard: datetime | None = T0) -> MonitorSnapshot:
    jobs = tuple(
        Job(JobId(f"20261122-a-{place:06x}"), f"job {place}", "/c", state) for place, state in enumerate(states)
    )
    hello = HelloResult("0.1.0", EngineVersion("colmap", "4.2"), (), "e", T0)
    return MonitorSnapshot(Link(LinkState.CONNECTED, T0, heard), jobs, agent=hello)


@pytest.mark.parametrize(
    ("state", "word", "stop", "start"),
    [
        (AgentState.STARTING, "Starting", False, False),
        (AgentState.RUNNING, "Running", True, False),
        (AgentState.STOPPING, "Stopping", True, False),
        (AgentState.STOPPED, "Stopped", False, True),
        (AgentState.UNREACHABLE, "Connection lost", False, False),
    ],
)
def test_each_state_has_a_word_and_what_may_be_done(state: AgentState, word: str, stop: bool, start: bool) -> None:
    view = cluster_view(_computer(state), _monitor(), "0.1.0")
    assert (view.pill[1], view.is_stoppable, view.is_startable) == (word, stop, start)


def test_what_runs_and_waits_is_counted() -> None:
    assert cluster_view(_computer(), _monitor(), "1").doing == "Idle, ready for a job"
    busy = _monitor(JobState.RUNNING, JobState.QUEUED, JobState.QUEUED, JobState.COMPLETED, JobState.PAUSED)
    view = cluster_view(_computer(), busy, "1")
    assert (view.doing, view.unfinished) == ("1 job running, 2 waiting", 3)
    assert cluster_view(_computer(), _monitor(JobState.QUEUED), "1").doing == "1 waiting"


def test_a_lost_link_says_when_it_was_last_heard_and_blames_no_job() -> None:
    lost = _computer(AgentState.UNREACHABLE, problem=Failure("connection", "The link broke.", "It is made again."))
    heard = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)
    view = cluster_view(lost, _monitor(JobState.RUNNING, heard=heard), "1")
    assert view.doing == f"Last heard at {heard.astimezone():%H:%M}; the jobs may run on"
    assert view.problem == "The link broke. It is made again."
    assert cluster_view(lost, _monitor(heard=None), "1").doing.startswith("Never heard")


def test_figures_and_versions_are_told() -> None:
    view = cluster_view(_computer(engine=EngineFacts({"numba": "0.6"}, is_warm=True)), _monitor(), "0.2.0")
    assert (view.cores, view.workers, view.worker_memory) == ("8", "4", "up to 6.0 GB each")
    assert view.libraries == (("colmap", "4.2"), ("numba", "0.6"))
    assert dict(view.agent) == {"Version": "0.1.0", "Process": "4242", "This window": "0.2.0", "Log": "/logs/agent.log"}
    assert view.engine_note == "Compiled and ready"


def test_compiling_ahead_is_told_quietly() -> None:
    cold = EngineFacts({}, is_warm=False)
    assert "first job" in cluster_view(_computer(engine=cold), _monitor(), "1").engine_note
    assert "background" in cluster_view(_computer(engine=cold, is_warming=True), _monitor(), "1").engine_note


def test_names_from_outside_are_made_harmless_and_nothing_is_made_up() -> None:
    assert "\n" not in cluster_view(_computer(), _monitor(), "1").system
    unknown = cluster_view(ComputerSnapshot(AgentStatus(AgentState.STARTING)), _monitor(), "1")
    assert (unknown.cores, unknown.workers, unknown.disk_free_bytes, unknown.worker_memory) == ("—", "—", None, "")
    assert unknown.engine_note == "Asking the engine for its versions"
    assert not unknown.has_log


def test_an_engine_that_cannot_start_is_a_problem() -> None:
    view = cluster_view(_computer(engine_problem=Failure("setup", "No engine.", "Install it.")), _monitor(), "1")
    assert (view.problem, view.engine_note) == ("No engine. Install it.", "No engine.")
