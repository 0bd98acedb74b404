"""A failed job as a card: cause, proof, remedy, what was kept, and nothing that could steer who shows it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.errors import error_types
from tiepoint.domain.failure import Failure
from tiepoint.domain.failure_card import KeptStage, failure_card
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.protocol.events import LogLine

T0 = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WHY = Failure("out-of-memory", "The stage mesh needed too much memory.", "Use draft.", detail="rss 19.0 GB\nexit 137")
FAILED = Job(
    JobId("20261125-a-000001"),
    "A",
    "/c",
    JobState.FAILED,
    stage="mesh",
    finished=T0,
    error=WHY,
    stages=(
        Stage("features", StageState.COMPLETED, TaskCounts(completed=3)),
        Stage("depth_maps", StageState.COMPLETED, TaskCounts(completed=18)),
        Stage("mesh", StageState.FAILED, TaskCounts(failed=1), T0 - timedelta(seconds=41), T0),
        Stage("texture", StageState.WAITING, TaskCounts(waiting=1)),
    ),
)


def _line(text: str, level: str = "info", source: str = "mesh") -> LogLine:
    return LogLine(T0, text, level, source)


def test_a_card_says_it_all() -> None:
    lines = [
        _line("blurred", "warning", "check"),
        _line("killing worker-1", "error"),
        _line("failed: " + WHY.summary, "error", "agent"),
        _line("rss 19.0 GB", "error", "agent"),
    ]
    card = failure_card(FAILED, lines)
    assert card is not None
    assert (card.kind, card.title, card.remedy) == ("out-of-memory", WHY.summary, "Use draft.")
    assert (card.stage, card.when, card.ran_s) == ("mesh", T0, 41.0)
    assert card.kept == (KeptStage("features", 3, 3), KeptStage("depth_maps", 18, 18))
    assert card.proof == "mesh: killing worker-1"
    assert card.raw == "rss 19.0 GB\nexit 137"
    assert card.explanation


def test_the_proof_is_what_is_nearest_to_the_cause() -> None:
    def proof(*lines: LogLine) -> str:
        card = failure_card(FAILED, lines)
        assert card is not None
        return card.proof

    assert proof() == "exit 137"
    assert proof(_line("all well")) == "exit 137"
    assert proof(_line("odd", "warning"), _line("broken", "error", "agent")) == "mesh: odd"
    assert proof(_line("first", "error", ""), _line("last", "error", "")) == "last"


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.COMPLETED, JobState.CANCELED, JobState.QUEUED])
def test_other_jobs_have_no_card(state: JobState) -> None:
    assert failure_card(replace(FAILED, state=state), []) is None
    assert failure_card(replace(FAILED, state=JobState.PAUSED, error=None), []) is None


def test_a_job_that_is_held_up_has_a_card_of_what_holds_it() -> None:
    silent = Failure("silent-folder", "The folder /work does not answer.", "Look at the storage.", retryable=True)
    running = replace(FAILED, state=JobState.RUNNING, error=None, held=silent, finished=None)
    card = failure_card(running, [_line("killing worker-1", "error")])
    assert card is not None
    assert (card.kind, card.title, card.remedy, card.proof) == ("silent-folder", silent.summary, silent.remedy, "")
    assert card.explanation
    assert failure_card(replace(running, state=JobState.COMPLETED), []) is None


@pytest.mark.parametrize("kind", [*error_types(), "interrupted", "nonsense"])
def test_every_kind_has_a_remedy(kind: str) -> None:
    paused = replace(FAILED, state=JobState.PAUSED, error=Failure(kind, "It stopped."))
    card = failure_card(paused, [])
    assert card is not None
    assert card.remedy


def test_a_job_without_a_reason_still_has_a_card() -> None:
    card = failure_card(replace(FAILED, error=None, stages=(), stage=None), [])
    assert card is not None
    assert (card.title, card.stage, card.kept, card.proof) == ("The job failed without saying why.", None, (), "")


@given(st.text(), st.text(), st.text(), st.sampled_from(["info", "warning", "error", "strange"]))
def test_nothing_in_it_can_steer_who_shows_it(summary: str, detail: str, text: str, level: str) -> None:
    failed = replace(FAILED, error=Failure("engine", summary, detail=detail))
    card = failure_card(failed, [_line(text, level, "mesh/0")])
    assert card is not None
    shown = card.title + card.remedy + card.proof + card.raw.replace("\n", "")
    assert all(sign.isprintable() or sign == " " or sign in "\u00a0\u3000" or sign.isspace() for sign in shown)
    assert "\x1b" not in shown
