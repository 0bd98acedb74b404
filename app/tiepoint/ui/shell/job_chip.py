"""The job that runs, in the strip of every page: name, stage, time, pause and stop; a click leads to it. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QSizePolicy

from tiepoint.domain.job import Job, JobState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.shell.strip_chip import StripChip
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_rows import elapsed_s, job_share
from tiepoint.ui.viewmodels.jobs_stages import stage_line
from tiepoint.ui.viewmodels.jobs_words import duration_text, job_look, range_text
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import column, row

_WIDTH: Final = 320
_LEAST_WIDTH: Final = 230
_TICK_MS: Final = 1000


class JobChip(StripChip):
    """Shows the running job, or the one that was paused or interrupted.

    Signals:
        wanted_changed(is_wanted): There is, or is no longer, a job to show.
    """

    wanted_changed = Signal(bool)

    def __init__(self, panel: Panel) -> None:
        super().__init__(_WIDTH, _LEAST_WIDTH)
        self._panel = panel
        self._commands = JobCommands(panel, self)
        self._job: Job | None = None
        self._glyph = Glyph("circle-play", "accent_text", 18)
        self._name, self._words = ElidedLabel("", "value"), ElidedLabel("", "caption")
        self._pause = IconButton("pause", tr("JobChip", "Pause"), size=16)
        self._stop = IconButton("circle-stop", tr("JobChip", "Stop"), size=16)
        self._pace = Pace(self._show, self)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._setup_ui()
        self._connect()
        self._show()

    @property
    def is_wanted(self) -> bool:
        """Whether there is a job to show."""
        return self._job is not None

    @property
    def words(self) -> str:
        """What it says under the name."""
        return self._words.text()

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        self._end()

    def _setup_ui(self) -> None:
        self.setFixedHeight(46)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMaximumWidth(_WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(tr("JobChip", "Show the job"))
        words = column(None, self._name, self._words, None, spacing=1)
        line = row(self._glyph, words, self._pause, self._stop, spacing=8, margins=(12, 0, 6, 0))
        line.setStretch(1, 1)
        line.setSpacing(8)
        self.setLayout(line)

    def _connect(self) -> None:
        self._end = self._panel.program.remote.shown.changed.subscribe(lambda _snapshot: self._pace.ask())
        self._tick.timeout.connect(self._show)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(lambda: self._commands.run(JobAction.STOP, self._job))
        self.destroyed.connect(self._end)

    def _show(self) -> None:
        snapshot = self._panel.program.remote.shown.snapshot
        was_wanted, self._job = self.is_wanted, chip_job(snapshot)
        if self._job is not None:
            self._show_job(self._job, snapshot)
        is_running = self._job is not None and self._job.state is JobState.RUNNING
        if is_running != self._tick.isActive():
            (self._tick.start if is_running else self._tick.stop)()
        if self.is_wanted != was_wanted:
            self.wanted_changed.emit(self.is_wanted)

    def _show_job(self, job: Job, snapshot: MonitorSnapshot) -> None:
        state, _ = job_look(job)
        look = look_of(state if snapshot.link.is_up else "lost")
        self._glyph.set_glyph(look.icon, f"{look.tone}.text")
        self._name.setText(plain(job.name))
        self._words.setText(self._said(job, snapshot))
        may = self._commands.allowed(job)
        self._pause.setVisible(bool(may & {JobAction.PAUSE, JobAction.RESUME}))
        self._stop.setVisible(JobAction.STOP in may)
        is_resumable = JobAction.RESUME in may
        self._pause.set_icon("play" if is_resumable else "pause")
        self._pause.set_name(tr("JobChip", "Go on") if is_resumable else tr("JobChip", "Pause"))
        self.setAccessibleName(f"{look.text}: {job.name}, {self._words.text()}")
        self.update()

    def _said(self, job: Job, snapshot: MonitorSnapshot) -> str:
        if not snapshot.link.is_up:
            return tr("JobChip", "Connection lost, last known: {stage}", stage=stage_line(job))
        if job.state is not JobState.RUNNING:
            words = tr("JobChip", "Interrupted") if job.error is not None else tr("JobChip", "Paused")
            return " · ".join(part for part in (words, stage_line(job)) if part)
        seconds = elapsed_s(job, snapshot.link.theirs(utc_now()))
        left = self._panel.program.remote.shown.site.estimates.remaining(job).total
        parts = [stage_line(job), "" if seconds is None else duration_text(seconds)]
        parts.append("" if left is None else tr("JobChip", "{time} left", time=range_text(left)))
        return " · ".join(part for part in parts if part)

    def _on_pause(self) -> None:
        if self._job is not None:
            is_paused = self._job.state is JobState.PAUSED
            self._commands.run(JobAction.RESUME if is_paused else JobAction.PAUSE, self._job)

    def share(self) -> float | None:
        """How far it is."""
        return None if self._job is None else job_share(self._job)

    def is_lost(self) -> bool:
        """Whether the connection is away."""
        return not self._panel.program.remote.shown.snapshot.link.is_up

    def open(self) -> None:
        """Show it on its page."""
        if self._job is not None:
            self._panel.navigator.go("jobs", job=self._job.id)


def chip_job(snapshot: MonitorSnapshot) -> Job | None:
    """Return the job that the chip is about: the running one, else the newest that was paused or interrupted."""
    paused = next((job for job in snapshot.jobs if job.state is JobState.PAUSED and not job.foreign), None)
    return snapshot.running or paused
