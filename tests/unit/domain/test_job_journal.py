"""What happened to a job, told from two looks at it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.job_journal import EntryKind, changes

T0 = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
NOW = T0 + timedelta(hours=1)
QUEUED = Job(JobId("20261125-a-000001"), "A", "/c", JobState.QUEUED, submitted=T0, stages=(Stage("check"),))
RUNNING = replace(QUEUED, state=JobState.RUNNING, started=T0 + timedelta(seconds=1))
CHECKED = Stage("check", StageState.COMPLETED, started=T0 + timedelta(seconds=1), finished=T0 + timedelta(seconds=3))
WHY = Failure("interrupted", "The agent ended.")


def _kinds(before: Job | None, after: Job) -> list[EntryKind]:
    return [entry.kind for entry in changes(before, after, NOW)]


def test_nothing_changed_is_nothing() -> None:
    assert changes(RUNNING, RUNNING, NOW) == ()
    assert _kinds(RUNNING, replace(RUNNING, priority=2)) == []


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        (None, QUEUED, [EntryKind.SUBMITTED]),
        (QUEUED, RUNNING, [EntryKind.STARTED]),
        (RUNNING, replace(RUNNING, stages=(CHECKED,)), [EntryKind.STAGE_FINISHED]),
        (RUNNING, replace(RUNNING, state=JobState.PAUSED), [EntryKind.PAUSED]),
        (RUNNING, replace(RUNNING, state=JobState.PAUSED, error=WHY), [EntryKind.INTERRUPTED]),
        (replace(RUNNING, state=JobState.PAUSED), replace(RUNNING, state=JobState.QUEUED), [EntryKind.RESUMED]),
        (replace(RUNNING, state=JobState.PAUSED), RUNNING, [EntryKind.RESUMED]),
        (replace(RUNNING, state=JobState.FAILED), RUNNING, [EntryKind.RETRIED]),
        (RUNNING, replace(RUNNING, state=JobState.FAILED, error=WHY), [EntryKind.FAILED]),
        (RUNNING, replace(RUNNING, state=JobState.CANCELED), [EntryKind.CANCELED]),
    ],
)
def test_each_change_has_its_entry(before: Job | None, after: Job, kinds: list[EntryKind]) -> None:
    assert _kinds(before, after) == kinds


def test_a_job_never_seen_before_tells_its_whole_life_in_order() -> None:
    done = replace(RUNNING, state=JobState.COMPLETED, stages=(CHECKED,), finished=T0 + timedelta(seconds=9))
    entries = changes(None, done, NOW)
    expected = [EntryKind.SUBMITTED, EntryKind.STARTED, EntryKind.STAGE_FINISHED, EntryKind.COMPLETED]
    assert [entry.kind for entry in entries] == expected
    assert [entry.seconds for entry in entries] == [None, None, 2.0, 8.0]
    assert entries[2].stage == "check"


def test_an_outline_that_gets_its_stages_back_tells_nothing() -> None:
    done = replace(RUNNING, state=JobState.COMPLETED, stages=(CHECKED,), finished=NOW)
    assert _kinds(replace(done, stages=()), done) == []
    assert _kinds(done, replace(done, stages=())) == []
