"""How long a job takes and what it needs, learned from earlier runs on the same computer: ranges, never a guess.

One rule for the panel (before a job, and per stage while it runs) and for the agent (`Job.eta`). Must not read
anything. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PastRun:
    """What a job that ran on this computer took.

    Args:
        job: Its id.
        preset: Its preset.
        changes: What differed from the preset, as a fixed text; only runs of the same text are compared.
        photos: How many photos it had.
        megapixels: Of one photo, on average; 0 = unknown.
        stages: Wall seconds of each stage that ran through without a break.
        finished: When its last stage ended, UTC.
        memory_bytes: Most memory its processes used together; 0 = unknown.
        is_complete: Whether it ran to its end.
    """

    job: str
    preset: str
    photos: int
    megapixels: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    changes: str = ""
    finished: datetime | None = None
    memory_bytes: int = 0
    is_complete: bool = True


@dataclass(frozen=True, slots=True)
class Workload:
    """What is to be run: see `PastRun` for the fields."""

    preset: str
    photos: int
    megapixels: float = 0.0
    changes: str = ""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """A time as an interval in seconds; `low_s` is at most `high_s`."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class StageEstimate:
    """One stage: its range, None when this computer never timed it for a comparable job."""

    stage: str
    time: TimeRange | None


@dataclass(frozen=True, slots=True)
class TimeEstimate:
    """How long something takes.

    Args:
        total: All of it; None = not enough history (`runs` is then 0, or a stage was never timed).
        stages: Each stage that was asked about, in order.
        runs: From how many earlier runs on this computer it is.
    """

    total: TimeRange | None
    stages: tuple[StageEstimate, ...] = ()
    runs: int = 0


@dataclass(frozen=True, slots=True)
class MemoryEstimate:
    """Most memory a job will use.

    Args:
        low_bytes: At least about so much.
        high_bytes: At most about so much.
        runs: From how many earlier runs; 0 = from the sizes of photos and preset alone.
    """

    low_bytes: int
    high_bytes: int
    runs: int = 0


def expected(workload: Workload, stages: Sequence[str], history: Sequence[PastRun]) -> TimeEstimate:
    """Estimate how long a whole job takes.

    Args:
        workload: What is to be run.
        stages: Stages it will have, in order.
        history: Earlier runs on this computer, in any order.
    """
    raise NotImplementedError


def remaining(
    workload: Workload, stages: Sequence[str], history: Sequence[PastRun], *, share_done: float
) -> TimeEstimate:
    """Estimate the time to the end of a running job.

    Args:
        workload: What runs.
        stages: Stages to come, the running one first.
        history: Earlier runs on this computer.
        share_done: How much of the first stage is done, 0 to 1.
    """
    raise NotImplementedError


def memory_needed(workload: Workload, history: Sequence[PastRun]) -> MemoryEstimate:
    """Estimate the memory at the job's peak."""
    raise NotImplementedError


def basis_text(runs: int) -> str:
    """Say where an estimate comes from: `from 3 earlier runs on this computer`."""
    if runs <= 0:
        return "not enough history on this computer"
    return f"from {runs} earlier run{'s' if runs != 1 else ''} on this computer"
