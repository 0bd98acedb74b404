"""What may be done with a job in its state, with the scheduler as it is: only that is offered. Pure; any thread."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from tiepoint.domain.job import Job, JobState
from tiepoint.protocol.hello import Capability
from tiepoint.services.monitor import MonitorSnapshot


class JobAction(StrEnum):
    """Something a person can do with a job."""

    PAUSE = "pause"
    RESUME = "resume"
    GO_ON = "go_on"
    """A failed or stopped job continues at its last whole task."""
    STOP = "stop"
    PRIORITY = "priority"
    OPEN_RESULT = "open_result"
    OPEN_FOLDER = "open_folder"


def allowed(job: Job, snapshot: MonitorSnapshot) -> frozenset[JobAction]:
    """Return what may be done with a job now.

    Args:
        job: The job.
        snapshot: Whether its scheduler is there, and what it can do. Without it, only what is on disk is offered.
    """
    found = {JobAction.OPEN_FOLDER} if job.folder is not None else set()
    if job.state is JobState.COMPLETED and products_of(job) is not None:
        found.add(JobAction.OPEN_RESULT)
    if snapshot.link.is_up and not job.foreign:
        found |= {action for action in _by_state(job.state) if _is_capable(action, snapshot)}
    return frozenset(found)


def products_of(job: Job) -> Path | None:
    """Return the folder with a job's products, None when it is not known."""
    if job.output is not None:
        return Path(job.output)
    return None if job.folder is None else Path(job.folder) / "products"


def _by_state(state: JobState) -> set[JobAction]:
    if state in (JobState.QUEUED, JobState.RUNNING):
        return {JobAction.PAUSE, JobAction.STOP, JobAction.PRIORITY}
    if state is JobState.PAUSED:
        return {JobAction.RESUME, JobAction.STOP, JobAction.PRIORITY}
    if state in (JobState.FAILED, JobState.CANCELED):
        return {JobAction.GO_ON}
    return set()


def _is_capable(action: JobAction, snapshot: MonitorSnapshot) -> bool:
    needed = {
        JobAction.PAUSE: Capability.PAUSE_JOB,
        JobAction.RESUME: Capability.PAUSE_JOB,
        JobAction.GO_ON: Capability.RETRY_JOB,
        JobAction.PRIORITY: Capability.PRIORITY,
    }.get(action)
    return needed is None or snapshot.can(needed.value)
