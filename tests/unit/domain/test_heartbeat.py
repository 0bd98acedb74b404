"""How long a job may be silent: ten minutes, or what its stage has taught."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tiepoint.domain.heartbeat import USUAL_LIMIT_S, QuietTimes, heartbeat
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState

T0 = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
JOB = Job(JobId("20261126-a-000001"), "A", "/c", JobState.RUNNING, stage="mesh", last_line=T0)


def after(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def test_ten_minutes_hold_for_what_nothing_is_known_of() -> None:
    beat = heartbeat(JOB, after(135))
    assert beat is not None
    assert (beat.quiet_s, beat.is_stuck) == (135.0, False)
    late = heartbeat(JOB, after(601))
    assert late is not None
    assert late.is_stuck


def test_who_does_not_run_or_never_spoke_has_no_heartbeat() -> None:
    assert heartbeat(replace(JOB, state=JobState.PAUSED), after(1)) is None
    assert heartbeat(replace(JOB, last_line=None), after(1)) is None


def test_a_clock_that_is_behind_makes_no_negative_silence() -> None:
    beat = heartbeat(JOB, after(-20))
    assert beat is not None
    assert beat.quiet_s == 0.0


def test_a_stage_teaches_how_long_it_is_silent() -> None:
    times = QuietTimes()
    for step in range(8):
        times.hear(replace(JOB, last_line=after(40 * step)))
    assert times.limit_s("mesh") == 120.0
    assert times.limit_s("texture") == USUAL_LIMIT_S


def test_a_chatty_stage_is_still_given_a_minute_and_a_slow_one_no_more_than_two_hours() -> None:
    quick, slow = QuietTimes(), QuietTimes()
    for step in range(8):
        quick.hear(replace(JOB, last_line=after(step)))
        slow.hear(replace(JOB, last_line=after(6000 * step)))
    assert (quick.limit_s("mesh"), slow.limit_s("mesh")) == (60.0, 7200.0)


def test_a_change_of_stage_or_a_pause_is_no_silence() -> None:
    times = QuietTimes()
    for step in range(10):
        times.hear(replace(JOB, stage=f"stage-{step}", last_line=after(1000 * step)))
        times.hear(replace(JOB, state=JobState.PAUSED))
    assert times.limit_s("stage-3") == USUAL_LIMIT_S
