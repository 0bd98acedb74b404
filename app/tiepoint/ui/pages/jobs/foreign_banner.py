"""The banner about jobs that another tool submitted: take them as one's own, or stop them. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Signal

from tiepoint.domain.job import Job
from tiepoint.protocol.hello import Capability
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.widgets.banner import ActionBanner
from tiepoint.ui.widgets.buttons import Button

_MOST_NAMES: Final = 3


class ForeignBanner(ActionBanner):
    """Shown while there are such jobs that nobody took.

    Signals:
        adopt_wanted(jobs): They shall become one's own.
        abort_wanted(job): The only one shall be stopped.
        show_wanted(job): It shall be opened.
    """

    adopt_wanted = Signal(tuple)
    abort_wanted = Signal(object)
    show_wanted = Signal(object)

    def __init__(self) -> None:
        self.adopt = Button(tr("Foreign", "Adopt"), "badge-check", size="small")
        self.abort = Button(tr("Foreign", "Abort"), "circle-stop", size="small")
        self.look = Button(tr("Foreign", "Show"), "", "link", size="small")
        super().__init__("unlink", "warn", self.adopt, self.abort, self.look)
        self._jobs: list[Job] = []
        self.adopt.clicked.connect(lambda: self.adopt_wanted.emit(tuple(self._jobs)))
        self.abort.clicked.connect(lambda: self.abort_wanted.emit(self._jobs[0]))
        self.look.clicked.connect(lambda: self.show_wanted.emit(self._jobs[0]))
        self.setVisible(False)

    def show_now(self, snapshot: MonitorSnapshot) -> None:
        """Show what there is now."""
        may = snapshot.link.is_up and snapshot.can(Capability.ADOPT_JOB.value)
        self._jobs = list(foreign_jobs(snapshot)) if may else []
        if self._jobs:
            self.tell(*foreign_words(self._jobs))
            is_one = len(self._jobs) == 1
            self.adopt.setText(tr("Foreign", "Adopt") if is_one else tr("Foreign", "Adopt all"))
            self.abort.setVisible(is_one)
        self.setVisible(bool(self._jobs))


def foreign_jobs(snapshot: MonitorSnapshot) -> tuple[Job, ...]:
    """Return the jobs under way that another tool submitted and nobody took."""
    return tuple(job for job in snapshot.jobs if job.foreign and not job.is_adopted and not job.state.is_over)


def foreign_words(jobs: Sequence[Job]) -> tuple[str, str]:
    """Return a title and a sentence about them."""
    title = tr_count(
        "Foreign", "{count} job was submitted by another tool", "{count} jobs were submitted by another tool", len(jobs)
    )
    names = ", ".join(f"“{plain(job.name)}”" for job in jobs[:_MOST_NAMES])
    more = tr("Foreign", " and others") if len(jobs) > _MOST_NAMES else ""
    return title, tr("Foreign", "{names}: adopt to steer and be told about it, or abort.", names=f"{names}{more}")
