"""The eye on a scheduler: one long task that follows it for the life of the panel.

Connection state is never job state: a lost link leaves jobs and nodes as they were last heard of, and says so once.
Must not know what runs the jobs (`ports.scheduler`). On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.errors import (
    AgentTooNew,
    AgentTooOld,
    HostKeyChanged,
    KeyRefused,
    SignInNeeded,
    TiepointError,
)
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.job_journal import EntryKind, JournalEntry, changes
from tiepoint.domain.job_order import NewestFirst
from tiepoint.domain.link import Link, LinkState
from tiepoint.ports.scheduler import ConnectionState, Scheduler, SchedulerSnapshot
from tiepoint.services.event import Event
from tiepoint.services.job_log import FollowedLog
from tiepoint.services.monitor_snapshot import JobNotice, MonitorSnapshot, NoticeKind
from tiepoint.services.waiting import until_done_or_set

__all__ = ["JobMonitor", "JobNotice", "MonitorSnapshot", "NoticeKind"]
_KEPT_ENTRIES: Final = 1000
_REBUILT_JOBS: Final = 40
_PAUSES_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
_PATIENT_S: Final = 60.0
"""Until what only a person can change is tried again by itself."""
_PERSON_NEEDED: Final = (HostKeyChanged, KeyRefused, SignInNeeded, AgentTooOld, AgentTooNew)
_LINKS: Final = {
    ConnectionState.CONNECTING: LinkState.CONNECTING,
    ConnectionState.CONNECTED: LinkState.CONNECTED,
    ConnectionState.LOST: LinkState.LOST,
}


class JobMonitor:
    """Follows one scheduler.

    Args:
        scheduler: The scheduler.
        now: The clock.
        sleep: Waits between attempts and looks; a test gives its own.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: Event[MonitorSnapshot] = Event()
        """Every new snapshot, up to ten a second; coalesce before painting."""
        self.noticed: Event[JobNotice] = Event()
        self.journaled: Event[JournalEntry] = Event()
        """Each new entry of `journal`."""
        self._scheduler = scheduler
        self._now = now
        self._sleep = sleep
        self._snapshot = MonitorSnapshot(Link(LinkState.CONNECTING, now()))
        self._jobs: Mapping[JobId, Job] | None = None
        self._journal: deque[JournalEntry] = deque(maxlen=_KEPT_ENTRIES)
        self._task: asyncio.Task[None] | None = None
        self._stopped: dict[JobId, datetime] = {}
        self._failed_once: set[JobId] = set()
        self._logs: set[FollowedLog] = set()
        self._was_held = False
        self._expects_end = False
        self._try_now = asyncio.Event()
        self._offset_s = 0.0
        self._order = NewestFirst()

    @property
    def snapshot(self) -> MonitorSnapshot:
        """What is known now."""
        return self._snapshot

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """What happened, oldest first; the last 1000 entries, those of earlier days rebuilt from the jobs' times."""
        return tuple(self._journal)

    def start(self) -> None:
        """Begin to follow; returns at once, whether or not there is an agent. Calling it again does nothing."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._follow(), name="job monitor")

    @property
    def is_followed(self) -> bool:
        """Whether the agent is listened to, or somebody tries to reach it."""
        return self._task is not None

    async def stop(self) -> None:
        """Stop following (not the agent, not its jobs)."""
        for log in tuple(self._logs):
            log.close()
            await log.ended()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def hold(self) -> None:
        """Let go of the agent and do not start it again by itself: somebody stops it on purpose. State `STOPPED`."""
        self._was_held = True
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._put_link(LinkState.STOPPED, None)

    def expect_end(self) -> None:
        """The agent was asked to end once it is idle: when it goes, let it go, as after `hold`."""
        self._expects_end = self._was_held = True

    @property
    def is_end_expected(self) -> bool:
        """Whether the agent was asked to end once it is idle."""
        return self._expects_end

    def release(self) -> None:
        """Follow again, starting the agent when it is not there."""
        self._expects_end = False
        if self._task is None:
            self._put_link(LinkState.CONNECTING, None)
        self.start()

    def try_now(self) -> None:
        """Try a lost link again at once instead of at `Link.next_try`; otherwise nothing happens."""
        if self._snapshot.link.next_try is not None:
            self._try_now.set()
            self._scheduler.try_now()

    def follow_log(self, job: JobId) -> FollowedLog:
        """Follow a job's log until the result is closed; any number may follow the same job."""
        self._logs = {log for log in self._logs if log.is_open}
        log = FollowedLog(job, self._scheduler, self, self._sleep)
        self._logs.add(log)
        return log

    def is_up(self) -> bool:
        """Whether the scheduler is heard now."""
        return self._snapshot.link.is_up

    def job(self, job_id: JobId) -> Job | None:
        """A job as last heard of, None when it is not known."""
        return (self._jobs or {}).get(job_id)

    def stopped(self, job_id: JobId) -> datetime | None:
        """When a job was last seen to stop running; None when it was not seen."""
        return self._stopped.get(job_id)

    async def _follow(self) -> None:
        failures = 0
        while True:
            try:
                async with contextlib.aclosing(self._scheduler.follow()) as snapshots:
                    async for snapshot in snapshots:
                        if self._expects_end and snapshot.connection is ConnectionState.LOST:
                            return self._let_go(snapshot)
                        await self._take(snapshot)
                        failures = 0
            except TiepointError as error:
                await self._wait(Failure.of(error), _pause_s(error, failures))
                failures += 1

    async def _wait(self, problem: Failure, pause_s: float) -> None:
        self._put_link(LinkState.LOST, problem, retry_s=pause_s)
        self._try_now.clear()
        await until_done_or_set(self._sleep(pause_s), self._try_now)
        self._put_link(LinkState.LOST, problem)

    def _let_go(self, last: SchedulerSnapshot) -> None:
        """Keep the last words of an agent that ended as told; a job's end may have come with the lost link."""
        self._task = None
        self._was_held = True
        self._take_jobs(last.jobs)
        self._put(last)
        self._put_link(LinkState.STOPPED, None, last.heard)

    async def _take(self, told: SchedulerSnapshot) -> None:
        if told.connection is ConnectionState.CONNECTED and not self._snapshot.link.is_up:
            with contextlib.suppress(TiepointError):
                agent = await self._scheduler.hello()
                self._snapshot = dataclasses.replace(self._snapshot, agent=agent)
        self._offset_s = told.offset_s
        if told.connection is ConnectionState.CONNECTED:
            self._take_jobs(told.jobs)
            self._was_held = self._expects_end
        self._put(told)
        self._put_link(_LINKS[told.connection], told.problem, told.heard, told.retry_s)

    def _put(self, told: SchedulerSnapshot) -> None:
        jobs = self._order.put(told.jobs)
        self._snapshot = dataclasses.replace(self._snapshot, jobs=jobs, nodes=tuple(told.nodes.values()))

    def _take_jobs(self, jobs: Mapping[JobId, Job]) -> None:
        """Tell what happened to the jobs since the last look; the first look tells nothing but rebuilds the past."""
        earlier, self._jobs = self._jobs, jobs
        if earlier is None:
            self._rebuild(self._order.put(jobs)[:_REBUILT_JOBS])
        else:
            for job in [job for job in jobs.values() if earlier.get(job.id) is not job]:
                self._tell(earlier.get(job.id), job)

    def _rebuild(self, jobs: Iterable[Job]) -> None:
        past = [entry for job in jobs for entry in changes(None, job, job.started or job.submitted or self._now())]
        self._journal.extend(sorted(past, key=lambda entry: entry.time))

    def _tell(self, before: Job | None, after: Job) -> None:
        now = self._now() + timedelta(seconds=self._offset_s)  # by the clock that jobs and recordings are told by
        for entry in changes(before, after, now):
            self._enter(entry)
        if before is not None and before.state is JobState.RUNNING and after.state is not JobState.RUNNING:
            self._stopped[after.id] = now
        kind = None if before is not None and before.state is after.state else _notice_kind(after)
        if kind is not None and not (kind is NoticeKind.ATTENTION and self._was_held):
            self.noticed.emit(JobNotice(kind, after))
        elif kind is None and before is not None and _has_failures(after) and not _has_failures(before):
            self._first_failure(after)

    def _first_failure(self, job: Job) -> None:
        if job.state is JobState.RUNNING and job.id not in self._failed_once:
            self._failed_once.add(job.id)
            self.noticed.emit(JobNotice(NoticeKind.FIRST_FAILURE, job))

    def _enter(self, entry: JournalEntry) -> None:
        self._journal.append(entry)
        self.journaled.emit(entry)

    def _put_link(
        self,
        state: LinkState,
        problem: Failure | None,
        heard: datetime | None = None,
        retry_s: float | None = None,
    ) -> None:
        before = self._snapshot.link
        since = before.since if before.state is state else self._now()
        next_try = None if retry_s is None else self._now() + timedelta(seconds=retry_s)
        link = Link(state, since, heard or before.heard, problem, next_try, self._offset_s)
        self._snapshot = dataclasses.replace(self._snapshot, link=link)
        if before.state is not state and state is LinkState.LOST:
            self._enter(JournalEntry(since, EntryKind.LINK_LOST, failure=problem))
        if before.state is LinkState.LOST and state is LinkState.CONNECTED:
            self._enter(JournalEntry(since, EntryKind.LINK_BACK))
        self.changed.emit(self._snapshot)


def _pause_s(error: TiepointError, failures: int) -> float:
    if isinstance(error, _PERSON_NEEDED):
        return _PATIENT_S
    return _PAUSES_S[min(failures, len(_PAUSES_S) - 1)]


def _has_failures(job: Job) -> bool:
    return job.retried > 0 or any(stage.tasks.failed for stage in job.stages)


def _notice_kind(job: Job) -> NoticeKind | None:
    if job.state is JobState.COMPLETED:
        return NoticeKind.COMPLETED
    if job.state is JobState.FAILED:
        return NoticeKind.FAILED
    is_stuck = job.state is JobState.PAUSED and job.error is not None
    return NoticeKind.ATTENTION if is_stuck else None
