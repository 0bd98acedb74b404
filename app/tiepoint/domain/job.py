"""Jobs and their stages, as every engine and every screen speaks of them.

Must not know where a job runs nor how its state travels. Times are aware datetimes in UTC, durations in seconds. Any
thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId


class JobState(StrEnum):
    """Where a job is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless a person asks for it."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELED)


class StageState(StrEnum):
    """Where a stage is in its life."""

    WAITING = "waiting"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class TaskCounts:
    """How many tasks of a stage are in which state."""

    waiting: int = 0
    running: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All tasks known so far."""
        return self.waiting + self.running + self.completed + self.failed


@dataclass(frozen=True, slots=True)
class StageUses:
    """What a stage can make use of: `one` node or `many`, and whether a GPU helps."""

    nodes: Literal["one", "many"] = "one"
    gpu: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is, in a unit of its own (`photos`, `pairs`, `tasks`, `bytes`).

    `total` is None while it is not known: then the bar is indeterminate, never a guess.
    """

    done: int
    total: int | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a job; `name` is one of `domain.stages.STAGES`.

    `progress` is finer than the task counts where the running task reports its own (depth maps of photos, say).
    """

    name: str
    state: StageState = StageState.WAITING
    tasks: TaskCounts = TaskCounts()
    started: datetime | None = None
    finished: datetime | None = None
    uses: StageUses = StageUses()
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Eta:
    """Remaining time as an interval, in seconds."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class Job:
    """One job as the scheduler knows it.

    Args:
        id: `YYYYMMDD-slug-6hex`; another tool's own id when `foreign`.
        name: What people call it.
        capture: Folder of the capture, as the scheduler's machine spells it.
        state: See `JobState`.
        stage: Name of the running stage, or of the last one that ran.
        stages: Every stage this job has, in order.
        progress: Of the whole job, None before anything is known.
        priority: -2 (lowest) to 2 (highest).
        node_limit: Most nodes it may use; 0 = no limit.
        user: Who submitted it.
        submitted: When it was handed to the scheduler.
        started: When the first task began.
        finished: When it was over.
        eta: Remaining time, None when it cannot be said honestly.
        error: Why it failed; also set on a paused job that an agent's sudden end interrupted (kind `interrupted`).
        foreign: Submitted by another tool; Tiepoint shows it but does not own it.
        folder: Job folder (`job.json`, `work/`, `products/`) as the scheduler's machine spells it; None when foreign.
        output: Folder on the scheduler's machine into which whole products are put, None when the client fetches them.
        preset: Preset it was submitted with.
        changes: What differs from the preset, as a fixed text; empty = nothing.
        photos: How many photos it has; 0 = unknown.
        megapixels: Of one photo, on average; 0 = unknown.
        last_line: When any of its tasks last said something: progress or a line of log.
        retried: Tasks that failed or lost their node, and were tried again.
        suitable_nodes: Nodes that could take its next task; None = unknown. 0 while it runs or waits is loud.
        published: Address of its folder in Blob, once its products are there; empty = they are not.
        is_adopted: Of a foreign job: whether somebody took it as their own.
        held: What holds it up although it is not over; it goes on by itself once that has passed.
    """

    id: JobId
    name: str
    capture: str
    state: JobState
    stage: str | None = None
    stages: tuple[Stage, ...] = ()
    progress: Progress | None = None
    priority: int = 0
    node_limit: int = 0
    user: str = ""
    submitted: datetime | None = None
    started: datetime | None = None
    finished: datetime | None = None
    eta: Eta | None = None
    error: Failure | None = None
    foreign: bool = False
    folder: str | None = None
    output: str | None = None
    preset: str = ""
    changes: str = ""
    photos: int = 0
    megapixels: float = 0.0
    last_line: datetime | None = None
    retried: int = 0
    suitable_nodes: int | None = None
    published: str = ""
    is_adopted: bool = False
    held: Failure | None = None

    @property
    def is_resumable(self) -> bool:
        """Whether asking for it again continues at the last whole task."""
        return not self.foreign and self.state in (JobState.PAUSED, JobState.FAILED, JobState.CANCELED)
