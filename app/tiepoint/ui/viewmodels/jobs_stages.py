"""The stages of a job as the stage strip shows them: state, counts, time taken or time left. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tiepoint.domain.estimate import TimeEstimate, TimeRange
from tiepoint.domain.job import Job, JobState, Stage, StageState
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.viewmodels.jobs_words import duration_text, range_text, short_stage

_MOST_PIECES = 40


@dataclass(frozen=True, slots=True)
class StageView:
    """One stage.

    Args:
        name: Its protocol name.
        title: Its short name.
        state: A name in `theme.states.STATES`.
        counts: Such as `7/18`; empty = nothing to count.
        time: How long it took, or what is left of it.
        share: How much is done, 0 to 1; None = under way, no telling.
        pieces: How many pieces its bar is cut into; 1 = a plain bar.
        running: Share that is being worked on.
        tip: All of it in words.
    """

    name: str
    title: str
    state: str
    counts: str = ""
    time: str = ""
    share: float | None = 0.0
    pieces: int = 1
    running: float = 0.0
    tip: str = ""


def stage_views(job: Job, left: TimeEstimate | None, now: datetime, *, is_stale: bool) -> tuple[StageView, ...]:
    """Return the stages of a job.

    Args:
        job: The job.
        left: What is left of it; None = not known.
        now: The time.
        is_stale: Whether the job is only as last known: then nothing is said of the time left.
    """
    ranges = {} if left is None or is_stale else {each.stage: each.time for each in left.stages}
    return tuple(_view(job, stage, ranges, now, is_stale=is_stale) for stage in job.stages)


def done_and_total(stage: Stage) -> tuple[int, int]:
    """Return how many of how many; (0, 0) when nothing is counted. The running task's own progress is finer."""
    progress = stage.progress
    if progress is not None and progress.total:
        return min(progress.done, progress.total), progress.total
    return stage.tasks.completed, stage.tasks.total


def share_of(stage: Stage) -> float | None:
    """Return how much of a stage is done; None when it runs and nobody can tell."""
    if stage.state in (StageState.COMPLETED, StageState.SKIPPED):
        return 1.0
    done, total = done_and_total(stage)
    if total > 1:
        return done / total
    return None if stage.state is StageState.RUNNING else 0.0


def current_stage(job: Job) -> Stage | None:
    """Return the stage a job is at: the one it names, the running one, or the first that is not done."""
    named = next((stage for stage in job.stages if stage.name == job.stage), None)
    running = next((stage for stage in job.stages if stage.state is StageState.RUNNING), None)
    waiting = next((stage for stage in job.stages if stage.state is StageState.WAITING), None)
    return named or running or (None if job.state.is_over else waiting)


def stage_counts(stage: Stage) -> str:
    """Return `7/18`, empty when there is nothing to count."""
    done, total = done_and_total(stage)
    return f"{grouped(done)}/{grouped(total)}" if total > 1 else ""


def stage_line(job: Job) -> str:
    """Return the stage a job is at with its counts: `Depth maps 7/18`; empty when it has not begun or is over."""
    stage = current_stage(job)
    if stage is None or job.state is JobState.QUEUED:
        return ""
    return f"{tr('Stage', stage_title(stage.name))} {stage_counts(stage)}".strip()


def _view(
    job: Job, stage: Stage, ranges: Mapping[str, TimeRange | None], now: datetime, *, is_stale: bool
) -> StageView:
    state = _state(job, stage)
    counts = stage_counts(stage) if state in ("running", "paused", "failed", "warning") else ""
    time = _time(stage, state, ranges.get(stage.name), now, is_stale=is_stale)
    _, total = done_and_total(stage)
    running = stage.tasks.running / stage.tasks.total if stage.tasks.total else 0.0
    return StageView(
        stage.name,
        short_stage(stage.name),
        state,
        counts,
        time,
        0.0 if state == "waiting" else share_of(stage),
        total if state == "running" and 1 < total <= _MOST_PIECES else 1,
        running if state == "running" else 0.0,
        _tip(stage, counts, time),
    )


def _state(job: Job, stage: Stage) -> str:
    """A stage cannot run in a job that does not: it waits where the job stopped."""
    if stage.state is not StageState.RUNNING or job.state is JobState.RUNNING:
        return stage.state.value
    if job.state is JobState.FAILED:
        return "failed"
    return "paused" if job.state is JobState.PAUSED else "waiting"


def _time(stage: Stage, state: str, left: TimeRange | None, now: datetime, *, is_stale: bool) -> str:
    ran = None if stage.started is None else ((stage.finished or now) - stage.started).total_seconds()
    if state == "completed":
        return "" if ran is None else duration_text(ran)
    if state == "skipped":
        return tr("Stages", "not needed")
    if state == "failed":
        is_told = ran is not None and ran >= 1
        return tr("Stages", "failed after {time}", time=duration_text(ran or 0)) if is_told else tr("Stages", "failed")
    if state == "running" and not is_stale:
        if left is not None:
            return tr("Stages", "{time} left", time=range_text(left))
        return tr("Stages", "{time} so far", time=duration_text(ran or 0))
    return range_text(left) if left is not None else ""


def _tip(stage: Stage, counts: str, time: str) -> str:
    words = [tr("Stage", stage_title(stage.name)), counts, time]
    if stage.tasks.failed:
        words.append(tr("Stages", "{count} tasks failed", count=grouped(stage.tasks.failed)))
    return " · ".join(word for word in words if word)
