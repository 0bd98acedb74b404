"""Start of the agent's process: one per user, under a lock held for its whole life."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.agent.agent import Agent
from tiepoint.agent.backends.dask.backend import DaskBackend
from tiepoint.daemon.process import run_daemon
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT


def main(args: Sequence[str]) -> int:
    """Be the agent.

    Args:
        args: `--idle-s SECONDS`: end after so long without clients and jobs, 0 = never.

    Returns:
        The exit status; 0 also when another agent already runs.
    """
    return run_daemon(
        AGENT, lambda idle_s: Agent(folders.data_folder() / "jobs.db", DaskBackend(), idle_s=idle_s), args
    )
