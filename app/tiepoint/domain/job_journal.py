"""What happened to jobs, as a list of dated entries: told by comparing a job with what it was before.

Must not keep the list (`services.monitor` does). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job


class EntryKind(StrEnum):
    """What happened."""

    SUBMITTED = "submitted"
    STARTED = "started"
    STAGE_FINISHED = "stage_finished"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    RESUMED = "resumed"
    RETRIED = "retried"
    CANCELED = "canceled"
    FAILED = "failed"
    COMPLETED = "completed"
    LINK_LOST = "link_lost"
    LINK_BACK = "link_back"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the activity list.

    Args:
        time: When, UTC.
        kind: What.
        job: Of which job; None for what concerns the link.
        name: The job's name for people.
        stage: The stage it is about, for `STAGE_FINISHED` and `FAILED`.
        seconds: How long the stage (`STAGE_FINISHED`) or the whole job (`COMPLETED`) took; None when unknown.
        failure: Why, for `FAILED`, `INTERRUPTED` and `LINK_LOST`.
    """

    time: datetime
    kind: EntryKind
    job: JobId | None = None
    name: str = ""
    stage: str | None = None
    seconds: float | None = None
    failure: Failure | None = None


def changes(before: Job | None, after: Job, now: datetime) -> tuple[JournalEntry, ...]:
    """Tell what happened to a job between two looks at it, oldest first.

    Args:
        before: The job as it was; None when it was not known.
        after: The job as it is.
        now: When it was seen, for what has no time of its own.
    """
    raise NotImplementedError
