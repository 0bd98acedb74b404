"""What a person can do with a job, from the Jobs page and from the chip in the strip alike. GUI thread, on the loop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.ui.folders import open_folder
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.jobs_allowed import JobAction, allowed, products_of
from tiepoint.ui.viewmodels.jobs_words import priority_text

_HIGHEST: Final = 2


class JobCommands:
    """Asks the services; the monitor tells what came of it, failures go through the funnel.

    Args:
        panel: The services, background work and messages.
        owner: Over which questions are asked.
    """

    def __init__(self, panel: Panel, owner: QWidget) -> None:
        self._panel, self._owner = panel, owner
        self._question: QMessageBox | None = None

    def run(self, action: JobAction, job: Job | None) -> None:
        """Do something with a job, if that may be done now."""
        if job is None or action not in allowed(job, self._panel.program.monitor.snapshot):
            return
        {
            JobAction.PAUSE: self.pause,
            JobAction.RESUME: self.resume,
            JobAction.GO_ON: self.go_on,
            JobAction.STOP: self.ask_to_stop,
            JobAction.OPEN_FOLDER: self.open_folder,
            JobAction.OPEN_RESULT: self.open_result,
        }[action](job)

    def pause(self, job: Job) -> None:
        """Stop a job for now."""
        self._panel.background.start(self._panel.program.jobs.pause(job.id))

    def resume(self, job: Job) -> None:
        """Let a paused job go on."""
        self._panel.background.start(self._panel.program.jobs.resume(job.id))

    def go_on(self, job: Job) -> None:
        """Let a job go on at its last whole task, however it stopped."""
        self._panel.background.start(self._panel.program.jobs.go_on(job))

    def set_priority(self, job: Job, priority: int) -> None:
        """Let a job run before or after others."""
        if JobAction.PRIORITY in allowed(job, self._panel.program.monitor.snapshot) and priority != job.priority:
            self._panel.background.start(self._panel.program.jobs.set_priority(job.id, priority))

    def shift_priority(self, job: Job | None, step: int) -> None:
        """Raise or lower a job's priority by one."""
        if job is not None and abs(job.priority + step) <= _HIGHEST:
            self.set_priority(job, job.priority + step)
            self._panel.messages.note(
                tr("Jobs", "Priority of “{name}”", name=plain(job.name)), priority_text(job.priority + step)
            )

    def open_folder(self, job: Job) -> None:
        """Show the products of a completed job in the file browser, or the folder of one that has none yet."""
        products = products_of(job) if job.state is JobState.COMPLETED else None
        if products is not None or job.folder is not None:
            open_folder(products or Path(str(job.folder)), self._panel.messages)

    def open_result(self, job: Job) -> None:
        """Show what a job made."""
        self._panel.navigator.go("results", job=job.id)

    def ask_to_stop(self, job: Job) -> None:
        """Stop a job after asking once; what was done is kept."""
        if self._question is not None:
            self._question.raise_()
            return
        box = QMessageBox(self._owner.window())
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle(tr("Jobs", "Stop the job"))
        box.setText(tr("Jobs", "Stop “{name}”?", name=plain(job.name)))
        box.setInformativeText(tr("Jobs", "What was done is kept: you can let it go on later, at the last whole task."))
        stop = box.addButton(tr("Jobs", "Stop"), QMessageBox.ButtonRole.DestructiveRole)
        stay = box.addButton(tr("Jobs", "Let it run"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(lambda _code: self._answered(job, is_stop=box.clickedButton() is stop))
        self._question = box
        box.open()

    def _answered(self, job: Job, *, is_stop: bool) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        if is_stop:
            self._panel.background.start(self._panel.program.jobs.abort(job.id))
