"""What is known of a scheduler at one moment, and what of it a person should hear of at once. Values; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.link import Link
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import HelloResult


@dataclass(frozen=True, slots=True)
class MonitorSnapshot:
    """Everything known about a scheduler at one moment.

    Args:
        link: Whether it is heard. While it is not up, jobs and nodes are as last heard of (`link.heard`).
        jobs: Newest first.
        nodes: By id.
        agent: Who answers: versions of agent and engine, capabilities (`jobs.priority`, ...); None before the first
            answer.

    A job or node that did not change is the same object as in the snapshot before.
    """

    link: Link
    jobs: tuple[Job, ...] = ()
    nodes: tuple[Node, ...] = ()
    agent: HelloResult | None = None

    def job(self, job_id: str) -> Job | None:
        """One job, None when it is not known."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def node(self, node_id: str) -> Node | None:
        """One node, None when it is not known."""
        return next((node for node in self.nodes if node.id == node_id), None)

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
    FIRST_FAILURE = "first-failure"
    """A task of a running job failed, or was lost and is tried again: told once a job, because a person may want to
    look before hours go by."""


@dataclass(frozen=True, slots=True)
class JobNotice:
    """Something to notify about; told exactly once, never for jobs that were over before the program started."""

    kind: NoticeKind
    job: Job
