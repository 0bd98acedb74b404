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
    ADOPT = "adopt"
    """Another tool's job becomes one's own."""
    STOP_FOREIGN = "stop_foreign"
    """Another tool's job is stopped for good."""
    OPEN_RESULT = "open_result"
    OPEN_FOLDER = "open_folder"


def allowed(
    job: Job, snapshot: MonitorSnapshot, *, is_here: bool = True, came: Path | None = None
) -> frozenset[JobAction]:
    """Return what may be done with a job now.

    Args:
        job: The job.
        snapshot: Whether its scheduler is there, and what it can do. Without it, only what is on disk is offered.
        is_here: Whether it runs on this computer; folders of other machines cannot be opened.
        came: The folder on this computer to which its products came down; None = they did not.
    """
    found = {JobAction.OPEN_FOLDER} if (is_here and job.folder is not None) or came is not None else set()
    if job.state is JobState.COMPLETED and products_of(job, is_here=is_here, came=came) is not None:
        found.add(JobAction.OPEN_RESULT)
    if snapshot.link.is_up and snapshot.agent is not None:
        actions = _of_others(job) if job.foreign and not job.is_adopted else _by_state(job.state)
        found |= {action for action in actions if _is_capable(action, snapshot)}
    return frozenset(found)


def products_of(job: Job, *, is_here: bool = True, came: Path | None = None) -> Path | None:
    """Return the folder on this computer with a job's products, None when there is none."""
    if came is not None:
        return came / "products"
    if not is_here:
        return None
    if job.output is not None:
        return Path(job.output)
    return None if job.folder is None else Path(job.folder) / "products"


def _of_others(job: Job) -> set[JobAction]:
    return set() if job.state.is_over else {JobAction.ADOPT, JobAction.STOP_FOREIGN}


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
        JobAction.ADOPT: Capability.ADOPT_JOB,
        JobAction.STOP_FOREIGN: Capability.ADOPT_JOB,
    }.get(action)
    return needed is None or snapshot.can(needed.value)
