"""The one thing that is worth saying of a job in a list of many: what is most urgent. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tiepoint.domain.heartbeat import Heartbeat
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.parking import needs_many, running_stage

_LEAST_IDLE: Final = 2


class NoteKind(StrEnum):
    """What it is."""

    FAILED = "failed"
    INTERRUPTED = "interrupted"
    HELD = "held"
    """Its folder does not answer."""
    FOREIGN = "foreign"
    """Submitted by another tool, and nobody took it as their own."""
    NO_NODE = "no_node"
    """None of the nodes suits its next task: it stands still until one does."""
    STUCK = "stuck"
    RETRIED = "retried"
    IDLE_NODES = "idle_nodes"
    FIRST_RUN = "first_run"
    QUEUED = "queued"
    READY = "ready"
    """The result can be looked at."""
    THERE = "there"
    """The result is whole, and lies on the cluster."""
    KEPT = "kept"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class JobNote:
    """A note.

    Args:
        kind: See `NoteKind`.
        count: Of what it is about.
        total: Of how many.
        seconds: Of silence, for `STUCK`.
    """

    kind: NoteKind
    count: int = 0
    total: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class NoteFacts:
    """What a note needs besides the job.

    Args:
        nodes: Nodes that are there.
        idle: Of these, nodes that wait for a task.
        heartbeat: How alive it is; None = unknown.
        has_history: Whether earlier jobs of its kind are known; None = nobody knows yet.
        is_here: Whether its products lie on this computer.
    """

    nodes: int = 0
    idle: int = 0
    heartbeat: Heartbeat | None = None
    has_history: bool | None = None
    is_here: bool = True


def job_note(job: Job, facts: NoteFacts) -> JobNote:
    """Return what is to be said of a job."""
    if job.error is not None and job.state in (JobState.FAILED, JobState.PAUSED):
        return JobNote(NoteKind.FAILED if job.state is JobState.FAILED else NoteKind.INTERRUPTED)
    if job.held is not None and not job.state.is_over:
        return JobNote(NoteKind.HELD)
    if job.foreign and not job.is_adopted and not job.state.is_over:
        return JobNote(NoteKind.FOREIGN)
    if job.state in (JobState.RUNNING, JobState.QUEUED) and job.suitable_nodes == 0:
        return JobNote(NoteKind.NO_NODE, 0, facts.nodes)
    if job.state is JobState.RUNNING:
        return _running(job, facts)
    if job.state is JobState.COMPLETED and not facts.is_here:
        return JobNote(NoteKind.THERE)
    return JobNote(_AT_REST.get(job.state, NoteKind.NOTHING))


_AT_REST: Final = {
    JobState.QUEUED: NoteKind.QUEUED,
    JobState.COMPLETED: NoteKind.READY,
    JobState.CANCELED: NoteKind.KEPT,
}


def _running(job: Job, facts: NoteFacts) -> JobNote:
    beat = facts.heartbeat
    if beat is not None and beat.is_stuck:
        return JobNote(NoteKind.STUCK, seconds=beat.quiet_s)
    returned = job.retried or sum(stage.tasks.failed for stage in job.stages)
    if returned:
        return JobNote(NoteKind.RETRIED, returned)
    stage = running_stage(job)
    if stage is not None and not needs_many(stage) and facts.idle >= _LEAST_IDLE:
        return JobNote(NoteKind.IDLE_NODES, facts.idle, facts.nodes)
    return JobNote(NoteKind.FIRST_RUN if facts.has_history is False else NoteKind.NOTHING)
