"""What a person can do with a job, from the Jobs page and from the chip in the strip alike. GUI thread, on the loop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QMessageBox, QWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.services.sites import Site
from tiepoint.ui.folders import open_folder
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.jobs_allowed import JobAction, allowed, products_of
from tiepoint.ui.viewmodels.jobs_words import priority_text
from tiepoint.ui.viewmodels.rounds import came_down
from tiepoint.ui.widgets.question import Question, ask

_HIGHEST: Final = 2


class JobCommands:
    """Asks the services of the site that is shown; the monitor tells what came of it, failures go through the funnel.

    Args:
        panel: The services, background work and messages.
        owner: Over which questions are asked.
    """

    def __init__(self, panel: Panel, owner: QWidget) -> None:
        self._panel, self._owner = panel, owner
        self._question: QMessageBox | None = None

    def allowed(self, job: Job) -> frozenset[JobAction]:
        """Return what may be done with a job of the site that is shown."""
        return allowed(job, self._site.monitor.snapshot, is_here=self._site.is_computer, came=self.came(job))

    def came(self, job: Job) -> Path | None:
        """Return the folder here to which the products of a job came down from its cluster."""
        return None if self._site.is_computer else came_down(self._panel.program.remote.rounds, self._site.id, job)

    def run(self, action: JobAction, job: Job | None) -> None:
        """Do something with a job, if that may be done now."""
        if job is None or action not in self.allowed(job):
            return
        {
            JobAction.PAUSE: self.pause,
            JobAction.RESUME: self.resume,
            JobAction.GO_ON: self.go_on,
            JobAction.STOP: self.ask_to_stop,
            JobAction.ADOPT: self.adopt,
            JobAction.STOP_FOREIGN: self.ask_to_abort,
            JobAction.OPEN_FOLDER: self.open_folder,
            JobAction.OPEN_RESULT: self.open_result,
        }[action](job)

    def pause(self, job: Job) -> None:
        """Stop a job for now."""
        self._panel.background.start(self._site.jobs.pause(job.id))

    def resume(self, job: Job) -> None:
        """Let a paused job go on."""
        self._panel.background.start(self._site.jobs.resume(job.id))

    def go_on(self, job: Job) -> None:
        """Let a job go on at its last whole task, however it stopped."""
        self._panel.background.start(self._site.jobs.go_on(job))

    def adopt(self, job: Job) -> None:
        """Take another tool's job as one's own."""
        self._panel.background.start(self._site.scheduler.adopt(job.id))

    def set_priority(self, job: Job, priority: int) -> None:
        """Let a job run before or after others."""
        if JobAction.PRIORITY in self.allowed(job) and priority != job.priority:
            self._panel.background.start(self._site.jobs.set_priority(job.id, priority))

    def shift_priority(self, job: Job | None, step: int) -> None:
        """Raise or lower a job's priority by one."""
        if job is not None and abs(job.priority + step) <= _HIGHEST:
            self.set_priority(job, job.priority + step)
            self._panel.messages.note(
                tr("Jobs", "Priority of “{name}”", name=plain(job.name)), priority_text(job.priority + step)
            )

    def open_folder(self, job: Job) -> None:
        """Show the products of a completed job in the file browser, or the folder of one that has none yet."""
        came = self.came(job)
        is_done = job.state is JobState.COMPLETED
        folder = products_of(job, is_here=self._site.is_computer, came=came) if is_done else came
        if folder is not None or job.folder is not None:
            open_folder(folder or Path(str(job.folder)), self._panel.messages)

    def open_result(self, job: Job) -> None:
        """Show what a job made."""
        came = self.came(job)
        if came is None:
            self._panel.navigator.go("results", job=job.id)
        else:
            self._panel.navigator.go("results", path=came / "products")

    def ask_to_stop(self, job: Job) -> None:
        """Stop a job after asking once; what was done is kept."""
        self._ask(
            job,
            Question(
                tr("Jobs", "Stop the job"),
                tr("Jobs", "Stop “{name}”?", name=plain(job.name)),
                tr("Jobs", "What was done is kept: you can let it go on later, at the last whole task."),
                tr("Jobs", "Stop"),
                tr("Jobs", "Let it run"),
            ),
        )

    def ask_to_abort(self, job: Job) -> None:
        """Stop another tool's job after asking once; whoever submitted it must begin anew."""
        self._ask(
            job,
            Question(
                tr("Jobs", "Abort the job"),
                tr("Jobs", "Abort “{name}”, which another tool submitted?", name=plain(job.name)),
                tr("Jobs", "Whoever submitted it has to submit it again."),
                tr("Jobs", "Abort"),
                tr("Jobs", "Let it run"),
            ),
        )

    @property
    def _site(self) -> Site:
        return self._panel.program.remote.shown.site

    def _ask(self, job: Job, question: Question) -> None:
        """Ask about a job where it runs now, whatever is shown when the answer comes."""
        if self._question is not None:
            self._question.raise_()
            return
        jobs = self._site.jobs
        box = ask(self._owner, question, lambda: self._panel.background.start(jobs.abort(job.id)))
        self._question = box
        box.finished.connect(self._on_answered)

    def _on_answered(self, _code: int) -> None:
        self._question = None
