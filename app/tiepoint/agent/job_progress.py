"""Turns what a run reports into the job's stages, progress and remaining time. The loop's thread; no input or output
but the job list's.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from tiepoint.agent.jobs import JobRecord, Jobs
from tiepoint.agent.publisher import Publisher
from tiepoint.domain.estimate import Workload, remaining
from tiepoint.domain.job import Eta, Job, JobState, Progress, Stage, StageState, TaskCounts
from tiepoint.domain.stages import ROUND_STAGES
from tiepoint.protocol.events import StageChanged, TaskChange, TasksChanged

# Shares of a draft job's time, for a bar that moves evenly; the remaining time comes from history, never from these.
_WEIGHTS: Final = {
    "check": 5,
    "features": 14,
    "matching": 8,
    "alignment": 12,
    "undistortion": 4,
    "depth_maps": 28,
    "point_cloud": 7,
    "mesh": 9,
    "texture": 9,
    "export": 3,
    "report": 1,
}
_OTHER_WEIGHT: Final = 3
_TOTAL: Final = 100
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _StageRun:
    """The running stage: its tasks by state, and how far the running ones are."""

    name: str
    waiting: set[str]
    running: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    completed: set[str] = field(default_factory=set)
    began_s: float = field(default_factory=time.monotonic)
    was_resumed: bool = False
    # From an engine that counts its tasks without names.
    counted: TaskCounts | None = None
    counted_share: float | None = None

    @property
    def counts(self) -> TaskCounts:
        return self.counted or TaskCounts(len(self.waiting), len(self.running), len(self.completed))

    @property
    def share(self) -> float:
        if self.counted is not None:
            return (
                self.counted.completed / max(self.counted.total, 1)
                if self.counted_share is None
                else self.counted_share
            )
        partly = sum(done / total for done, total in self.running.values() if total)
        return (len(self.completed) + partly) / max(self.counts.total, 1)

    @property
    def progress(self) -> Progress:
        """The tasks' own units when a single task knows its total, else tasks."""
        total_tasks = self.counts.total
        if total_tasks == 1 and self.running:
            done, total = next(iter(self.running.values()))
            return Progress(done, total, "bytes" if self.name in ROUND_STAGES else "")
        if total_tasks == 1 and self.counted_share is not None:
            return Progress(int(_TOTAL * self.counted_share), _TOTAL, "percent")
        return Progress(self.counts.completed, total_tasks, "tasks")


class JobProgress:
    """Listens to one run of a job.

    Args:
        record: The job.
        jobs: The list it is in.
        publisher: Who is told.
    """

    def __init__(self, record: JobRecord, jobs: Jobs, publisher: Publisher) -> None:
        self._record = record
        self._jobs = jobs
        self._publisher = publisher
        self._run: _StageRun | None = None
        self._best = 0
        self._spent_s: dict[str, float] = {}
        self._memory_bytes = 0
        self._retried = record.job.retried

    def stage_started(self, stage: str, tasks: Sequence[str], done: Sequence[str]) -> None:
        """See `backend.RunListener`."""
        self._run = _StageRun(stage, set(tasks) - set(done), completed=set(done), was_resumed=bool(done))
        self._set_stage(StageState.RUNNING, started=datetime.now(UTC), finished=None, keep=True)
        text = f"started: {len(tasks)} tasks, {len(done)} done before" if tasks else "started"
        self._jobs.log(self._record, "info", stage, text)

    def task_started(self, stage: str, task: str, worker: str) -> None:
        """See `backend.RunListener`."""
        run = self._running(stage)
        run.waiting.discard(task)
        self._retried += task in run.running  # the node that had it has gone without a word
        run.running[task] = (0, None)
        self._tell_task(run, TaskChange(task, "running", worker))

    def task_progressed(self, stage: str, task: str, done: int, total: int | None) -> None:
        """See `backend.RunListener`."""
        run = self._running(stage)
        if task in run.running:
            run.running[task] = (done, total)
            self._set_stage(StageState.RUNNING)

    def task_finished(self, stage: str, task: str) -> None:
        """See `backend.RunListener`."""
        run = self._running(stage)
        run.waiting.discard(task)
        run.running.pop(task, None)
        run.completed.add(task)
        self._tell_task(run, TaskChange(task, "completed"))

    def task_returned(self, stage: str, task: str) -> None:
        """A task lost its node and waits again."""
        run = self._running(stage)
        self._retried += run.counted is not None or task in run.running
        if run.running.pop(task, None) is not None:
            run.waiting.add(task)
            self._tell_task(run, TaskChange(task, "waiting"))
        elif run.counted is not None:
            self._set_stage(StageState.RUNNING)

    def stage_counted(self, stage: str, tasks: TaskCounts, share: float | None) -> None:
        """See `backend.RunListener`."""
        run = self._running(stage)
        earlier, run.counted, run.counted_share = run.counts, tasks, share
        if tasks != earlier:
            self._publisher.tell(TasksChanged(self._record.job.id, run.name, tasks))
        self._set_stage(StageState.RUNNING)

    def stage_skipped(self, stage: str) -> None:
        """See `backend.RunListener`."""
        job = self._record.job
        stages = tuple(
            replace(known, state=StageState.SKIPPED) if known.name == stage else known for known in job.stages
        )
        self._jobs.put(self._record, replace(job, stages=stages))

    def nodes_suited(self, count: int | None) -> None:
        """See `backend.RunListener`."""
        if self._record.job.suitable_nodes != count:
            self._jobs.put(self._record, replace(self._record.job, suitable_nodes=count), keep=False)

    def rested(self, *, is_resting: bool) -> None:
        """See `backend.RunListener`."""
        job = self._record.job
        state = JobState.PAUSED if is_resting else JobState.RUNNING if job.started else JobState.QUEUED
        if job.state is not state and not job.state.is_over:
            self._jobs.put(self._record, replace(job, state=state, eta=None))
            self._jobs.log(self._record, "info", "agent", "paused by another tool" if is_resting else "goes on")

    def stage_finished(self, stage: str, *, seconds: float, cpu_seconds: float) -> None:
        """See `backend.RunListener`."""
        run = self._running(stage)
        took_s = time.monotonic() - run.began_s
        if not run.was_resumed and self._record.job.photos:
            self._remember(stage, took_s)
        self._set_stage(StageState.COMPLETED, finished=datetime.now(UTC), keep=True)
        self._jobs.log(
            self._record,
            "info",
            stage,
            f"completed in {took_s:.1f} s; tasks took {cpu_seconds:.1f} s of processor time",
        )

    def memory_used(self, size_bytes: int) -> None:
        """See `backend.RunListener`."""
        self._memory_bytes = max(self._memory_bytes, size_bytes)

    def logged(self, level: str, source: str, text: str) -> None:
        """See `backend.RunListener`."""
        # Told with the next change: a talkative task must not make as many changes of its job.
        self._record.job = replace(self._record.job, last_line=datetime.now(UTC))
        self._jobs.log(self._record, level, source, text)

    def _running(self, stage: str) -> _StageRun:
        if self._run is None or self._run.name != stage:
            self._run = _StageRun(stage, set())
        return self._run

    def _tell_task(self, run: _StageRun, change: TaskChange) -> None:
        self._publisher.tell(TasksChanged(self._record.job.id, run.name, run.counts, (change,)))
        self._set_stage(StageState.RUNNING)

    def _set_stage(self, state: StageState, *, keep: bool = False, **times: datetime | None) -> None:
        run = self._run
        if run is None:
            return
        earlier = next((stage for stage in self._record.job.stages if stage.name == run.name), Stage(run.name))
        stage = replace(earlier, state=state, tasks=run.counts, progress=run.progress, **times)  # type: ignore[arg-type]
        self._publisher.tell(StageChanged(self._record.job.id, stage))
        self._jobs.put(self._record, self._with_stage(stage, run), keep=keep)

    def _with_stage(self, stage: Stage, run: _StageRun) -> Job:
        job = self._record.job
        stages = tuple(stage if known.name == stage.name else known for known in job.stages)
        if stage not in stages:
            stages = (*stages, stage)
        share = 1.0 if stage.state is StageState.COMPLETED else run.share
        self._best = max(self._best, _percent(stages, stage.name, share))
        progress = Progress(self._best, _TOTAL, "percent")
        now = datetime.now(UTC)
        return replace(
            job,
            state=JobState.RUNNING if job.state is JobState.QUEUED else job.state,
            started=job.started or now,
            stage=stage.name,
            stages=stages,
            progress=progress,
            eta=self._eta(stages, run, share),
            last_line=now,
            retried=self._retried,
        )

    def _remember(self, stage: str, took_s: float) -> None:
        """Add a stage's time to what the job took; alignment may come in rounds, whose times add up."""
        self._spent_s[stage] = self._spent_s.get(stage, 0.0) + took_s
        try:
            self._jobs.remember(
                self._record, stages={stage: round(self._spent_s[stage], 2)}, memory_bytes=self._memory_bytes
            )
        except sqlite3.Error as failure:
            _log.warning("the time of a stage could not be kept: %s", failure)

    def _eta(self, stages: Sequence[Stage], run: _StageRun, share: float) -> Eta | None:
        at = next((index for index, stage in enumerate(stages) if stage.state is StageState.RUNNING), None)
        job = self._record.job
        if at is None:
            return job.eta
        left = remaining(
            Workload(job.preset, job.photos, job.megapixels, job.changes),
            [stage.name for stage in stages[at:] if stage.state is not StageState.COMPLETED or stage.name == run.name],
            self._jobs.past_runs(),
            share_done=share,
            elapsed_s=None if run.was_resumed else time.monotonic() - run.began_s,
        )
        return None if left.total is None else Eta(round(left.total.low_s, 1), round(left.total.high_s, 1))


def _percent(stages: Sequence[Stage], running: str, share: float) -> int:
    there = [stage for stage in stages if stage.state is not StageState.SKIPPED]
    weights = {stage.name: _WEIGHTS.get(stage.name, _OTHER_WEIGHT) for stage in there}
    done = sum(weights[stage.name] for stage in there if stage.state is StageState.COMPLETED and stage.name != running)
    return int(_TOTAL * (done + weights.get(running, 0) * min(share, 1.0)) / max(sum(weights.values()), 1))
