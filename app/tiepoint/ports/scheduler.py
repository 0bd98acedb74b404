"""The scheduler: whatever runs the jobs, on this computer or on a cluster, behind the scheduler protocol."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from tiepoint.domain.estimate import PastRun
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import HelloResult
from tiepoint.protocol.methods import (
    CapabilityParams,
    Diagnostics,
    LogsResult,
    LookResult,
    ProbeResult,
    RecordResult,
    SubmitParams,
)


class ConnectionState(StrEnum):
    """The link to the scheduler; says nothing about its jobs."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class SchedulerSnapshot:
    """Everything known about a scheduler at one moment.

    Args:
        connection: The link. While it is not connected, jobs and nodes are as they were last heard of.
        jobs: By id.
        nodes: By id.
        heard: When the scheduler was last heard of; None = never.
        problem: Why the link is down; while it is up, what of the scheduler's words makes no sense.
        retry_s: While it is lost, seconds until it is tried again; None = it is tried now.
        offset_s: How far the scheduler's clock is ahead of ours, in seconds.

    A job or node that did not change is the same object as in the snapshot before.
    """

    connection: ConnectionState = ConnectionState.CONNECTING
    jobs: Mapping[JobId, Job] = field(default_factory=dict)
    nodes: Mapping[NodeId, Node] = field(default_factory=dict)
    heard: datetime | None = None
    problem: Failure | None = None
    retry_s: float | None = None
    offset_s: float = 0.0


class Scheduler(Protocol):
    """A client of one scheduler.

    Every call connects when there is no connection, and every call is idempotent (submit through its key), so a call
    whose connection broke is repeated once by the client itself. All are cancel safe: the scheduler may or may not
    have done what a cancelled call asked, a later `jobs()` tells.

    All calls raise:
        AgentUnavailable: Nothing answers and nothing could be started.
        ConnectionLost: The link broke, and broke again.
        ProtocolError: The other side said something unreadable.
    """

    async def hello(self) -> HelloResult:
        """What the other side is and can do."""

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""

    async def job(self, job: JobId) -> Job:
        """One job.

        Raises:
            UsageError: There is none of that id.
        """

    async def submit(self, request: SubmitParams) -> Job:
        """Hand in a job; the same key is the same job.

        Raises:
            UsageError: The request makes no sense.
            InputError: The capture cannot be read.
            NoSpace: The disk would be full.
        """

    async def pause(self, job: JobId) -> Job:
        """Stop a job, keeping its place in the queue; raises UsageError when it is over or unknown."""

    async def resume(self, job: JobId) -> Job:
        """Let a paused job go on; raises UsageError when it is over or unknown."""

    async def abort(self, job: JobId) -> Job:
        """Stop a job for good; what was done is kept. Raises UsageError when it is unknown."""

    async def retry(self, job: JobId) -> Job:
        """Let a failed or aborted job go on at its last whole task; raises UsageError when it is unknown."""

    async def set_priority(self, job: JobId, priority: int) -> Job:
        """Let a job run before or after others, -2 to 2; raises UsageError when that or the job is unknown."""

    async def set_node_limit(self, job: JobId, nodes: int) -> Job:
        """Let a job use at most so many nodes, 0 = no limit; raises UsageError when the job is unknown."""

    async def adopt(self, job: JobId) -> Job:
        """Take another tool's job as one's own; raises UsageError when it is unknown or none of another tool's."""

    async def nodes(self) -> tuple[Node, ...]:
        """All nodes."""

    async def pause_node(self, node: NodeId) -> Node:
        """Let a node take no new task; its running one ends. Raises UsageError when it is unknown."""

    async def resume_node(self, node: NodeId) -> Node:
        """Let a node take tasks again, also one that joined paused."""

    async def quit_node(self, node: NodeId) -> Node:
        """End a node's process; what it works on goes to another."""

    async def set_capability(self, params: CapabilityParams) -> Node:
        """Say what of a node its tasks may use; raises UsageError when the engine has no such choice."""

    async def node_logs(
        self, node: NodeId, *, lines: int, before: str | None = None, after: str | None = None
    ) -> LogsResult:
        """As `logs`, of a node."""

    async def look(self, path: str) -> LookResult:
        """What scheduler and nodes see at a path. Idempotent."""

    async def probe(self, path: str) -> ProbeResult:
        """Write into a folder from every node, read it back and remove it."""

    async def record(self, *, on: bool) -> RecordResult:
        """Begin or end writing what the engine's scheduler says to a file there."""

    async def logs(self, job: JobId, *, lines: int, before: str | None = None, after: str | None = None) -> LogsResult:
        """The end of a job's log, what is before a cursor, or what came after one.

        Args:
            job: The job.
            lines: At most so many.
            before: `LogsResult.before` of an earlier answer.
            after: `LogsResult.end` of an earlier answer; then the oldest lines after it are told first.

        Raises:
            UsageError: There is no such job.
        """

    async def timings(self) -> tuple[PastRun, ...]:
        """What earlier jobs took on this scheduler's nodes, newest first; jobs that were deleted included."""

    async def diagnostics(self) -> Diagnostics:
        """Facts about the other side for `doctor`."""

    async def stop(self, *, now: bool) -> None:
        """Ask the other side to end: after the running jobs, or now (running jobs can be resumed later)."""

    def follow(self) -> AsyncGenerator[SchedulerSnapshot, None]:
        """Follow everything, for as long as the iterator is read.

        The first snapshot comes with the first connection; a lost one is told (`LOST`, with the last known state) and
        made again with growing pauses, without end. Only the newest snapshot is kept for a slow reader, and there are
        at most ten a second.

        Raises:
            AgentUnavailable: There was never a connection and none can be made.
        """

    def try_now(self) -> None:
        """Cut a pause between two attempts of `follow` short; nothing happens when there is none."""

    async def close(self) -> None:
        """Let go of the connection; jobs are not affected."""
