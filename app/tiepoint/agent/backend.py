"""What the agent asks of the engine behind it, whichever that is. Declarations only; the agent's loop thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.job import Job, TaskCounts
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import EngineVersion
from tiepoint.protocol.methods import (
    CapabilityParams,
    LogsParams,
    LogsResult,
    NodeProbe,
    NodeStat,
    RecordResult,
    SubmitParams,
)


class RunListener(Protocol):
    """Hears what happens to a running job; called on the loop's thread, returns at once."""

    def stage_started(self, stage: str, tasks: Sequence[str], done: Sequence[str]) -> None:
        """A stage has its tasks; those in `done` were finished by an earlier run."""

    def task_started(self, stage: str, task: str, worker: str) -> None:
        """A node took the task."""

    def task_progressed(self, stage: str, task: str, done: int, total: int | None) -> None:
        """The task is this far, in its own unit."""

    def task_finished(self, stage: str, task: str) -> None:
        """The task is done."""

    def task_returned(self, stage: str, task: str) -> None:
        """The task lost its node and waits again."""

    def stage_finished(self, stage: str, *, seconds: float, cpu_seconds: float) -> None:
        """All tasks of the stage are done."""

    def stage_counted(self, stage: str, tasks: TaskCounts, share: float | None) -> None:
        """How many tasks of a stage are in which state, from an engine that counts them without names.

        `share` (0 to 1) is finer than the counts; None = they are all there is.
        """

    def stage_skipped(self, stage: str) -> None:
        """The job does not have this stage."""

    def nodes_suited(self, count: int | None) -> None:
        """So many nodes could take its next task; None = unknown."""

    def rested(self, *, is_resting: bool) -> None:
        """Another tool made the job rest, or let it go on."""

    def logged(self, level: str, source: str, text: str) -> None:
        """Something for the job's log."""

    def memory_used(self, size_bytes: int) -> None:
        """What all processes of the job use together now."""


@dataclass(frozen=True, slots=True)
class RunOrder:
    """One run of a job.

    Args:
        job: The job's id.
        root: Its folder, prepared.
        node_limit: Asked again whenever a task is about to start; 0 = no limit.
    """

    job: str
    root: Path
    node_limit: Callable[[], int]


class OwnQueue(Protocol):
    """An engine that queues jobs itself: every queued job is `run` at once, and it is asked to hold and order them.

    A job that `run` was cancelled for is not asked to stop: `abort` and `pause` do that, before. A cancelled `run`
    alone lets the job go on in its queue, and the next `run` finds it there.
    """

    async def pause(self, job: str) -> None:
        """Let a job rest; what runs of it may end. Idempotent."""

    async def resume(self, job: str) -> None:
        """Let a job that rests go on. Idempotent."""

    async def abort(self, job: str) -> None:
        """Stop a job for good. Idempotent."""

    async def set_priority(self, job: str, priority: int) -> None:
        """Let it run before or after others, -2 to 2. Idempotent."""

    async def set_node_limit(self, job: str, nodes: int) -> None:
        """Let it use at most so many nodes, 0 = no limit. Idempotent."""

    def foreign(self) -> tuple[Job, ...]:
        """Jobs in its queue that other tools submitted, `foreign` set, their ids stable."""

    def watch_foreign(self, told: Callable[[Job], None], is_ours: Callable[[str], bool]) -> None:
        """Tell about every such job that changes from now on; `is_ours` says of a job's id whether the agent has it."""

    def watch_woken(self, told: Callable[[str], None]) -> None:
        """Tell when one of our paused jobs goes on because another tool said so."""

    async def adopt(self, job: str) -> Job:
        """Take one as ours from now on.

        Raises:
            UsageError: There is none.
        """


class NodeSteering(Protocol):
    """An engine whose nodes can be steered. Every call returns the node as it is then.

    Raises:
        UsageError: The node is unknown, or the engine has no such choice.
    """

    async def pause_node(self, node: str) -> Node:
        """Let it take no new task; the running one ends. Idempotent."""

    async def resume_node(self, node: str) -> Node:
        """Let it take tasks again. Idempotent."""

    async def quit_node(self, node: str) -> Node:
        """End its process."""

    async def set_capability(self, params: CapabilityParams) -> Node:
        """Say what of it tasks may use. Idempotent."""


class NodeReach(Protocol):
    """An engine that reaches other machines: paths and logs as they see them."""

    async def look(self, path: str) -> tuple[NodeStat, ...]:
        """What each node sees at a path. Never raises for one node's sake."""

    async def probe(self, path: str, written: str) -> tuple[NodeProbe, ...]:
        """Let each node write into a folder, read it back, remove it, and look for the agent's file `written`."""

    async def node_tail(self, params: LogsParams) -> LogsResult:
        """The end of a node's log, or what is before or after a cursor."""


class Recorder(Protocol):
    """An engine that can write what its scheduler says to a file."""

    async def record(self, *, on: bool) -> RecordResult:
        """Begin or end it. Idempotent."""


class Backend(Protocol):
    """An engine and the nodes it runs on."""

    @property
    def own_queue(self) -> OwnQueue | None:
        """Its own queue; None = the agent's queue runs one job at a time."""

    @property
    def steering(self) -> NodeSteering | None:
        """Steers its nodes; None = they cannot be."""

    @property
    def reach(self) -> NodeReach | None:
        """Reaches its nodes' machines; None = they are this one."""

    @property
    def recorder(self) -> Recorder | None:
        """Writes what its scheduler says; None = there is nothing to write."""

    @property
    def engine(self) -> EngineVersion:
        """Name and version."""

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, in the protocol's words."""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of its jobs, in order."""

    async def start(self) -> None:
        """Begin; returns when it is known what it can do, or after a few seconds. Never raises for what may come later.

        Raises:
            TiepointError: It can never work as it is set up.
        """

    def prepare(self, request: SubmitParams, root: Path) -> None:
        """Make the folder of a new job.

        Raises:
            UsageError: An unknown preset or parameter.
            OSError: The folder cannot be made.
        """

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """Run a job to its end, skipping what is done. Cancelling frees the processor within five seconds.

        Raises:
            TiepointError: Why it failed.
        """

    def nodes(self) -> tuple[Node, ...]:
        """The nodes as they are now."""

    def node_log(self, node: str) -> Path | None:
        """Where a node's log lies, None when there is no such node."""

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """Tell about every node that changes from now on."""

    async def rest(self) -> None:
        """Give memory back while there is nothing to do."""

    async def close(self) -> None:
        """End everything it started."""
