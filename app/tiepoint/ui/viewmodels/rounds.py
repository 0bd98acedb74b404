"""Rounds on clusters as rows and steps: photos up, seen there, processed, products back. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.job import Job, StageState
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.services.rounds import Rounds
from tiepoint.ui.text import grouped, plain, said_below, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_stages import stage_counts, stage_line
from tiepoint.ui.viewmodels.jobs_words import bytes_text, clock_text, duration_text, percent_text, preset_name
from tiepoint.ui.widgets.table_cells import NOTHING, Cell, LazyRow

STEPS: Final = (
    RoundStep.UPLOAD,
    RoundStep.SUBMIT,
    RoundStep.FETCH,
    RoundStep.PROCESS,
    RoundStep.PUBLISH,
    RoundStep.DOWNLOAD,
)
_KEY: Final = "round:"
_STATES: Final = {
    RoundState.COMPLETED: "completed",
    RoundState.FAILED: "failed",
    RoundState.CANCELED: "canceled",
}
_CONNECTION: Final = "connection"
"""Kind of failure that passes by itself."""
_MOVING: Final = {RoundStep.UPLOAD: "sending", RoundStep.DOWNLOAD: "receiving"}


@dataclass(frozen=True, slots=True)
class StepView:
    """One step.

    Args:
        step: Which.
        title: Its name.
        state: A name in `theme.states`.
        text: How far it is, in words.
        share: How far it is, 0 to 1; None = under way, no telling.
    """

    step: RoundStep
    title: str
    state: str
    text: str = ""
    share: float | None = 0.0


def came_down(rounds: Rounds, site: str, job: Job) -> Path | None:
    """Return the folder on this computer to which a job's products came down; None = they did not."""
    found = rounds.of_job(site, job.id)
    return Path(found.folder) if found is not None and found.folder and found.step is RoundStep.DONE else None


def without_job(rounds: Iterable[Round], site: str, known: Iterable[str]) -> tuple[Round, ...]:
    """Return the rounds of a site whose job is not in its scheduler's list, those that are long over left out."""
    jobs = set(known)
    return tuple(
        each
        for each in rounds
        if each.site == site and (each.job is None or each.job not in jobs) and each.step is not RoundStep.DONE
    )


def row_key(round_: Round) -> str:
    """Return the key of a round's row."""
    return f"{_KEY}{round_.id}"


def is_round_key(key: str) -> bool:
    """Whether a row's key is a round's."""
    return key.startswith(_KEY)


def step_title(step: RoundStep) -> str:
    """Name a step."""
    return {
        RoundStep.UPLOAD: tr("Round", "Photos to Blob"),
        RoundStep.SUBMIT: tr("Round", "Job submitted"),
        RoundStep.FETCH: tr("Round", "Photos on the cluster"),
        RoundStep.PROCESS: tr("Round", "Reconstruction"),
        RoundStep.PUBLISH: tr("Round", "Products to Blob"),
        RoundStep.DOWNLOAD: tr("Round", "Products here"),
        RoundStep.DONE: tr("Round", "Done"),
    }[step]


def round_state(round_: Round) -> tuple[str, str]:
    """Return how a round is as a name for `theme.states` and the word for it."""
    if waits_for_connection(round_):
        return "lost", tr("Round", "Waits for the connection")
    if round_.state is RoundState.WAITING:
        return "warning", tr("Round", "Waits for you")
    is_moving = round_.state is RoundState.RUNNING
    state = _MOVING.get(round_.step, "running") if is_moving else _STATES[round_.state]
    return state, look_of(state).text


def waits_for_connection(round_: Round) -> bool:
    """Whether a round goes on by itself, without anybody's help, once a machine answers again."""
    return round_.state is RoundState.WAITING and round_.failure is not None and round_.failure.kind == _CONNECTION


def step_views(round_: Round, job: Job | None = None) -> tuple[StepView, ...]:
    """Return the steps of a round.

    Args:
        round_: The round.
        job: Its job as its scheduler tells it, for finer words.
    """
    at = len(STEPS) if round_.step is RoundStep.DONE else STEPS.index(round_.step)
    return tuple(_view(round_, step, place - at, job) for place, step in enumerate(STEPS))


def progress_words(round_: Round, job: Job | None = None) -> str:
    """Say how far the present step is: `212 of 640 MB`."""
    progress = round_.progress
    if job is not None and job.stage and progress is not None and progress.message == job.stage:
        return stage_line(job)
    if progress is not None and progress.message:
        return said_below(plain(progress.message))
    if progress is not None and progress.total:
        if progress.unit == "bytes":
            done, total = bytes_text(progress.done), bytes_text(progress.total)
            return tr("Round", "{done} of {total}", done=done, total=total)
        if progress.unit == "percent":
            return percent_text(progress.done / progress.total)
        return tr("Round", "{done} of {total}", done=grouped(progress.done), total=grouped(progress.total))
    if job is not None and round_.step in (RoundStep.FETCH, RoundStep.PROCESS, RoundStep.PUBLISH):
        return stage_line(job)
    return ""


def round_share(round_: Round) -> float | None:
    """Return how far the present step is; None = no telling."""
    progress = round_.progress
    return None if progress is None or not progress.total else min(1.0, progress.done / progress.total)


def round_row(round_: Round, now: datetime) -> LazyRow:
    """Return the row of a round that has no job yet among those of its scheduler."""
    needs_look = round_.state in (RoundState.WAITING, RoundState.FAILED) and not waits_for_connection(round_)
    tags = frozenset({"attention"} if needs_look else {"over"} if round_.state.is_over else {"active"})
    rank = (0.0 if needs_look else 1.0, -round_.begun.timestamp())
    return LazyRow(row_key(round_), (round_, now), lambda: _cells(round_, now), rank=rank, tags=tags)


def reason_words(round_: Round) -> tuple[str, str]:
    """Say why a round waits or failed, and what helps; empty when it does neither."""
    if round_.failure is None or round_.state not in (RoundState.WAITING, RoundState.FAILED):
        return "", ""
    if waits_for_connection(round_):
        return said_below(plain(round_.failure.summary)), tr("Round", "It goes on by itself once the way is back.")
    return said_below(plain(round_.failure.summary)), said_below(plain(round_.failure.remedy))


def _view(round_: Round, step: RoundStep, distance: int, job: Job | None) -> StepView:
    title = step_title(step)
    if distance < 0:
        return StepView(step, title, "completed", _taken(step, job), 1.0)
    if distance > 0:
        return StepView(step, title, "waiting")
    if round_.state is RoundState.RUNNING:
        return StepView(step, title, "running", progress_words(round_, job), round_share(round_))
    waiting = "lost" if waits_for_connection(round_) else "paused"
    state = {RoundState.WAITING: waiting, RoundState.FAILED: "failed"}.get(round_.state, "canceled")
    return StepView(step, title, state, progress_words(round_, job), round_share(round_) or 0.0)


def _taken(step: RoundStep, job: Job | None) -> str:
    """Say how long a step took, where the job's stages tell."""
    name = {RoundStep.FETCH: "fetch", RoundStep.PUBLISH: "publish"}.get(step)
    stage = next((each for each in job.stages if each.name == name), None) if job is not None else None
    if stage is None or stage.state is not StageState.COMPLETED or stage.started is None or stage.finished is None:
        return ""
    took = duration_text((stage.finished - stage.started).total_seconds())
    return " · ".join(part for part in (stage_counts(stage), took) if part)


def _cells(round_: Round, now: datetime) -> tuple[Cell, ...]:
    state, word = round_state(round_)
    share, words = round_share(round_), progress_words(round_)
    whole = share or 0.0
    parts = (("ok", whole), ("neutral", 1 - whole))
    reason, _ = reason_words(round_)
    tone = "err" if round_.state is RoundState.FAILED else "warn"
    elapsed = ((round_.finished or now) - round_.begun).total_seconds()
    return (
        Cell(word, look="pill", state=state),
        Cell(plain(round_.name), preset_name(round_.preset), is_strong=True),
        Cell(step_title(round_.step), words),
        Cell("" if share is None else percent_text(share), look="segments", parts=parts, number=whole, spoken=words),
        Cell(duration_text(elapsed), number=elapsed),
        NOTHING,
        NOTHING,
        NOTHING,
        NOTHING,
        Cell(clock_text(round_.begun, now), tone="quiet", number=round_.begun.timestamp()),
        NOTHING,
        Cell(reason, tone=tone, icon="circle-alert") if reason else Cell(""),
    )
