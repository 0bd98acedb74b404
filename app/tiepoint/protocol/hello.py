"""The greeting: versions, the engine and what it can do. The first request on every stream. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.protocol import PROTOCOL_VERSION


class Capability(StrEnum):
    """What an agent can do beyond listing, submitting and aborting; a control for what is missing is disabled.

    On the wire capabilities are plain strings: a client passes over those it does not know.
    """

    PAUSE_JOB = "jobs.pause"
    RETRY_JOB = "jobs.retry"
    PRIORITY = "jobs.priority"
    NODE_LIMIT = "jobs.node_limit"
    PAUSE_NODE = "nodes.pause"
    QUIT_NODE = "nodes.quit"
    NODE_CAPABILITY = "nodes.capability"
    LOGS = "logs"
    PATHS = "paths"
    TIMINGS = "timings"
    DELIVERY = "jobs.output"
    """Puts whole products into the `output` folder of a job by itself."""
    BLOB = "jobs.blob"
    """Takes captures from Blob and puts products there: `SubmitParams.source` and `.publish`."""
    ADOPT_JOB = "jobs.adopt"
    NODE_LOGS = "logs.node"
    NODE_PATHS = "paths.nodes"
    """`paths.look` and `paths.probe` ask every node, not the agent's machine alone."""
    RECORD = "agent.record"
    """Can write what the engine's scheduler says to a file for us."""


@dataclass(frozen=True, slots=True)
class HelloParams:
    """What the client says first; `client` is its name and version, such as `tiepoint 0.1.0`."""

    client: str
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class EngineVersion:
    """Which engine does the work."""

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class HelloResult:
    """What the agent answers.

    Args:
        agent: Version of the agent.
        engine: Engine behind it.
        capabilities: See `Capability`.
        epoch: UUID of this agent's life: a new one after each start, and event numbers count from it.
        time: The agent's clock, so that ages can be shown right on a machine whose clock is wrong.
        protocol: Version it will speak on this stream.
        set_aside: Where the database of jobs is kept that was broken when the agent started; empty = it was fine.
        work: Shared folder of the cluster; captures lie in `captures/ID` below it. Empty on this computer.
        host: Name of the agent's machine.
    """

    agent: str
    engine: EngineVersion
    capabilities: tuple[str, ...]
    epoch: str
    time: datetime
    protocol: int = PROTOCOL_VERSION
    set_aside: str = ""
    work: str = ""
    host: str = ""
