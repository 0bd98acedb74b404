"""The cause behind what engines write, in their words; and what is said of it here and on a cluster."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.failure import Failure
from tiepoint.domain.failure_card import failure_card
from tiepoint.domain.failure_cause import cause_of
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.protocol.events import LogLine

T0 = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Out of memory: Killed process 20417 (metashape) total-vm:498211840kB", "out-of-memory"),
        ("terminate called after throwing an instance of 'std::bad_alloc'", "out-of-memory"),
        ("worker exited with code 137 in BuildModel", "out-of-memory"),
        ("CUDA_ERROR_OUT_OF_MEMORY: out of memory (2)", "out-of-memory"),
        ("OSError: [Errno 28] No space left on device", "no-space"),
        ("Not enough disk space", "no-space"),
        ("No license found. Details: no valid license", "licence"),
        ("License has expired", "licence"),
        ("Can't open file: /work/captures/a/photos/1.jpg: No such file or directory (2)", "missing-path"),
        ("Error: Empty camera list", "no-tie-points"),
        ("Error: Zero resolution", "no-tie-points"),
        ("distributed.scheduler.KilledWorker: attempted to run on 3 workers", "worker-lost"),
        ("VM was preempted at 14:07", "worker-lost"),
        ("Something else", "engine"),
    ],
)
def test_the_cause_is_read_from_what_engines_write(text: str, kind: str) -> None:
    failure = Failure("engine", "The stage could not do its work.")
    assert cause_of(Failure("engine", failure.summary, detail=text), (), "mesh")[0] == kind
    assert cause_of(failure, ("all well", text), "mesh")[0] == kind


def test_a_kind_that_is_clear_stays_with_its_own_words() -> None:
    failure = Failure("host-key", "scheduler has another key: out of memory")
    assert cause_of(failure, ("No space left on device",), "mesh") == ("host-key", failure.summary)
    unsaid = Failure("engine", "It could not.")
    assert cause_of(unsaid, ("no space left",), "mesh")[1] == "The storage was full in Mesh."
    assert cause_of(unsaid, ("bad_alloc",), None)[1] == "The job ran out of memory."


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert cause_of(Failure("engine", text, detail=text), (text,), text)[0]


def test_a_long_line_takes_no_time() -> None:
    assert cause_of(Failure("engine", "x", detail="exit " * 2_000_000), (), None)[0] == "engine"


def _failed(kind: str, summary: str = "It stopped.", remedy: str = "", detail: str = "") -> Job:
    return Job(
        JobId("20261126-a-000001"),
        "A",
        "/c",
        JobState.FAILED,
        stage="mesh",
        stages=(Stage("mesh", StageState.FAILED),),
        error=Failure(kind, summary, remedy, detail=detail),
    )


@pytest.mark.parametrize("kind", ["out-of-memory", "no-space", "worker-lost", "setup"])
def test_a_cluster_is_spoken_of_in_other_words(kind: str) -> None:
    here, there = failure_card(_failed(kind), ()), failure_card(_failed(kind), (), is_here=False)
    assert here is not None
    assert there is not None
    assert there.explanation
    assert "this computer" not in there.explanation
    assert here.remedy != there.remedy


def test_the_card_shows_the_line_that_proves_it() -> None:
    line = LogLine(T0, "Out of memory: Killed process 20417 (metashape)", "error", "mesh/0")
    card = failure_card(_failed("engine", "Stage mesh failed.", "Report it."), (line,), is_here=False)
    assert card is not None
    assert (card.kind, card.title) == ("out-of-memory", "Mesh ran out of memory.")
    assert "Killed process" in card.proof
    assert "nodes with more memory" in card.remedy
