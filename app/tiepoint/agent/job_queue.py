"""Which job runs: one at a time, by priority, then by age; and how jobs are stopped and go on. The loop's thread."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tiepoint.agent.backend import Backend
from tiepoint.agent.job_run import JobRun
from tiepoint.agent.jobs import INTERRUPTED, JobRecord, Jobs
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.refusal import wrong_state
from tiepoint.domain.errors import EngineFailure, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.domain.job import Progress as JobShare

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Running:
    record: JobRecord
    task: asyncio.Task[None]
    # What the job becomes when its task is cancelled.
    then: JobState = JobState.PAUSED
    error: Failure | None = INTERRUPTED
    is_stopping: bool = False
    settled: asyncio.Event = field(default_factory=asyncio.Event)


class JobQueue:
    """Runs the queued jobs.

    Args:
        jobs: The list of jobs.
        publisher: Who is told.
        backend: The engine.
        changed: Called whenever work begins or ends.
    """

    def __init__(self, jobs: Jobs, publisher: Publisher, backend: Backend, changed: Callable[[], None]) -> None:
        self._jobs = jobs
        self._publisher = publisher
        self._backend = backend
        self._changed = changed
        self._running: _Running | None = None
        self._is_closed = False

    @property
    def is_busy(self) -> bool:
        """Whether a job runs or is about to."""
        return self._running is not None

    def start_next(self) -> None:
        """Start the next job unless one runs."""
        if self._running is not None:
            return
        queued = [record for record in self._jobs if record.job.state is JobState.QUEUED]
        if queued and not self._is_closed:
            self._start(max(queued, key=lambda record: record.job.priority))
        self._changed()

    async def pause(self, record: JobRecord) -> None:
        """Stop a job for now.

        Raises:
            Refusal: It is over.
        """
        if record.job.state is JobState.PAUSED:
            return
        if record.job.state.is_over:
            raise wrong_state(record.job.id, record.job.state, "paused")
        await self._stop(record, JobState.PAUSED, None)

    async def abort(self, record: JobRecord) -> None:
        """Stop a job; one that is over stays as it is."""
        if not record.job.state.is_over:
            await self._stop(record, JobState.CANCELED, None)

    def resume(self, record: JobRecord) -> None:
        """Queue a job that was paused, aborted or failed; it continues at its last whole task.

        Raises:
            Refusal: It is completed.
        """
        if record.job.state is JobState.COMPLETED:
            raise wrong_state(record.job.id, record.job.state, "resumed")
        if record.job.state in (JobState.QUEUED, JobState.RUNNING):
            return
        self._jobs.put(record, replace(record.job, state=JobState.QUEUED, error=None, finished=None))
        self._jobs.log(record, "info", "agent", "queued again")
        self.start_next()

    def hold(self) -> None:
        """Start no further job; the running one goes on."""
        self._is_closed = True

    async def close(self) -> None:
        """Stop the running job, which can be resumed by the next agent, and start no other."""
        self.hold()
        if self._running is not None:
            await self._stop(self._running.record, JobState.PAUSED, INTERRUPTED)

    def _start(self, record: JobRecord) -> None:
        job = replace(record.job, state=JobState.RUNNING, started=record.job.started or datetime.now(UTC), error=None)
        self._jobs.put(record, job)
        self._jobs.log(record, "info", "agent", "started")
        task = asyncio.get_running_loop().create_task(self._run(record), name=f"job {job.id}")
        self._running = _Running(record, task)
        # A task cancelled before its first step never runs its body, so the end is settled here.
        task.add_done_callback(lambda done: self._settle(record, done))

    async def _run(self, record: JobRecord) -> None:
        await JobRun(record, self._jobs, self._publisher, self._backend).run()

    async def _stop(self, record: JobRecord, state: JobState, error: Failure | None) -> None:
        running = self._running
        if running is None or running.record is not record:
            self._end(record, state, error)
            return
        running.then, running.error = state, error
        if not running.is_stopping:
            # A second cancel would cut short the cleaning up after the first.
            running.is_stopping = True
            running.task.cancel()
        await running.settled.wait()

    def _settle(self, record: JobRecord, task: asyncio.Task[None]) -> None:
        running, self._running = self._running, None
        if task.cancelled() and running is not None:
            self._end(record, running.then, running.error)
        elif task.cancelled():
            self._end(record, JobState.PAUSED, INTERRUPTED)
        else:
            problem = task.exception()
            state = JobState.COMPLETED if problem is None else JobState.FAILED
            self._end(record, state, None if problem is None else _failure(problem))
        if running is not None:
            running.settled.set()
        self.start_next()

    def _end(self, record: JobRecord, state: JobState, error: Failure | None) -> None:
        finished = datetime.now(UTC) if state.is_over else None
        job = replace(record.job, state=state, error=error, finished=finished, eta=None)
        stages = tuple(_stopped(stage, state) for stage in job.stages)
        if state is JobState.COMPLETED:
            job = replace(job, progress=JobShare(100, 100, "percent"))
            self._remember_whole(record)
        self._put_last(record, replace(job, stages=stages))
        reason = f": {error.summary}" if error else ""
        self._jobs.log(record, "error" if state is JobState.FAILED else "info", "agent", f"{state.value}{reason}")
        if error and error.detail:
            self._jobs.log(record, "error", "agent", error.detail[-2000:])

    def _remember_whole(self, record: JobRecord) -> None:
        try:
            self._jobs.remember(record, is_complete=True)
        except sqlite3.Error as failure:
            _log.warning("what job %s took could not be kept: %s", record.job.id, failure)

    def _put_last(self, record: JobRecord, job: Job) -> None:
        """Keep the end of a job; on a full disk it is told at least."""
        try:
            self._jobs.put(record, job)
        except sqlite3.Error as failure:
            _log.error("the end of job %s could not be kept: %s", job.id, failure)
            self._jobs.put(record, job, keep=False)


def _stopped(stage: Stage, state: JobState) -> Stage:
    """Return a stage as it is when its job has ended: nothing of it runs any more."""
    if stage.state is not StageState.RUNNING:
        return stage
    counts = stage.tasks
    if state is JobState.FAILED:
        tasks = TaskCounts(counts.waiting, 0, counts.completed, max(counts.running, 1))
        return replace(stage, state=StageState.FAILED, tasks=tasks, finished=datetime.now(UTC))
    tasks = TaskCounts(counts.waiting + counts.running, 0, counts.completed, 0)
    return replace(stage, state=StageState.WAITING, tasks=tasks)


def _failure(problem: BaseException) -> Failure:
    if isinstance(problem, TiepointError):
        return Failure.of(problem)
    _log.error("a job ended unexpectedly", exc_info=problem)
    return Failure.of(
        EngineFailure(
            "The job ended because of a mistake in the program.",
            remedy="Resume it; if it ends again, report it with the log.",
            retryable=True,
            detail=f"{type(problem).__name__}: {problem}",
        )
    )
