"""The list of jobs as rows of a table: what each column says, and what needs attention first. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.job import Job, JobState, StageState
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_stages import current_stage, share_of, stage_counts
from tiepoint.ui.viewmodels.jobs_words import (
    clock_text,
    duration_text,
    job_look,
    percent_text,
    preset_text,
    priority_text,
    range_text,
)
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, Column, Row

_RECENT_S: Final = 86400


def job_columns() -> tuple[Column, ...]:
    """Return the columns of the list of jobs."""
    return (
        Column("state", tr("Jobs", "State"), 122),
        Column("project", tr("Jobs", "Project"), 168, takes_rest=True),
        Column("stage", tr("Jobs", "Stage"), 116),
        Column("progress", tr("Jobs", "Progress"), 176, tip=tr("Jobs", "Stages that are done; not the time")),
        Column("elapsed", tr("Jobs", "Elapsed"), 100, is_right=True, tip=tr("Jobs", "Since it started")),
        Column(
            "left",
            tr("Jobs", "Left"),
            126,
            is_right=True,
            tip=tr("Jobs", "A range learned from the jobs that ran on this computer"),
        ),
        Column("nodes", tr("Jobs", "Nodes"), 62, is_right=True, drop=2, tip=tr("Jobs", "Workers busy with it now")),
        Column("priority", tr("Jobs", "Priority"), 80, drop=4, tip=tr("Jobs", "Which job runs first")),
        Column("user", tr("Jobs", "User"), 80, drop=6),
        Column("started", tr("Jobs", "Started"), 96, is_right=True, drop=3),
        Column("cost", tr("Jobs", "Cost"), 66, is_right=True, drop=5, tip=tr("Jobs", "This computer costs nothing")),
        Column("note", tr("Jobs", "Note"), 240, drop=1),
    )


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a row needs besides the job.

    Args:
        now: The time.
        left: Time left, or what it would take; None = not enough history.
        nodes: Workers busy with it.
        place: Its place in the queue, 1 = next; 0 = not in the queue.
        is_stale: Whether everything is only as last known.
        stopped: When it was seen to stop, for one that is paused; None = not seen.
    """

    now: datetime
    left: TimeRange | None = None
    nodes: int = 0
    place: int = 0
    is_stale: bool = False
    stopped: datetime | None = None


def job_row(job: Job, context: JobContext) -> Row:
    """Return the row of a job."""
    cells = (
        _state(job),
        Cell(plain(job.name), preset_text(job), is_strong=True),
        _stage(job),
        _progress(job),
        _elapsed(job, context),
        left_cell(job, context),
        Cell(str(context.nodes), number=context.nodes) if job.state is JobState.RUNNING else NOTHING,
        Cell(priority_text(job.priority), tone="" if job.priority else "quiet", number=-job.priority),
        Cell(plain(job.user), tone="quiet") if job.user else NOTHING,
        _started(job, context),
        Cell(tr("Jobs", "none"), tone="quiet"),
        _note(job, context),
    )
    return Row(job.id, cells, _rank(job, context), _tags(job), is_stale=context.is_stale)


def elapsed_s(job: Job, now: datetime, stopped: datetime | None = None) -> float | None:
    """Return the time from a job's first task to its end, or to now; None when it has not begun.

    Args:
        job: The job.
        now: The time.
        stopped: When one that is paused was seen to stop; without it, the last moment that its stages tell counts.
    """
    if job.started is None:
        return None
    end = job.finished or now
    if job.state in (JobState.PAUSED, JobState.QUEUED):
        told = (moment for stage in job.stages for moment in (stage.started, stage.finished) if moment is not None)
        end = max((job.started, *told, *([stopped] if stopped else [])))
    return max(0.0, (end - job.started).total_seconds())


def job_share(job: Job) -> float:
    """Return how much of a job is done: what its scheduler says, else each stage counting the same."""
    stages = [stage for stage in job.stages if stage.state is not StageState.SKIPPED]
    if job.state is JobState.COMPLETED:
        return 1.0
    if job.progress is not None and job.progress.unit == "percent" and job.progress.total:
        return min(1.0, job.progress.done / job.progress.total)
    return sum(share_of(stage) or 0.0 for stage in stages) / len(stages) if stages else 0.0


def left_cell(job: Job, context: JobContext) -> Cell:
    """Return what is said of the time left."""
    if job.state.is_over:
        return NOTHING
    if context.is_stale:
        return Cell(tr("Jobs", "unknown"), tone="quiet")
    if context.left is None:
        return Cell(tr("Jobs", "not enough history"), tone="quiet", spoken=tr("Jobs", "not enough history yet"))
    is_running = job.state is JobState.RUNNING
    return Cell(range_text(context.left), tone="" if is_running else "quiet", number=context.left.high_s)


def queue_text(place: int) -> str:
    """Say where in the queue a job stands."""
    if place <= 1:
        return tr("Jobs", "Next in the queue")
    return tr("Jobs", "Number {place} in the queue", place=place)


def _state(job: Job) -> Cell:
    state, words = job_look(job)
    brief = words if state == "warning" else look_of(state).text
    return Cell(brief, look="pill", state=state, number=_order(job), spoken=words)


def _stage(job: Job) -> Cell:
    stage = current_stage(job)
    if stage is None or job.state in (JobState.QUEUED, JobState.COMPLETED):
        return NOTHING
    words = {JobState.PAUSED: tr("Jobs", "stopped there"), JobState.FAILED: tr("Jobs", "failed there")}
    sub = stage_counts(stage) or words.get(job.state, "")
    return Cell(tr("Stage", stage_title(stage.name)), sub)


def _progress(job: Job) -> Cell:
    share, stages = job_share(job), max(1, len(job.stages))
    is_running, is_failed = job.state is JobState.RUNNING, job.state is JobState.FAILED
    running = min(1 - share, 1 / stages) if is_running else 0.0
    failed = min(1 - share, 1 / stages) if is_failed else 0.0
    parts = (("ok", share), ("info", running), ("err", failed), ("neutral", max(0.0, 1 - share - running - failed)))
    return Cell(percent_text(share), look="segments", parts=parts, number=share)


def _elapsed(job: Job, context: JobContext) -> Cell:
    seconds = elapsed_s(job, context.now, context.stopped)
    if seconds is None:
        return NOTHING
    if context.is_stale and job.state is JobState.RUNNING:
        return Cell(tr("Jobs", "unknown"), tone="quiet", number=seconds)
    return Cell(duration_text(seconds), number=seconds)


def _started(job: Job, context: JobContext) -> Cell:
    if job.started is None:
        return NOTHING
    return Cell(clock_text(job.started, context.now), tone="quiet", number=job.started.timestamp())


def _note(job: Job, context: JobContext) -> Cell:
    failed = sum(stage.tasks.failed for stage in job.stages)
    if job.error is not None and job.state in (JobState.FAILED, JobState.PAUSED):
        tone = "err" if job.state is JobState.FAILED else "warn"
        return Cell(plain(job.error.summary), tone=tone, icon="circle-alert")
    if job.state is JobState.QUEUED:
        return Cell(queue_text(context.place), tone="quiet")
    if job.state is JobState.COMPLETED:
        return Cell(tr("Jobs", "The result is ready"), tone="quiet", icon="box")
    if job.state is JobState.CANCELED:
        return Cell(tr("Jobs", "What was done is kept"), tone="quiet")
    if failed and job.state is JobState.RUNNING:
        return Cell(tr("Jobs", "{count} tasks failed once", count=failed), tone="warn", icon="triangle-alert")
    return Cell("")


def _tags(job: Job) -> frozenset[str]:
    if needs_attention(job):
        return frozenset({"attention"})
    if job.state.is_over:
        return frozenset({"over"})
    return frozenset({"active"})


def needs_attention(job: Job) -> bool:
    """Whether a person has to do something about a job."""
    return job.state is JobState.FAILED or (job.state is JobState.PAUSED and job.error is not None)


def _order(job: Job) -> int:
    states = (JobState.FAILED, JobState.RUNNING, JobState.PAUSED, JobState.QUEUED, JobState.COMPLETED)
    return states.index(job.state) if job.state in states else len(states)


def _rank(job: Job, context: JobContext) -> tuple[float, ...]:
    """Attention first, while it is news; then what runs, what waits in its order, and the rest, newest first."""
    ended = job.finished or job.started or job.submitted
    is_news = ended is not None and (context.now - ended).total_seconds() < _RECENT_S
    newest = -(job.submitted.timestamp() if job.submitted else 0.0)
    if needs_attention(job) and (is_news or not job.state.is_over):
        return (0, newest)
    group = {JobState.RUNNING: 1, JobState.PAUSED: 2, JobState.QUEUED: 3}.get(job.state, 4)
    return (group, float(context.place) if group == 3 else 0.0, newest)
