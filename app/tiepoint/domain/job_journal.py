"""What happened to jobs, as a list of dated entries: told by comparing a job with what it was before.

Must not keep the list (`services.monitor` does). Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, StageState


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
    found = [*_begun(before, after, now), *_stages(before, after), *_moved(before, after, now)]
    return tuple(sorted(found, key=lambda entry: entry.time))


def _begun(before: Job | None, after: Job, now: datetime) -> Iterator[JournalEntry]:
    if before is None:
        yield _entry(after, EntryKind.SUBMITTED, after.submitted or now)
    if after.started is not None and (before is None or before.started is None):
        yield _entry(after, EntryKind.STARTED, after.started)


def _stages(before: Job | None, after: Job) -> Iterator[JournalEntry]:
    """A stage that was not known before belongs to a job of which only an outline was sent."""
    earlier = None if before is None else {stage.name: stage for stage in before.stages}
    for stage in after.stages:
        known = None if earlier is None else earlier.get(stage.name)
        was_open = earlier is None or (known is not None and known.finished != stage.finished)
        if stage.state is StageState.COMPLETED and stage.finished is not None and was_open:
            seconds = _between(stage.started, stage.finished)
            yield _entry(after, EntryKind.STAGE_FINISHED, stage.finished, stage=stage.name, seconds=seconds)


def _moved(before: Job | None, after: Job, now: datetime) -> Iterator[JournalEntry]:
    state, earlier = after.state, None if before is None else before.state
    if state is earlier:
        return
    if state.is_over:
        kind = EntryKind(state.value)
        stage = after.stage if state is JobState.FAILED else None
        seconds = _between(after.started, after.finished) if state is JobState.COMPLETED else None
        yield _entry(after, kind, after.finished or now, stage=stage, seconds=seconds, failure=after.error)
    elif state is JobState.PAUSED:
        kind = EntryKind.PAUSED if after.error is None else EntryKind.INTERRUPTED
        yield _entry(after, kind, now, failure=after.error)
    elif earlier is JobState.PAUSED:
        yield _entry(after, EntryKind.RESUMED, now)
    elif earlier in (JobState.FAILED, JobState.CANCELED):
        yield _entry(after, EntryKind.RETRIED, now)


def _entry(
    job: Job,
    kind: EntryKind,
    time: datetime,
    *,
    stage: str | None = None,
    seconds: float | None = None,
    failure: Failure | None = None,
) -> JournalEntry:
    return JournalEntry(time, kind, job.id, job.name, stage, seconds, failure)


def _between(started: datetime | None, finished: datetime | None) -> float | None:
    return None if started is None or finished is None else max(0.0, (finished - started).total_seconds())
