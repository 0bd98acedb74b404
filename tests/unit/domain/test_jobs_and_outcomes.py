"""Small rules of jobs, products, space, settings and failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tiepoint.domain.errors import InputError, OperationFailed
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, TaskCounts
from tiepoint.domain.presets import PRESETS, Parameters
from tiepoint.domain.product import PRODUCT_NAMES, Outcome, missing_products
from tiepoint.domain.settings import Settings, settings_from_dict
from tiepoint.domain.space import output_bytes, size_text, work_bytes


@pytest.mark.parametrize(
    ("state", "is_over", "is_resumable"),
    [
        (JobState.QUEUED, False, False),
        (JobState.RUNNING, False, False),
        (JobState.PAUSED, False, True),
        (JobState.COMPLETED, True, False),
        (JobState.FAILED, True, True),
        (JobState.CANCELED, True, True),
    ],
)
def test_job_states(state: JobState, is_over: bool, is_resumable: bool) -> None:
    job = Job(JobId("20261122-a-000000"), "a", "/c", state)
    assert state.is_over is is_over
    assert job.is_resumable is is_resumable


def test_task_counts_add_up() -> None:
    assert TaskCounts(1, 2, 3, 4).total == 10


@pytest.mark.parametrize(
    ("result", "missing", "is_partial"),
    [
        ({"photos_total": 20, "photos_aligned": 20}, (), False),
        ({"photos_total": 20, "photos_aligned": 13}, (), False),
        ({"photos_total": 20, "photos_aligned": 12}, (), True),
        ({"photos_total": 20, "photos_aligned": 20}, ("model.glb",), True),
        ({"photos_total": None}, (), False),
    ],
)
def test_outcomes(result: dict[str, Any], missing: tuple[str, ...], is_partial: bool) -> None:
    assert Outcome(Path("/out"), {}, missing, result).is_partial is is_partial


def test_missing_products() -> None:
    assert missing_products(PRODUCT_NAMES, ()) == ()
    assert missing_products(["model.glb"], ["model.glb", "cloud.ply"]) == ("cloud.ply",)


def test_bigger_jobs_need_more_space() -> None:
    draft, high = PRESETS["draft"], PRESETS["high"]
    assert work_bytes(20, 10**8, draft) < work_bytes(40, 2 * 10**8, draft) < work_bytes(40, 2 * 10**8, high)
    assert 0 < output_bytes(20, 10**8, draft) < work_bytes(20, 10**8, draft) < 2 * 10**9
    assert work_bytes(3, 0, Parameters(faces=0)) > 10**9


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (65_400_000, "65 MB"), (1.25e9, "1.2 GB"), (3e12, "3.0 TB")],
)
def test_sizes_in_words(size: float, text: str) -> None:
    assert size_text(size) == text


def test_settings_round_trip_and_ignore_what_is_new() -> None:
    settings = Settings("draft", "/photos")
    assert settings_from_dict(settings.to_dict() | {"from_the_future": "dark"}) == settings
    assert settings_from_dict({"schema_version": 1}) == Settings()


@pytest.mark.parametrize(
    "data", [{}, {"schema_version": 2}, {"schema_version": 1, "preset": 5}, {"schema_version": 1, "captures_folder": 5}]
)
def test_settings_that_make_no_sense_are_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"schema_version|preset|captures_folder"):
        settings_from_dict(data)


def test_a_failure_keeps_what_an_error_says() -> None:
    error = InputError("No photos.", remedy="Add some.", retryable=True, detail="none")
    kept = Failure.of(error)
    assert kept == Failure("input", "No photos.", "Add some.", retryable=True, detail="none")
    assert isinstance(kept.as_error(), InputError)
    assert isinstance(Failure("interrupted", "Stopped.").as_error(), OperationFailed)
