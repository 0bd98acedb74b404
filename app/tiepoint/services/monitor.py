"""The eye on a scheduler: one long task that follows it for the life of the panel.

Connection state is never job state: a lost link leaves jobs and nodes as they were last heard of, and says so once.
Must not know what runs the jobs (`ports.scheduler`). On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.job_journal import JournalEntry
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.node import Node
from tiepoint.ports.scheduler import Scheduler
from tiepoint.protocol.hello import HelloResult
from tiepoint.services.event import Event
from tiepoint.services.job_log import FollowedLog


@dataclass(frozen=True, slots=True)
class MonitorSnapshot:
    """Everything known about a scheduler at one moment.

    Args:
        link: Whether it is heard. While it is not up, jobs and nodes are as last heard of (`link.heard`).
        jobs: Newest first.
        nodes: By id.
        agent: Who answers: versions of agent and engine, capabilities (`jobs.priority`, ...); None before the first
            answer.
    """

    link: Link
    jobs: tuple[Job, ...] = ()
    nodes: tuple[Node, ...] = ()
    agent: HelloResult | None = None

    def job(self, job_id: str) -> Job | None:
        """One job, None when it is not known."""
        return next((job for job in self.jobs if job.id == job_id), None)

    @property
    def running(self) -> Job | None:
        """The job that runs now, None when none does."""
        return next((job for job in self.jobs if job.state is JobState.RUNNING), None)

    @property
    def unfinished(self) -> tuple[Job, ...]:
        """Own jobs that run or wait in the queue: what to ask about before the panel closes."""
        return tuple(job for job in self.jobs if job.state in (JobState.RUNNING, JobState.QUEUED) and not job.foreign)

    def can(self, capability: str) -> bool:
        """Whether the agent can do something (see `protocol.hello.Capability`)."""
        return self.agent is not None and capability in self.agent.capabilities


class NoticeKind(StrEnum):
    """What a person should hear of even while looking elsewhere."""

    COMPLETED = "completed"
    FAILED = "failed"
    ATTENTION = "attention"
    """The job stopped without being asked to (interrupted) and waits for a person."""


@dataclass(frozen=True, slots=True)
class JobNotice:
    """Something to notify about; told exactly once, never for jobs that were over before the program started."""

    kind: NoticeKind
    job: Job


class JobMonitor:
    """Follows one scheduler.

    Args:
        scheduler: The scheduler.
        now: The clock.
        sleep: Waits between attempts and looks; a test gives its own.
    """

    def __init__(
        self, scheduler: Scheduler, now: Callable[[], datetime], sleep: Callable[[float], Awaitable[None]] | None = None
    ) -> None:
        self.changed: Event[MonitorSnapshot] = Event()
        """Every new snapshot: up to some dozens a second while a job runs; coalesce before painting."""
        self.noticed: Event[JobNotice] = Event()
        self.journaled: Event[JournalEntry] = Event()
        """Each new entry of `journal`."""
        self._scheduler = scheduler
        self._now = now
        self._snapshot = MonitorSnapshot(Link(LinkState.CONNECTING, now()))

    @property
    def snapshot(self) -> MonitorSnapshot:
        """What is known now."""
        return self._snapshot

    @property
    def journal(self) -> tuple[JournalEntry, ...]:
        """What happened, oldest first; the last 1000 entries, those of earlier days rebuilt from the jobs' times."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin to follow; returns at once, whether or not there is an agent. Calling it again does nothing."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Stop following (not the agent, not its jobs)."""

    def hold(self) -> None:
        """Let go of the agent and do not start it again by itself: somebody stops it on purpose. State `STOPPED`."""
        raise NotImplementedError

    def release(self) -> None:
        """Follow again, starting the agent when it is not there."""
        raise NotImplementedError

    def follow_log(self, job: JobId) -> FollowedLog:
        """Follow a job's log until the result is closed; any number may follow the same job."""
        raise NotImplementedError
