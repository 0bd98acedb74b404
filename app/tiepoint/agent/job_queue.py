"""Which job runs: one at a time, by priority, then by age, or all that wait where the engine queues them itself; and
how jobs are stopped and go on. The loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from tiepoint.agent.backend import Backend, OwnQueue
from tiepoint.agent.job_run import JobRun
from tiepoint.agent.jobs import INTERRUPTED, JobRecord, Jobs
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.refusal import wrong_state
from tiepoint.domain.errors import Canceled, EngineFailure, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import JobState, Stage, StageState, TaskCounts
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
    """Runs the queued jobs: one at a time, or all at once where the engine has a queue of its own.

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
        self._running: dict[str, _Running] = {}
        self._is_closed = False

    @property
    def is_busy(self) -> bool:
        """Whether a job runs or is about to."""
        return bool(self._running)

    def start_next(self) -> None:
        """Start what may start now."""
        for record in self._due():
            self._start(record)
        self._changed()

    async def pause(self, record: JobRecord) -> None:
        """Stop a job for now.

        Raises:
            Refusal: It is over.
            TiepointError: The engine's queue refuses or cannot be reached.
        """
        if record.job.state is JobState.PAUSED:
            return
        if record.job.state.is_over:
            raise wrong_state(record.job.id, record.job.state, "paused")
        if self._own is not None:
            await self._own.pause(record.job.id)
        if not record.job.foreign:
            await self._stop(record, JobState.PAUSED, None)

    async def abort(self, record: JobRecord) -> None:
        """Stop a job; one that is over stays as it is.

        Raises:
            TiepointError: The engine's queue refuses or cannot be reached.
        """
        if record.job.state.is_over:
            return
        if self._own is not None:
            await self._own.abort(record.job.id)
        if not record.job.foreign:
            await self._stop(record, JobState.CANCELED, None)

    async def resume(self, record: JobRecord) -> None:
        """Queue a job that was paused, aborted or failed; it continues at its last whole task.

        Raises:
            Refusal: It is completed.
            TiepointError: The engine's queue refuses or cannot be reached.
        """
        running = self._running.get(record.job.id)
        if running is not None and running.is_stopping:
            await running.settled.wait()  # it was told to stop before it was told to go on
        if record.job.state is JobState.COMPLETED or (record.job.foreign and record.job.state.is_over):
            raise wrong_state(record.job.id, record.job.state, "resumed")
        if record.job.state in (JobState.QUEUED, JobState.RUNNING):
            return
        if self._own is not None:
            await self._own.resume(record.job.id)
        if not record.job.foreign and record.job.id not in self._running:
            self._queue(record)

    async def set_priority(self, record: JobRecord, priority: int) -> None:
        """Let a job run before or after others.

        Raises:
            TiepointError: The engine's queue refuses or cannot be reached.
        """
        if self._own is not None:
            await self._own.set_priority(record.job.id, priority)
        self._jobs.put(record, replace(record.job, priority=priority))

    async def set_node_limit(self, record: JobRecord, nodes: int) -> None:
        """Let a job use at most so many nodes.

        Raises:
            TiepointError: The engine's queue refuses or cannot be reached.
        """
        if self._own is not None:
            await self._own.set_node_limit(record.job.id, nodes)
        self._jobs.put(record, replace(record.job, node_limit=nodes))

    def wake(self, job: str) -> None:
        """Follow a paused job again that another tool let go on."""
        record = self._jobs.get(job)
        if record.job.state is JobState.PAUSED and job not in self._running:
            self._queue(record)

    def hold(self) -> None:
        """Start no further job; the running one goes on."""
        self._is_closed = True

    async def close(self) -> None:
        """Start no other job and stop the running ones, which the next agent can resume.

        Those in the engine's own queue go on there, and the next agent follows them again.
        """
        self.hold()
        then, error = (JobState.PAUSED, INTERRUPTED) if self._own is None else (JobState.QUEUED, None)
        await asyncio.gather(*(self._stop(running.record, then, error) for running in tuple(self._running.values())))

    @property
    def _own(self) -> OwnQueue | None:
        return self._backend.own_queue

    def _due(self) -> list[JobRecord]:
        if self._is_closed or (self._running and self._own is None):
            return []
        queued = [
            record
            for record in self._jobs
            if record.job.state is JobState.QUEUED and record.job.id not in self._running
        ]
        queued.sort(key=lambda record: -record.job.priority)
        return queued[:1] if self._own is None else queued

    def _queue(self, record: JobRecord) -> None:
        self._jobs.put(record, replace(record.job, state=JobState.QUEUED, error=None, finished=None))
        self._jobs.log(record, "info", "agent", "queued again")
        self.start_next()

    def _start(self, record: JobRecord) -> None:
        job = replace(record.job, error=None, held=None)
        if self._own is None:
            job = replace(job, state=JobState.RUNNING, started=job.started or datetime.now(UTC))
        self._jobs.put(record, job)
        self._jobs.log(record, "info", "agent", "started" if self._own is None else "handed to the engine's queue")
        task = asyncio.get_running_loop().create_task(self._run(record), name=f"job {job.id}")
        self._running[job.id] = _Running(record, task)
        # A task cancelled before its first step never runs its body, so the end is settled here.
        task.add_done_callback(lambda done: self._settle(record, done))

    async def _run(self, record: JobRecord) -> None:
        await JobRun(record, self._jobs, self._publisher, self._backend).run()

    async def _stop(self, record: JobRecord, state: JobState, error: Failure | None) -> None:
        running = self._running.get(record.job.id)
        if running is None:
            self._end(record, state, error)
            return
        running.then, running.error = state, error
        if not running.is_stopping:
            # A second cancel would cut short the cleaning up after the first.
            running.is_stopping = True
            running.task.cancel()
        await running.settled.wait()

    def _settle(self, record: JobRecord, task: asyncio.Task[None]) -> None:
        running = self._running.pop(record.job.id, None)
        if task.cancelled() and running is not None:
            self._end(record, running.then, running.error)
        elif task.cancelled():
            self._end(record, JobState.PAUSED, INTERRUPTED)
        else:
            problem = task.exception()
            state = JobState.COMPLETED if problem is None else JobState.FAILED
            state = JobState.CANCELED if isinstance(problem, Canceled) else state
            self._end(record, state, None if problem is None else _failure(problem))
        if running is not None:
            running.settled.set()
        self.start_next()

    def _end(self, record: JobRecord, state: JobState, error: Failure | None) -> None:
        finished = datetime.now(UTC) if state.is_over else None
        job = replace(record.job, state=state, error=error, finished=finished, eta=None, suitable_nodes=None, held=None)
        stages = tuple(_stopped(stage, state) for stage in job.stages)
        if state is JobState.COMPLETED:
            job = replace(job, progress=JobShare(100, 100, "percent"))
            self._remember_whole(record)
        self._jobs.put(record, replace(job, stages=stages))
        reason = f": {error.summary}" if error else ""
        self._jobs.log(record, "error" if state is JobState.FAILED else "info", "agent", f"{state.value}{reason}")
        if error and error.detail:
            self._jobs.log(record, "error", "agent", error.detail[-2000:])

    def _remember_whole(self, record: JobRecord) -> None:
        try:
            self._jobs.remember(record, is_complete=True)
        except sqlite3.Error as failure:
            _log.warning("what job %s took could not be kept: %s", record.job.id, failure)


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
