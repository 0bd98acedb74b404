"""The list of jobs as rows of a table: what each column says, and what needs attention first. Pure; any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.job import Job, JobState, StageState
from tiepoint.domain.job_note import NoteFacts, NoteKind, job_note
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_note import note_cell
from tiepoint.ui.viewmodels.jobs_stages import current_stage, share_of, stage_counts
from tiepoint.ui.viewmodels.jobs_words import (
    clock_text,
    duration_text,
    job_look,
    percent_text,
    preset_text,
    priority_text,
    queue_text,
    range_text,
)
from tiepoint.ui.viewmodels.money import amount_text
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, Column, LazyRow

__all__ = ["JobContext", "elapsed_s", "job_columns", "job_row", "job_share", "left_cell", "queue_text"]

_RECENT_S: Final = 86400
_ATTENTION, _ACTIVE, _OVER = frozenset({"attention"}), frozenset({"active"}), frozenset({"over"})
_LOUD: Final = (NoteKind.STUCK, NoteKind.NO_NODE, NoteKind.FOREIGN, NoteKind.HELD)


def job_columns() -> tuple[Column, ...]:
    """Return the columns of the list of jobs."""
    return (
        Column("state", tr("Jobs", "State"), 122),
        Column("project", tr("Jobs", "Project"), 168, takes_rest=True, tip=tr("Jobs", "Metashape calls it a batch")),
        Column("stage", tr("Jobs", "Stage"), 116),
        Column(
            "progress",
            tr("Jobs", "Progress"),
            176,
            tip=tr("Jobs", "Tasks that are done, run, failed and wait; not the time"),
        ),
        Column("elapsed", tr("Jobs", "Elapsed"), 100, is_right=True, tip=tr("Jobs", "Since it started")),
        Column(
            "left",
            tr("Jobs", "Left"),
            126,
            is_right=True,
            tip=tr("Jobs", "A range learned from the jobs that ran there before"),
        ),
        Column(
            "nodes",
            tr("Jobs", "Nodes"),
            62,
            is_right=True,
            drop=3,
            tip=tr("Jobs", "Nodes busy with it now; Metashape calls them workers"),
        ),
        Column("priority", tr("Jobs", "Priority"), 80, drop=4, tip=tr("Jobs", "Which job runs first")),
        Column("user", tr("Jobs", "User"), 80, drop=6),
        Column("started", tr("Jobs", "Started"), 96, is_right=True, drop=5),
        Column(
            "cost",
            tr("Jobs", "Cost"),
            84,
            is_right=True,
            drop=2,
            tip=tr("Jobs", "What the cluster cost while it ran, at list price; this computer costs nothing"),
        ),
        Column("note", tr("Jobs", "Note"), 250, drop=1),
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
        facts: What its note is about.
        cost: What its cluster cost while it ran; None = unknown, or it runs on this computer.
        currency: Of the cost.
        is_free: Whether it runs where nothing is billed: on this computer.
        is_live: Whether it is the present; of a recorded moment nobody says what was left.
    """

    now: datetime
    left: TimeRange | None = None
    nodes: int = 0
    place: int = 0
    is_stale: bool = False
    stopped: datetime | None = None
    facts: NoteFacts = NoteFacts()
    cost: float | None = None
    currency: str = "USD"
    is_free: bool = True
    is_live: bool = True


def job_row(job: Job, context: JobContext) -> LazyRow:
    """Return the row of a job; its cells are made when somebody looks at them."""
    needs_look = _needs_look(job, context)
    return LazyRow(
        job.id,
        (job, context),
        lambda: tuple(make(job, context) for make in _CELLS),
        rank=_rank(job, context, needs_look=needs_look),
        tags=_ATTENTION if needs_look else _OVER if job.state.is_over else _ACTIVE,
        is_stale=context.is_stale,
        one=lambda column: _CELLS[column](job, context),
    )


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
    if job.state.is_over or not context.is_live:
        return NOTHING
    if context.is_stale:
        return Cell(tr("Jobs", "unknown"), tone="quiet")
    if context.left is None:
        return Cell(tr("Jobs", "not enough history"), tone="quiet", spoken=tr("Jobs", "not enough history yet"))
    is_running = job.state is JobState.RUNNING
    return Cell(range_text(context.left), tone="" if is_running else "quiet", number=context.left.high_s)


def _state(job: Job, context: JobContext) -> Cell:
    state, words = job_look(job)
    beat = context.facts.heartbeat
    if state == "running" and beat is not None and beat.is_stuck and not context.is_stale:
        state = "stuck"
    brief = words if state == "warning" else look_of(state).text
    return Cell(brief, look="pill", state=state, number=_order(job), spoken=words)


def _stage(job: Job, _context: JobContext) -> Cell:
    stage = current_stage(job)
    if stage is None or job.state in (JobState.QUEUED, JobState.COMPLETED):
        return NOTHING
    words = {JobState.PAUSED: tr("Jobs", "stopped there"), JobState.FAILED: tr("Jobs", "failed there")}
    sub = stage_counts(stage) or words.get(job.state, "")
    return Cell(tr("Stage", stage_title(stage.name)), sub)


def _progress(job: Job, _context: JobContext) -> Cell:
    parts = task_parts(job)
    share, words = job_share(job), task_words(job)
    return Cell(percent_text(share), look="segments", parts=parts, number=share, spoken=words)


def task_parts(job: Job) -> tuple[tuple[str, float], ...]:
    """Return how much of a job is done, runs, failed and waits, by tone, as shares; each stage counts the same."""
    stages = [stage for stage in job.stages if stage.state is not StageState.SKIPPED]
    share, weight = job_share(job), 1 / max(1, len(stages))
    running = failed = 0.0
    for stage in stages:
        total = max(1, stage.tasks.total)
        running += weight * stage.tasks.running / total if stage.state is StageState.RUNNING else 0.0
        failed += weight * stage.tasks.failed / total
        if stage.state is StageState.RUNNING and share_of(stage) is None:
            running += weight * (1 - stage.tasks.running / total)
    if job.state is JobState.FAILED:
        failed = max(failed, weight)
    elif job.retried and failed <= 0:
        failed = weight / max(1, max((stage.tasks.total for stage in stages), default=1)) * job.retried
    running = min(running if job.state is JobState.RUNNING else 0.0, 1 - share)
    failed = min(failed, 1 - share - running)
    return (("ok", share), ("info", running), ("err", failed), ("neutral", max(0.0, 1 - share - running - failed)))


def task_words(job: Job) -> str:
    """Say in words what the segments show: `44 %: 134 done, 2 running, 1 failed, 273 wait`."""
    tasks = [stage.tasks for stage in job.stages]
    done, running = sum(each.completed for each in tasks), sum(each.running for each in tasks)
    failed, waiting = sum(each.failed for each in tasks), sum(each.waiting for each in tasks)
    counts = (
        (done, tr("Jobs", "{count} done", count=grouped(done))),
        (running, tr("Jobs", "{count} running", count=grouped(running))),
        (failed, tr("Jobs", "{count} failed", count=grouped(failed))),
        (job.retried, tr("Jobs", "{count} tried again", count=grouped(job.retried))),
        (waiting, tr("Jobs", "{count} wait", count=grouped(waiting))),
    )
    told = ", ".join(words for count, words in counts if count)
    return f"{percent_text(job_share(job))}: {told}" if told else percent_text(job_share(job))


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


def _project(job: Job, _context: JobContext) -> Cell:
    return Cell(plain(job.name), preset_text(job), is_strong=True)


def _nodes(job: Job, context: JobContext) -> Cell:
    return Cell(str(context.nodes), number=context.nodes) if job.state is JobState.RUNNING else NOTHING


def _priority(job: Job, _context: JobContext) -> Cell:
    return Cell(priority_text(job.priority), tone="" if job.priority else "quiet", number=-job.priority)


def _user(job: Job, _context: JobContext) -> Cell:
    return Cell(plain(job.user), tone="quiet") if job.user else NOTHING


def _cost(job: Job, context: JobContext) -> Cell:
    if context.is_free:
        return Cell(tr("Jobs", "none"), tone="quiet")
    if context.cost is None:
        return NOTHING
    tone = "" if job.state is JobState.RUNNING else "quiet"
    return Cell(amount_text(context.cost, context.currency), tone=tone, number=context.cost)


def _note(job: Job, context: JobContext) -> Cell:
    return note_cell(job, job_note(job, context.facts), context.place)


def needs_attention(job: Job) -> bool:
    """Whether a person has to do something about a job."""
    return job.state is JobState.FAILED or (job.state is JobState.PAUSED and job.error is not None)


def _needs_look(job: Job, context: JobContext) -> bool:
    return needs_attention(job) or (not context.is_stale and job_note(job, context.facts).kind in _LOUD)


def _order(job: Job) -> int:
    states = (JobState.FAILED, JobState.RUNNING, JobState.PAUSED, JobState.QUEUED, JobState.COMPLETED)
    return states.index(job.state) if job.state in states else len(states)


def _rank(job: Job, context: JobContext, *, needs_look: bool) -> tuple[float, ...]:
    """Attention first, while it is news; then what runs, what waits in its order, and the rest, newest first."""
    ended = job.finished or job.started or job.submitted
    is_news = ended is not None and (context.now - ended).total_seconds() < _RECENT_S
    newest = -(job.submitted.timestamp() if job.submitted else 0.0)
    if needs_look and (is_news or not job.state.is_over):
        return (0, newest)
    group = {JobState.RUNNING: 1, JobState.PAUSED: 2, JobState.QUEUED: 3}.get(job.state, 4)
    return (group, float(context.place) if group == 3 else 0.0, newest)


_CELLS: Final[tuple[Callable[[Job, JobContext], Cell], ...]] = (
    _state,
    _project,
    _stage,
    _progress,
    _elapsed,
    left_cell,
    _nodes,
    _priority,
    _user,
    _started,
    _cost,
    _note,
)
