"""The question when the window is closed while work is under way: go on without it, stop resumably, or stay.

Nothing is remembered: it asks every time. Opened, never `exec`uted, so that the loop goes on. GUI thread, on the loop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.remote_round import Round
from tiepoint.domain.transfer import Direction, Transfer
from tiepoint.ui.shell.closing_clusters import cluster_names, clusters_title, left_text, pause_words, running_of
from tiepoint.ui.shell.closing_rounds import round_name, rounds_text, rounds_title
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import percent_text
from tiepoint.ui.viewmodels.transfers_parts import standing
from tiepoint.ui.widgets.choice_row import ChoiceRow
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row

_WIDTH: Final = 520
_MOST_NAMED: Final = 3


class ClosingChoice(Enum):
    """What a person wants on closing the window."""

    GO_ON = "go on"
    """The window goes; jobs and transfers go on in the background."""
    STOP = "stop"
    """The window goes; jobs and transfers stop and can be resumed."""
    PAUSE = "pause"
    """The window goes once the clusters that run were told to pause; jobs and transfers go on."""
    STAY = "stay"
    """The window stays."""


async def ask_before_closing(
    parent: QWidget,
    jobs: Sequence[Job],
    copied: Sequence[str] = (),
    moving: Sequence[Transfer] = (),
    *,
    clusters: Sequence[Cluster] = (),
    rounds: Sequence[Round] = (),
) -> ClosingChoice:
    """Ask what becomes of the work; returns at once when there is none.

    Args:
        parent: The window.
        jobs: Those that are not over.
        copied: Names of captures whose photos are being copied now; copying cannot go on without the window.
        moving: Transfers that are on their way; they go on without the window.
        clusters: Those that bill, running or at rest.
        rounds: On clusters, that are not over.

    Returns:
        What was chosen; closing the question by Esc or its frame means stay.
    """
    if not jobs and not copied and not moving and not clusters and not rounds:
        return ClosingChoice.GO_ON
    dialog = ClosingDialog(jobs, copied, parent, moving=moving, clusters=clusters, rounds=rounds)
    answered: asyncio.Future[ClosingChoice] = asyncio.get_running_loop().create_future()

    def answer(_code: int) -> None:
        if not answered.done():
            answered.set_result(dialog.choice)

    dialog.finished.connect(answer)
    dialog.open()
    try:
        return await answered
    finally:
        dialog.hide()
        dialog.deleteLater()


class ClosingDialog(QDialog):
    """The question; `choice` holds the answer once it is finished."""

    def __init__(
        self,
        jobs: Sequence[Job],
        copied: Sequence[str] = (),
        parent: QWidget | None = None,
        *,
        moving: Sequence[Transfer] = (),
        clusters: Sequence[Cluster] = (),
        rounds: Sequence[Round] = (),
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self.choice = ClosingChoice.STAY
        open_work = _OpenWork(tuple(jobs), tuple(copied), tuple(moving), tuple(clusters), now(), tuple(rounds))
        self.setWindowTitle(tr("Closing", "Close Tiepoint"))
        self.setFixedWidth(_WIDTH)
        self.rows = {choice: self._row(choice, icon, title, text) for choice, icon, title, text in _ways_on(open_work)}
        is_money = bool(clusters) and not jobs and not moving and not copied and not rounds
        glyph = Glyph("gauge" if is_money else "circle-play", "accent_text", 22)
        title = Label(_title(open_work), "h1", wrap=True)
        head = row(glyph, column(title, Label(_names(open_work), "sub", wrap=True), spacing=4), spacing=14)
        head.setStretch(1, 1)
        head.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        self.setLayout(column(head, 10, *self.rows.values(), spacing=8, margins=(20, 20, 20, 20)))
        self.setAccessibleName(title.text())

    def _row(self, choice: ClosingChoice, icon: str, title: str, text: str) -> ChoiceRow:
        made = ChoiceRow(icon, title, text)
        made.clicked.connect(lambda: self._take(choice))
        return made

    def _take(self, choice: ClosingChoice) -> None:
        self.choice = choice
        self.accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first way on, which loses nothing."""
        super().showEvent(event)
        next(iter(self.rows.values())).setFocus(Qt.FocusReason.TabFocusReason)


@dataclass(frozen=True, slots=True)
class _OpenWork:
    """What is under way or bills when the window is closed."""

    jobs: tuple[Job, ...]
    copied: tuple[str, ...]
    moving: tuple[Transfer, ...]
    clusters: tuple[Cluster, ...]
    now: datetime
    rounds: tuple[Round, ...] = ()


def _title(work: _OpenWork) -> str:
    parts = [_jobs_title(work.jobs) if work.jobs else ""]
    if work.copied and not work.jobs:
        parts.append(tr("Closing", "Photos are being copied"))
    elif work.moving:
        parts.append(_moving_title(work.moving))
    parts.append(rounds_title(work.rounds))
    parts.append(clusters_title(work.clusters))
    return "; ".join(part for part in parts if part)


def _jobs_title(jobs: Sequence[Job]) -> str:
    running = sum(job.state is JobState.RUNNING for job in jobs)
    waiting = len(jobs) - running
    if running and waiting:
        return tr("Closing", "{running} running, {waiting} waiting", running=_jobs(running), waiting=waiting)
    if running:
        return tr_count("Closing", "A job is running", "{count} jobs are running", running)
    return tr_count("Closing", "A job is not finished", "{count} jobs are not finished", len(jobs))


def _moving_title(moving: Sequence[Transfer]) -> str:
    return tr_count("Closing", "A transfer is on its way", "{count} transfers are on their way", len(moving))


def _jobs(count: int) -> str:
    return tr_count("Closing", "1 job", "{count} jobs", count)


def _names(work: _OpenWork) -> str:
    named = [plain(job.name, limit=60) for job in work.jobs] + [
        tr("Closing", "photos of {name}", name=plain(each, limit=60)) for each in work.copied
    ]
    named += [_moving_name(each) for each in work.moving]
    named += [round_name(each) for each in work.rounds]
    more = len(named) - _MOST_NAMED
    shown = ", ".join(named[:_MOST_NAMED])
    if more > 0:
        shown = tr_count("Closing", "{names} and one more", "{names} and {count} more", more, names=shown)
    billing = cluster_names(work.clusters[:_MOST_NAMED], work.now)
    return "\n".join(part for part in (shown, *billing) if part)


def _moving_name(transfer: Transfer) -> str:
    name, share = plain(transfer.name, limit=60), percent_text(standing(transfer).share)
    if transfer.direction is Direction.UP:
        return tr("Closing", "upload of {name} ({share})", name=name, share=share)
    return tr("Closing", "download of {name} ({share})", name=name, share=share)


def _ways_on(work: _OpenWork) -> list[tuple[ClosingChoice, str, str, str]]:
    """Return (choice, icon, title, what it means), the one that loses nothing first."""
    jobs, moving = work.jobs, work.moving
    copying = ""
    if work.copied:
        copying = tr("Closing", "Copying stops. Add the same photos again later; nothing is kept twice.")
    stay_text = tr("Closing", "Nothing changes. Esc does the same.")
    stay = (ClosingChoice.STAY, "rotate-ccw", tr("Closing", "Stay"), stay_text)
    pause = [(ClosingChoice.PAUSE, "pause", *pause_words(work.clusters))] if running_of(work.clusters) else []
    left = _joined(rounds_text(work.rounds), left_text(work.clusters, work.now))
    if not jobs and not moving:
        if not work.copied:
            return [(ClosingChoice.GO_ON, "log-in", *_leaving(work)), *pause, stay]
        return [
            stay,
            (ClosingChoice.GO_ON, "x", tr("Closing", "Stop copying and close"), _joined(copying, left)),
            *pause,
        ]
    go_on = (
        ClosingChoice.GO_ON,
        "log-in",
        tr("Closing", "Go on in the background"),
        _joined(_goes_on(jobs, moving), copying, left),
    )
    stop = (
        ClosingChoice.STOP,
        "circle-pause",
        tr("Closing", "Stop, and go on later"),
        _joined(
            tr("Closing", "Finished steps are kept, the one under way is repeated. “Go on” on the Jobs page resumes.")
            if jobs
            else "",
            tr("Closing", "Transfers are paused; what arrived stays. “Go on” on the Transfers page resumes.")
            if moving
            else "",
            copying,
        ),
    )
    return [go_on, stop, *pause, stay]


def _leaving(work: _OpenWork) -> tuple[str, str]:
    """Return the title of closing with nothing but clusters, and what it means."""
    is_running = bool(running_of(work.clusters) or work.rounds)
    title = tr("Closing", "Close, and leave it running") if is_running else tr("Closing", "Close")
    return title, _joined(rounds_text(work.rounds), left_text(work.clusters, work.now))


def _goes_on(jobs: Sequence[Job], moving: Sequence[Transfer]) -> str:
    if not moving:
        return tr("Closing", "The window closes and the jobs run on. Open Tiepoint again to see how far they are.")
    if not jobs:
        return tr(
            "Closing",
            "The window closes and photos and products go on moving while this computer is on. Open Tiepoint again to "
            "see how far they are.",
        )
    return tr(
        "Closing",
        "The window closes; jobs run on, and photos and products go on moving. Open Tiepoint again to see how far "
        "they are.",
    )


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)
