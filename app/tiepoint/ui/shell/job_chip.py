"""The job that runs, in the strip of every page: name, stage, time, pause and stop; a click leads to it. GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui import theme
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.job_commands import JobCommands
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_allowed import JobAction, allowed
from tiepoint.ui.viewmodels.jobs_rows import elapsed_s, job_share
from tiepoint.ui.viewmodels.jobs_stages import stage_line
from tiepoint.ui.viewmodels.jobs_words import duration_text, job_look, range_text
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.focus_ring import draw_focus_ring
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import column, row

_WIDTH: Final = 320
_LEAST_WIDTH: Final = 230
_TICK_MS: Final = 1000


class JobChip(QWidget):
    """Shows the running job, or the one that was paused or interrupted.

    Signals:
        wanted_changed(is_wanted): There is, or is no longer, a job to show.
    """

    wanted_changed = Signal(bool)

    def __init__(self, panel: Panel) -> None:
        super().__init__()
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
        self._end = self._panel.program.monitor.changed.subscribe(lambda _snapshot: self._pace.ask())
        self._tick.timeout.connect(self._show)
        self._pause.clicked.connect(self._on_pause)
        self._stop.clicked.connect(lambda: self._commands.run(JobAction.STOP, self._job))
        self.destroyed.connect(self._end)

    def _show(self) -> None:
        snapshot = self._panel.program.monitor.snapshot
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
        may = allowed(job, snapshot)
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
        seconds = elapsed_s(job, utc_now())
        left = self._panel.program.estimates.remaining(job).total
        parts = [stage_line(job), "" if seconds is None else duration_text(seconds)]
        parts.append("" if left is None else tr("JobChip", "{time} left", time=range_text(left)))
        return " · ".join(part for part in parts if part)

    def _on_pause(self) -> None:
        if self._job is not None:
            is_paused = self._job.state is JobState.PAUSED
            self._commands.run(JobAction.RESUME if is_paused else JobAction.PAUSE, self._job)

    def _open(self) -> None:
        if self._job is not None:
            self._panel.navigator.go("jobs", job=self._job.id)

    def sizeHint(self) -> QSize:
        """Wide enough for stage, time and what is left."""
        return QSize(_WIDTH, 46)

    def minimumSizeHint(self) -> QSize:
        """Give way in a narrow window."""
        return QSize(_LEAST_WIDTH, 46)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the ground, and how far the job is along the foot."""
        tokens = theme.tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(tokens.border_strong), 1))
        painter.setBrush(QColor(tokens.hover if self.underMouse() else tokens.raised))
        painter.drawRoundedRect(box, 10, 10)
        if self._job is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(tokens.track))
            track = QRectF(12, self.height() - 5, self.width() - 24, 2)
            painter.drawRect(track)
            is_lost = not self._panel.program.monitor.snapshot.link.is_up
            painter.setBrush(QColor(tokens.text3 if is_lost else tokens.accent))
            painter.drawRect(QRectF(track.left(), track.top(), track.width() * job_share(self._job), 2))
        draw_focus_ring(painter, self, 10)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Show the job."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show the job with Enter or the space bar."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open()
        else:
            super().keyPressEvent(event)


def chip_job(snapshot: MonitorSnapshot) -> Job | None:
    """Return the job that the chip is about: the running one, else the newest that was paused or interrupted."""
    paused = next((job for job in snapshot.jobs if job.state is JobState.PAUSED and not job.foreign), None)
    return snapshot.running or paused
