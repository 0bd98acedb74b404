"""Jobs: submitting them, following them, and telling them to stop or go on.

Must not know what runs them (`ports.scheduler`). On the loop's thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiepoint.domain.capture import Capture
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node
from tiepoint.domain.presets import parameters_for
from tiepoint.ports.scheduler import ConnectionState, Scheduler, SchedulerSnapshot
from tiepoint.protocol.events import LogLine
from tiepoint.protocol.methods import SubmitParams


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What a person wants made of a capture.

    Args:
        preset: One of `PRESET_NAMES`.
        changes: Parameters that differ from the preset, by name, as values or their text.
        output: Folder for the products; None = they stay in the job's folder.
        name: What people call the job; empty = the capture's name.
        products: Products wanted; empty = all.
        priority: -2 (runs last) to 2 (runs first).
    """

    preset: str
    output: Path | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    products: tuple[str, ...] = ()
    priority: int = 0


class JobService:
    """Jobs of one scheduler."""

    def __init__(self, scheduler: Scheduler, new_key: Callable[[], str]) -> None:
        self._scheduler = scheduler
        self._new_key = new_key

    async def submit(self, capture: Capture, request: JobRequest) -> Job:
        """Hand in a job.

        Raises:
            UsageError: An unknown preset or parameter, or a value out of its range.
            TiepointError: As `Scheduler.submit`.
        """
        parameters = parameters_for(request.preset, request.changes).to_dict()
        return await self._scheduler.submit(
            SubmitParams(
                capture=str(capture.folder),
                preset=request.preset,
                key=self._new_key(),
                name=request.name or capture.name,
                parameters={name: parameters[name] for name in request.changes},
                products=request.products,
                priority=request.priority,
                output=None if request.output is None else str(request.output),
            )
        )

    async def jobs(self) -> tuple[Job, ...]:
        """All jobs, newest first."""
        return await self._scheduler.jobs()

    async def nodes(self) -> tuple[Node, ...]:
        """All nodes."""
        return await self._scheduler.nodes()

    async def find(self, text: str) -> Job:
        """Find the job a person means: its id, the beginning or the end of one, or its name.

        Raises:
            UsageError: None fits, or several do.
        """
        jobs = await self._scheduler.jobs()
        found = _meant(jobs, text)
        if len(found) == 1:
            return found[0]
        if not found:
            raise UsageError(f"There is no job “{text}”.", remedy="See them all with: tiepoint jobs")
        raise UsageError(
            f"“{text}” fits {len(found)} jobs.", remedy=f"Name one of {', '.join(job.id for job in found[:5])}."
        )

    async def newest(self) -> Job:
        """The job submitted last.

        Raises:
            UsageError: There is none.
        """
        return _first([job for job in await self._scheduler.jobs() if not job.foreign])

    async def to_resume(self) -> Job:
        """The job a plain `resume` means: the newest unfinished one, else the newest of all.

        Raises:
            UsageError: There is none.
        """
        jobs = [job for job in await self._scheduler.jobs() if not job.foreign]
        return _first([*(job for job in jobs if job.state is not JobState.COMPLETED), *jobs])

    async def pause(self, job: JobId) -> Job:
        """Stop a job for now."""
        return await self._scheduler.pause(job)

    async def abort(self, job: JobId) -> Job:
        """Stop a job; what was done is kept, and `go_on` continues there."""
        return await self._scheduler.abort(job)

    async def resume(self, job: JobId) -> Job:
        """Let a paused job go on; raises UsageError when it is over."""
        return await self._scheduler.resume(job)

    async def retry(self, job: JobId) -> Job:
        """Let a failed or aborted job go on at its last whole task; raises UsageError when it is completed."""
        return await self._scheduler.retry(job)

    async def set_priority(self, job: JobId, priority: int) -> Job:
        """Let a job run before or after others: -2 (last) to 2 (first). What runs already is not interrupted.

        Raises:
            UsageError: No such priority or job.
        """
        return await self._scheduler.set_priority(job, priority)

    async def set_node_limit(self, job: JobId, nodes: int) -> Job:
        """Let a job use at most so many nodes at once, 0 = no limit; tasks that run are not interrupted.

        Raises:
            UsageError: No such number or job.
        """
        return await self._scheduler.set_node_limit(job, nodes)

    async def running(self) -> tuple[Job, ...]:
        """Own jobs that run or wait in the queue, newest first: what to ask about before the program ends."""
        return tuple(job for job in await self._scheduler.jobs() if _is_under_way(job))

    async def pause_all(self) -> tuple[Job, ...]:
        """Pause every own job that runs or waits, those that wait first, and return once all have stopped.

        A job that ends by itself meanwhile is left out.

        Returns:
            The paused jobs.
        """
        waiting_first = sorted(await self.running(), key=lambda job: job.state is JobState.RUNNING)
        paused = []
        for job in waiting_first:
            with contextlib.suppress(UsageError):
                paused.append(await self._scheduler.pause(job.id))
        return tuple(paused)

    async def go_on(self, job: Job) -> Job:
        """Let a job go on at its last whole task, however it stopped; one that runs or is complete stays as it is."""
        if job.state is JobState.PAUSED:
            return await self._scheduler.resume(job.id)
        if job.state in (JobState.FAILED, JobState.CANCELED):
            return await self._scheduler.retry(job.id)
        return job

    async def log(self, job: JobId, lines: int) -> tuple[LogLine, ...]:
        """The end of a job's log."""
        return (await self._scheduler.logs(job, lines=lines)).lines

    async def follow(self, job: JobId) -> AsyncGenerator[FollowedJob, None]:
        """Follow a job until it is over, paused by somebody, or gone.

        Yields:
            The job after each change, and whether the link to its scheduler is up; the last one is the end.

        Raises:
            UsageError: The scheduler does not know the job (any more).
            AgentUnavailable: The scheduler cannot be reached at all.
        """
        last: FollowedJob | None = None
        async with contextlib.aclosing(self._scheduler.follow()) as snapshots:
            async for snapshot in snapshots:
                followed = _followed(snapshot, job)
                if followed is None:
                    raise UsageError(f"The scheduler no longer knows the job {job}.", remedy="See: tiepoint jobs")
                if followed != last:
                    yield followed
                last = followed
                if followed.is_connected and _is_at_rest(followed.job):
                    return


@dataclass(frozen=True, slots=True)
class FollowedJob:
    """A job as last heard of; `trouble` says why the link is down, None when it is up."""

    job: Job
    trouble: str | None = None

    @property
    def is_connected(self) -> bool:
        """Whether this is the scheduler's present truth."""
        return self.trouble is None


def _is_under_way(job: Job) -> bool:
    return not job.foreign and job.state in (JobState.QUEUED, JobState.RUNNING)


def _is_at_rest(job: Job) -> bool:
    return job.state.is_over or job.state is JobState.PAUSED


def _followed(snapshot: SchedulerSnapshot, job_id: JobId) -> FollowedJob | None:
    job = snapshot.jobs.get(job_id)
    if job is None:
        return None
    if snapshot.connection is ConnectionState.CONNECTED:
        return FollowedJob(job)
    return FollowedJob(job, snapshot.problem.summary if snapshot.problem else "Connecting again.")


def _meant(jobs: Sequence[Job], text: str) -> list[Job]:
    exact = [job for job in jobs if job.id == text]
    partly = [job for job in jobs if text and (job.id.startswith(text) or job.id.endswith(text))]
    return exact or partly or [job for job in jobs if job.name == text]


def _first(jobs: Sequence[Job]) -> Job:
    if jobs:
        return jobs[0]
    raise UsageError("There is no job yet.", remedy="Start one with: tiepoint run PHOTOS -o FOLDER")
