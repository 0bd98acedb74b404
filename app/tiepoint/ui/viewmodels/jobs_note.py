"""The note of a job in words, with the tone and the icon it deserves. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.failure_cause import cause_of
from tiepoint.domain.job import Job
from tiepoint.domain.job_note import JobNote, NoteKind
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs_failure import said_title
from tiepoint.ui.viewmodels.jobs_words import coarse_text, queue_text
from tiepoint.ui.widgets.table_cells import Cell


def note_cell(job: Job, note: JobNote, place: int) -> Cell:
    """Return what is said of a job.

    Args:
        job: The job.
        note: The most urgent thing about it.
        place: Its place in the queue.
    """
    kind, count = note.kind, grouped(note.count)
    if kind in (NoteKind.FAILED, NoteKind.INTERRUPTED) and job.error is not None:
        tone = "err" if kind is NoteKind.FAILED else "warn"
        cause, title = cause_of(job.error, (), job.stage)
        return Cell(said_title(cause, plain(title), job.stage), tone=tone, icon="circle-alert")
    if kind is NoteKind.HELD:
        return Cell(tr("Jobs", "Its folder does not answer"), tone="err", icon="octagon-alert", is_strong=True)
    if kind is NoteKind.NO_NODE:
        words = tr_count("Jobs", "0 of {count} node suits", "0 of {count} nodes suit", note.total)
        return Cell(words, tone="err", icon="octagon-alert", is_strong=True)
    if kind is NoteKind.STUCK:
        words = tr("Jobs", "No word for {time}: stuck?", time=coarse_text(note.seconds))
        return Cell(words, tone="warn", icon="hourglass")
    if kind is NoteKind.FOREIGN:
        return Cell(tr("Jobs", "By another tool: adopt or abort"), tone="warn", icon="unlink")
    if kind is NoteKind.RETRIED:
        words = tr_count("Jobs", "{count} task tried again", "{count} tasks tried again", note.count)
        return Cell(words, tone="warn", icon="triangle-alert")
    if kind is NoteKind.IDLE_NODES:
        return Cell(tr("Jobs", "{count} nodes are idle", count=count), tone="warn", icon="moon")
    return Cell(_quiet_words(kind, place), tone="quiet", icon=_ICONS.get(kind, ""))


_ICONS = {NoteKind.READY: "box", NoteKind.THERE: "server"}


def _quiet_words(kind: NoteKind, place: int) -> str:
    return {
        NoteKind.FIRST_RUN: tr("Jobs", "First run with this preset"),
        NoteKind.QUEUED: queue_text(place),
        NoteKind.READY: tr("Jobs", "The result is ready"),
        NoteKind.THERE: tr("Jobs", "The result is on the cluster"),
        NoteKind.KEPT: tr("Jobs", "What was done is kept"),
    }.get(kind, "")
