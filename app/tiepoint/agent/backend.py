"""What the agent asks of the engine behind it, whichever that is. Declarations only; the agent's loop thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.node import Node
from tiepoint.protocol.hello import EngineVersion
from tiepoint.protocol.methods import SubmitParams


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


class Backend(Protocol):
    """An engine and the nodes it runs on."""

    @property
    def engine(self) -> EngineVersion:
        """Name and version."""

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What it can do, in the protocol's words."""

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages of its jobs, in order."""

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
