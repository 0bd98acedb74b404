"""How long jobs take and what they need, from what this computer has done before.

Must not hold rules (`domain.estimate`, `domain.space`) nor read files. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.estimate import (
    MemoryEstimate,
    PastRun,
    TimeEstimate,
    TimeRange,
    Workload,
    basis_text,
    changes_text,
    expected,
    memory_needed,
    remaining,
)
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.presets import parameters_for
from tiepoint.domain.space import output_bytes, work_bytes
from tiepoint.domain.stages import OPEN_ENGINE_STAGES
from tiepoint.ports.scheduler import Scheduler
from tiepoint.services.event import Event
from tiepoint.services.monitor import JobMonitor, JobNotice, MonitorSnapshot, NoticeKind

_NO_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class JobEstimate:
    """What a job will take.

    Args:
        time: How long; `time.total` is None while there is not enough history.
        memory: Most memory at once.
        work_bytes: Disk needed at its fullest, the kept copy of the photos included.
        output_bytes: Disk needed for the products.
    """

    time: TimeEstimate
    memory: MemoryEstimate
    work_bytes: int
    output_bytes: int

    @property
    def basis(self) -> str:
        """Where the time comes from, in plain words."""
        return basis_text(self.time.runs if self.time.total is not None else 0)


class Estimates:
    """Knows the history of this computer; `changed` tells that it has grown.

    Args:
        scheduler: Has the history.
        monitor: Tells when to ask for it again.
        now: The clock.
    """

    def __init__(
        self, scheduler: Scheduler, monitor: JobMonitor, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.changed: Event[None] = Event()
        self._scheduler = scheduler
        self._now = now
        self._history: tuple[PastRun, ...] = ()
        self._asking: asyncio.Task[None] | None = None
        self._was_up = False
        monitor.changed.subscribe(self._on_monitor_changed)
        monitor.noticed.subscribe(self._on_noticed)

    async def refresh(self) -> None:
        """Ask the agent for the history. Never raises: without an answer the known history stays."""
        try:
            history = await self._scheduler.timings()
        except TiepointError:
            return
        if history != self._history:
            self._history = history
            self.changed.emit(None)

    def before(
        self,
        photos: int,
        *,
        megapixels: float,
        photo_bytes: int,
        preset: str,
        changes: Mapping[str, Any] | None = None,
    ) -> JobEstimate:
        """Estimate a job that is not submitted yet; immediate, from the history known now.

        Args:
            photos: How many photos.
            megapixels: Of one photo, on average; 0 = unknown.
            photo_bytes: Bytes of all photos.
            preset: One of `PRESET_NAMES`.
            changes: Parameters that differ from the preset.

        Raises:
            UsageError: An unknown preset or parameter.
        """
        parameters = parameters_for(preset, changes)
        workload = Workload(preset, photos, megapixels, changes_text(changes))
        return JobEstimate(
            expected(workload, OPEN_ENGINE_STAGES, self._history),
            memory_needed(workload, parameters, self._history),
            work_bytes(photos, photo_bytes, parameters) + photo_bytes,
            output_bytes(photos, photo_bytes, parameters),
        )

    def remaining(self, job: Job) -> TimeEstimate:
        """Estimate what is left of a job: in total, and for the running and each coming stage.

        The total of a running job is the agent's own (`Job.eta`), which is the same rule with a closer look; a job
        that waits or is paused has what it will take from here. Nothing is left of a completed one.
        """
        left = [stage for stage in job.stages if stage.state is not StageState.COMPLETED]
        if job.state is JobState.COMPLETED:
            return TimeEstimate(TimeRange(0.0, 0.0))
        running = next((stage for stage in left if stage.state is StageState.RUNNING), None)
        share = 0.0 if running is None else _share(running)
        # The pace of a stage that an earlier run began cannot be told from here; the agent's total knows it.
        elapsed_s = self._elapsed_s(running) if share < _NO_SHARE else None
        workload = Workload(job.preset, job.photos, job.megapixels, job.changes)
        found = remaining(
            workload, [stage.name for stage in left], self._history, share_done=share, elapsed_s=elapsed_s
        )
        if job.state is JobState.RUNNING:
            total = None if job.eta is None else TimeRange(job.eta.low_s, job.eta.high_s)
            return TimeEstimate(total, found.stages, found.runs)
        return found

    async def stop(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    def _elapsed_s(self, running: Stage | None) -> float | None:
        if running is None or running.started is None:
            return None
        return max(0.0, (self._now() - running.started).total_seconds())

    def _on_monitor_changed(self, snapshot: MonitorSnapshot) -> None:
        is_up, was_up, self._was_up = snapshot.link.is_up, self._was_up, snapshot.link.is_up
        if is_up and not was_up:
            self._ask()

    def _on_noticed(self, notice: JobNotice) -> None:
        if notice.kind is NoticeKind.COMPLETED:
            self._ask()

    def _ask(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.get_running_loop().create_task(self.refresh(), name="history of jobs")


def _share(stage: Stage) -> float:
    if stage.progress is not None and stage.progress.total:
        return stage.progress.done / stage.progress.total
    return stage.tasks.completed / max(stage.tasks.total, 1)
