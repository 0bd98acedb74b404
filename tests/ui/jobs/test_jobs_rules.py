"""What rows, stages and words say of jobs in every state; nothing here needs a window."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from fakes.job_scenes import AGENT_ENDED, a_job, a_stage, later
from fakes.scheduler import T0
from tiepoint.domain.estimate import StageEstimate, TimeEstimate, TimeRange
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState, Progress
from tiepoint.domain.link import Link, LinkState
from tiepoint.protocol.hello import Capability, EngineVersion, HelloResult
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.jobs import queue
from tiepoint.ui.viewmodels.jobs_allowed import JobAction, allowed
from tiepoint.ui.viewmodels.jobs_rows import JobContext, elapsed_s, job_columns, job_row, job_share
from tiepoint.ui.viewmodels.jobs_stages import stage_line, stage_views
from tiepoint.ui.viewmodels.jobs_words import age_text, bytes_text, clock_text, duration_text, percent_text, range_text
from tiepoint.ui.widgets.table_cells import Cell

EVERYTHING = tuple(each.value for each in Capability)
UP, LOST = Link(LinkState.CONNECTED, T0, T0), Link(LinkState.LOST, T0, T0)


def snapshot(*jobs: Job, link: Link = UP, capabilities: tuple[str, ...] = EVERYTHING) -> MonitorSnapshot:
    agent = HelloResult("0.1.0", EngineVersion("fake", "1"), capabilities, "epoch", T0)
    return MonitorSnapshot(link, jobs, (), agent)


def cell(job: Job, column: str, context: JobContext | None = None) -> Cell:
    place = [each.key for each in job_columns()].index(column)
    return job_row(job, context or JobContext(later(42))).cells[place]


def spaces(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "under 1 s"), (42, "42 s"), (245, "4 min 05 s"), (6120, "1 h 42 min"), (183_600, "2 d 3 h")],
)
def test_durations(seconds: float, text: str) -> None:
    assert spaces(duration_text(seconds)) == text


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (1, 3, "a few seconds"),
        (11, 14, "11–14 s"),
        (33, 47, "32–48 s"),
        (20, 110, "under 2 min"),
        (240, 350, "4–6 min"),
        (179, 180, "2–3 min"),
        (3600, 7300, "1–3 h"),
        (10, 10, "10 s"),
    ],
)
def test_ranges_are_no_finer_than_they_are_known(low: float, high: float, text: str) -> None:
    assert spaces(range_text(TimeRange(low, high))) == text


def test_ages_clocks_sizes_and_shares() -> None:
    assert age_text(1) == "now"
    assert spaces(age_text(65)) == "1 min ago"
    assert clock_text(T0, T0 + timedelta(days=3)) != clock_text(T0, T0)
    assert spaces(bytes_text(281_000_000)) == "281 MB"
    assert spaces(percent_text(0.999)) == "99 %"
    assert spaces(percent_text(1.0)) == "100 %"


def test_a_running_job_tells_stage_share_and_time_left() -> None:
    context = JobContext(later(42), TimeRange(33, 48), nodes=2)
    job = a_job()
    assert (cell(job, "stage").text, cell(job, "stage").sub) == ("Depth maps", "7/18")
    assert spaces(cell(job, "elapsed", context).text) == "42 s"
    assert spaces(cell(job, "left", context).text) == "32–48 s"
    assert cell(job, "nodes", context).text == "2"
    assert cell(job, "cost").text == "none"
    assert job_share(job) == pytest.approx(0.44)
    assert stage_line(job) == "Depth maps 7/18"


def test_without_history_it_says_so_and_guesses_nothing() -> None:
    assert cell(a_job(), "left").text == "not enough history"


def test_a_lost_link_leaves_values_grey_and_the_rest_unknown() -> None:
    context = JobContext(later(42), None, is_stale=True)
    row = job_row(a_job(), context)
    assert row.is_stale
    assert cell(a_job(), "left", context).text == "unknown"
    assert cell(a_job(), "elapsed", context).text == "unknown"
    assert cell(a_job(), "state", context).state == "running"


def test_a_job_without_the_schedulers_share_counts_its_stages() -> None:
    job = a_job(progress=None)
    assert job_share(job) == pytest.approx((2 + 7 / 18) / 4)
    assert job_share(a_job(state=JobState.COMPLETED, progress=Progress(3, 100, "percent"))) == 1.0


def test_the_time_of_a_paused_job_stands_still_and_never_goes_back() -> None:
    assert elapsed_s(a_job(), later(42)) == pytest.approx(42)
    paused = a_job(state=JobState.PAUSED)
    assert elapsed_s(paused, later(5000), later(42)) == pytest.approx(42)
    assert elapsed_s(paused, later(5000)) == pytest.approx(10), "what its stages tell is all there is"
    assert cell(paused, "elapsed", JobContext(later(5000), stopped=later(42))).text.startswith("42")
    assert elapsed_s(a_job(state=JobState.QUEUED), later(1)) is None


def test_attention_comes_first_then_what_runs_then_the_queue() -> None:
    jobs = (
        a_job("done", JobState.COMPLETED),
        a_job("waits", JobState.QUEUED),
        a_job("runs"),
        a_job("paused", JobState.PAUSED),
        a_job("failed", JobState.FAILED),
        a_job("cut off", JobState.PAUSED, error=AGENT_ENDED),
    )
    rows = sorted((job_row(job, JobContext(later(200), place=1)) for job in jobs), key=lambda row: row.rank)
    names = [row.cells[1].text for row in rows]
    assert set(names[:2]) == {"failed", "cut off"}
    assert names[2:] == ["runs", "paused", "waits", "done"]


def test_an_old_failure_is_no_news() -> None:
    old = job_row(a_job("failed", JobState.FAILED), JobContext(later(3 * 86400)))
    new = job_row(a_job("runs"), JobContext(later(3 * 86400)))
    assert new.rank < old.rank
    assert "attention" in old.tags


def test_html_in_a_name_stays_text() -> None:
    assert cell(a_job("<b>x</b>\n\x1b[31m"), "project").text == "<b>x</b>\ufffd\ufffd[31m"


def test_notes_say_why_or_what_comes() -> None:
    assert cell(a_job(state=JobState.FAILED), "note").text == "No two of the photos show the same details."
    assert cell(a_job(state=JobState.PAUSED, error=AGENT_ENDED), "note").tone == "warn"
    queued = cell(a_job(state=JobState.QUEUED), "note", JobContext(later(1), place=2))
    assert queued.text == "Number 2 in the queue"


def test_stages_show_time_taken_time_left_and_pieces() -> None:
    left = TimeEstimate(None, (StageEstimate("depth_maps", TimeRange(17, 24)), StageEstimate("mesh", None)), 2)
    check, alignment, depth, mesh = stage_views(a_job(), left, later(42), is_stale=False)
    assert (check.state, spaces(check.time), check.title) == ("completed", "10 s", "Check")
    assert (depth.counts, depth.pieces, spaces(depth.time)) == ("7/18", 18, "16–24 s left")
    assert depth.running == pytest.approx(2 / 18)
    assert (mesh.state, mesh.time) == ("waiting", "")
    assert alignment.counts == ""


def test_stages_of_a_lost_link_say_nothing_of_the_time_left() -> None:
    left = TimeEstimate(TimeRange(1, 2), (StageEstimate("depth_maps", TimeRange(17, 24)),), 2)
    assert stage_views(a_job(), left, later(42), is_stale=True)[2].time == ""


def test_a_stage_cannot_run_in_a_job_that_does_not() -> None:
    assert stage_views(a_job(state=JobState.PAUSED), None, later(42), is_stale=False)[2].state == "paused"
    assert stage_views(a_job(state=JobState.CANCELED), None, later(42), is_stale=False)[2].state == "waiting"
    failed = stage_views(a_job(state=JobState.FAILED), None, later(42), is_stale=False)[2]
    assert (failed.state, spaces(failed.time)) == ("failed", "failed after 1 min 20 s")


def test_finer_progress_of_the_running_task_is_preferred() -> None:
    job = a_job(stage="mesh", stages=(a_stage("mesh", "running", of=1, running=1, progress=Progress(3, 9, "parts")),))
    assert stage_line(job) == "Mesh 3/9"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (JobState.QUEUED, {JobAction.PAUSE, JobAction.STOP, JobAction.PRIORITY}),
        (JobState.RUNNING, {JobAction.PAUSE, JobAction.STOP, JobAction.PRIORITY}),
        (JobState.PAUSED, {JobAction.RESUME, JobAction.STOP, JobAction.PRIORITY}),
        (JobState.FAILED, {JobAction.GO_ON}),
        (JobState.CANCELED, {JobAction.GO_ON}),
        (JobState.COMPLETED, {JobAction.OPEN_RESULT}),
    ],
)
def test_only_what_the_state_allows(state: JobState, expected: set[JobAction]) -> None:
    job = a_job(state=state)
    assert allowed(job, snapshot(job)) == expected | {JobAction.OPEN_FOLDER}
    on_disk = {JobAction.OPEN_FOLDER, JobAction.OPEN_RESULT} & allowed(job, snapshot(job))
    assert allowed(job, snapshot(job, link=LOST)) == on_disk


def test_only_what_the_agent_can_and_only_for_own_jobs() -> None:
    job = a_job()
    assert JobAction.PAUSE not in allowed(job, snapshot(job, capabilities=()))
    others = a_job(foreign=True, folder=None)
    assert allowed(others, snapshot(job)) == {JobAction.ADOPT, JobAction.STOP_FOREIGN}
    assert allowed(others, snapshot(job, capabilities=())) == frozenset()
    ours = a_job(foreign=True, is_adopted=True, folder=None)
    assert JobAction.PAUSE in allowed(ours, snapshot(job))


def test_the_queue_goes_by_priority_then_by_age() -> None:
    first = a_job("first", JobState.QUEUED)
    second = a_job("second", JobState.QUEUED, submitted=later(5))
    urgent = a_job("urgent", JobState.QUEUED, submitted=later(9), priority=2)
    assert queue((second, first, urgent, a_job())) == [urgent, first, second]


def test_the_choice_follows_the_running_job_until_one_is_chosen() -> None:
    choice = JobChoice()
    done, runs = a_job("done", JobState.COMPLETED), a_job("runs")
    assert choice.job(snapshot(done, runs)) == runs
    ended = a_job("runs", JobState.COMPLETED)
    assert choice.job(snapshot(done, ended)) == ended
    choice.choose(done.id)
    assert choice.job(snapshot(runs, done)) == done
    choice.choose("gone")
    assert choice.job(snapshot(runs, done)) == runs
    assert choice.job(snapshot()) is None


def test_a_job_whose_folder_does_not_answer_asks_for_attention() -> None:
    silent = Failure("silent-folder", "The folder /work does not answer.", "Look at the storage.")
    job = dataclasses.replace(a_job(), held=silent)
    note = cell(job, "note")
    assert (note.text, note.tone) == ("Its folder does not answer", "err")
    assert "attention" in job_row(job, JobContext(later(42))).tags
