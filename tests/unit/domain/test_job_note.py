"""What is worth saying of a job in a list: the most urgent thing alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tiepoint.domain.failure import Failure
from tiepoint.domain.heartbeat import Heartbeat
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Stage, StageState, StageUses, TaskCounts
from tiepoint.domain.job_note import JobNote, NoteFacts, NoteKind, job_note

MESH = (Stage("mesh", StageState.RUNNING), Stage("texture", uses=StageUses("many", gpu=True)))
JOB = Job(JobId("20261126-a-000001"), "A", "/c", JobState.RUNNING, stage="mesh", stages=MESH)
FAILURE = Failure("engine", "It could not.")


@pytest.mark.parametrize(
    ("job", "facts", "note"),
    [
        (JOB, NoteFacts(), JobNote(NoteKind.NOTHING)),
        (JOB, NoteFacts(has_history=False), JobNote(NoteKind.FIRST_RUN)),
        (JOB, NoteFacts(nodes=8, idle=7), JobNote(NoteKind.IDLE_NODES, 7, 8)),
        (JOB, NoteFacts(nodes=2, idle=1), JobNote(NoteKind.NOTHING)),
        (replace(JOB, retried=14), NoteFacts(nodes=8, idle=7), JobNote(NoteKind.RETRIED, 14)),
        (
            replace(JOB, stages=(Stage("mesh", StageState.RUNNING, TaskCounts(failed=2)),)),
            NoteFacts(),
            JobNote(NoteKind.RETRIED, 2),
        ),
        (replace(JOB, retried=14), NoteFacts(heartbeat=Heartbeat(900, 600)), JobNote(NoteKind.STUCK, seconds=900)),
        (JOB, NoteFacts(heartbeat=Heartbeat(500, 600)), JobNote(NoteKind.NOTHING)),
        (replace(JOB, suitable_nodes=0, retried=3), NoteFacts(nodes=8), JobNote(NoteKind.NO_NODE, 0, 8)),
        (replace(JOB, state=JobState.QUEUED, suitable_nodes=0), NoteFacts(nodes=4), JobNote(NoteKind.NO_NODE, 0, 4)),
        (
            replace(JOB, held=FAILURE, suitable_nodes=0),
            NoteFacts(heartbeat=Heartbeat(900, 600)),
            JobNote(NoteKind.HELD),
        ),
        (replace(JOB, held=FAILURE, state=JobState.COMPLETED), NoteFacts(), JobNote(NoteKind.READY)),
        (replace(JOB, state=JobState.QUEUED), NoteFacts(), JobNote(NoteKind.QUEUED)),
        (replace(JOB, foreign=True, suitable_nodes=0), NoteFacts(), JobNote(NoteKind.FOREIGN)),
        (replace(JOB, foreign=True, is_adopted=True), NoteFacts(), JobNote(NoteKind.NOTHING)),
        (replace(JOB, foreign=True, state=JobState.COMPLETED), NoteFacts(is_here=False), JobNote(NoteKind.THERE)),
        (replace(JOB, state=JobState.COMPLETED), NoteFacts(), JobNote(NoteKind.READY)),
        (replace(JOB, state=JobState.CANCELED), NoteFacts(), JobNote(NoteKind.KEPT)),
        (replace(JOB, state=JobState.FAILED, error=FAILURE), NoteFacts(), JobNote(NoteKind.FAILED)),
        (replace(JOB, state=JobState.PAUSED, error=FAILURE), NoteFacts(), JobNote(NoteKind.INTERRUPTED)),
        (replace(JOB, state=JobState.PAUSED), NoteFacts(), JobNote(NoteKind.NOTHING)),
    ],
)
def test_the_most_urgent_thing_is_said(job: Job, facts: NoteFacts, note: JobNote) -> None:
    assert job_note(job, facts) == note
