"""What the strip says of the open job, or of a round that has no job yet. The GUI thread."""

from __future__ import annotations

from PySide6.QtGui import QAction

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.link import LinkState
from tiepoint.domain.remote_round import Round, RoundState
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_rows import JobContext, elapsed_s, job_share, left_cell
from tiepoint.ui.viewmodels.jobs_stages import stage_line
from tiepoint.ui.viewmodels.jobs_words import clock_text, duration_text, job_look, preset_name, preset_text
from tiepoint.ui.viewmodels.money import amount_text
from tiepoint.ui.viewmodels.rounds import progress_words, round_share, round_state, step_title


def job_strip(job: Job, viewmodel: JobsViewModel, actions: tuple[QAction, ...]) -> StripContent:
    """Return what is said of a job."""
    state, words = job_look(job)
    link = viewmodel.snapshot.link
    if link.state in (LinkState.LOST, LinkState.STOPPED) and not job.state.is_over:
        told = words or look_of(state).text
        known = tr("Jobs", "last known") if link.heard is None or viewmodel.is_here else tr(
            "Jobs", "last known {time}", time=clock_text(link.heard, viewmodel.now)
        )  # fmt: skip
        state, words = "lost", f"{told}, {known}"
    if not viewmodel.is_live:
        words = tr("Jobs", "{state}, recorded", state=words or look_of(state).text)
    return StripContent(
        plain(job.name),
        state,
        words,
        _subtitle(job, viewmodel),
        _facts(job, viewmodel),
        job_share(job) if job.state in (JobState.RUNNING, JobState.PAUSED) else None,
        actions,
        is_about_job=job.state in (JobState.RUNNING, JobState.PAUSED),
        follows_site=True,
        is_stale=viewmodel.is_stale,
    )


def round_strip(round_: Round, viewmodel: JobsViewModel) -> StripContent:
    """Return what is said of a round that has no job yet."""
    state, words = round_state(round_)
    facts = [(tr("Round", "Step"), step_title(round_.step))]
    progress = progress_words(round_)
    if progress:
        facts.append((tr("Round", "So far"), progress))
    begun = tr("Round", "begun {time}", time=clock_text(round_.begun, viewmodel.now))
    share = round_share(round_) if round_.state is RoundState.RUNNING else None
    subtitle = " · ".join(part for part in (preset_name(round_.preset), begun) if part)
    return StripContent(plain(round_.name), state, words, subtitle, tuple(facts), share, follows_site=True)


def _subtitle(job: Job, viewmodel: JobsViewModel) -> str:
    now = viewmodel.now
    parts = [preset_text(job)]
    if job.finished is not None:
        parts.append(tr("Jobs", "ended {time}", time=clock_text(job.finished, now, with_seconds=True)))
    elif job.started is not None:
        parts.append(tr("Jobs", "started {time}", time=clock_text(job.started, now, with_seconds=True)))
    elif job.submitted is not None:
        parts.append(tr("Jobs", "submitted {time}", time=clock_text(job.submitted, now, with_seconds=True)))
    return " · ".join(part for part in parts if part)


def _facts(job: Job, viewmodel: JobsViewModel) -> tuple[tuple[str, str], ...]:
    now, is_stale = viewmodel.now, viewmodel.is_stale
    facts = []
    stage = stage_line(job)
    if stage and job.state is not JobState.COMPLETED:
        facts.append((tr("Jobs", "Stage"), stage))
    seconds = elapsed_s(job, now, viewmodel.stopped(job))
    if seconds is not None:
        is_running = job.state is JobState.RUNNING
        words = tr("Jobs", "unknown") if is_stale and is_running else duration_text(seconds)
        facts.append((tr("Jobs", "Elapsed") if not job.state.is_over else tr("Jobs", "Took"), words))
    if not job.state.is_over and viewmodel.is_live:
        estimate = viewmodel.left(job)
        context = JobContext(now, estimate.total if estimate else None, is_stale=is_stale)
        facts.append((tr("Jobs", "Left"), left_cell(job, context).text))
    cost = _cost(job, viewmodel)
    if cost:
        facts.append((tr("Jobs", "Cost"), cost))
    return tuple(facts)


def _cost(job: Job, viewmodel: JobsViewModel) -> str:
    if viewmodel.is_here:
        return tr("Jobs", "none")
    cost = viewmodel.cost(job)
    return "" if cost is None else amount_text(cost, viewmodel.currency)
