"""Start of the agent's process: one per user, under a lock held for its whole life."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.agent.agent import Agent
from tiepoint.agent.backend import Backend
from tiepoint.agent.config import AgentConfig, agent_config
from tiepoint.daemon.process import run_daemon
from tiepoint.domain.errors import SetupError
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT


def main(args: Sequence[str]) -> int:
    """Be the agent.

    Args:
        args: `--idle-s SECONDS`: end after so long without clients and jobs, 0 = never.

    Returns:
        The exit status; 0 also when another agent already runs.
    """
    return run_daemon(AGENT, _agent, args)


def _agent(idle_s: float) -> Agent:
    config = agent_config()
    return Agent(
        folders.data_folder() / "jobs.db",
        backend_of(config),
        idle_s=idle_s,
        work=config.work,
        run_folder=config.run_folder,
    )


def backend_of(config: AgentConfig) -> Backend:
    """Return the engine that a machine was told to have.

    Raises:
        SetupError: It was not told what that needs.
    """
    if config.engine == "metashape":
        from tiepoint.agent.backends.metashape.backend import MetashapeBackend

        return MetashapeBackend(config)
    try:
        from tiepoint.agent.backends.dask.backend import DaskBackend
    except ModuleNotFoundError as error:
        raise SetupError(
            f"The open engine is not installed on this machine: {error.name} is missing.",
            remedy="Install Tiepoint's package there, or say metashape in the agent's settings.",
        ) from error
    if not config.scheduler:
        return DaskBackend()
    if config.tls is None:
        raise SetupError(
            "The agent's settings name a scheduler and no certificate.",
            remedy="Set the machine up again: tiepoint cluster deploy, or by its set-up script.",
        )
    from tiepoint.agent.backends.dask.nodes_backend import NodesBackend

    return NodesBackend(config, config.tls)
