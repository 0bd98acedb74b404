"""Which job the panel looks at: chosen on the Jobs page, followed by the log, one for all. The GUI thread."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.job import Job
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.shown import ShownSite


class JobChoice(QObject):
    """The job that is looked at.

    Signals:
        changed(): Another job was chosen.
    """

    changed = Signal()

    def __init__(self, chosen: str = "") -> None:
        super().__init__()
        self._chosen = chosen
        self._followed = ""

    @property
    def chosen(self) -> str:
        """The id of the job a person chose; empty = none, the running one is looked at."""
        return self._chosen

    def choose(self, job_id: str) -> None:
        """Look at a job."""
        if job_id != self._chosen:
            self._chosen = job_id
            self.changed.emit()

    def forget(self) -> None:
        """Look at no job in particular: these are other jobs."""
        self._followed = ""
        self.choose("")

    def job(self, snapshot: MonitorSnapshot) -> Job | None:
        """Return the chosen job, or else the one that runs or ran last; None when there is no job."""
        chosen = snapshot.job(self._chosen) if self._chosen else None
        if chosen is not None:
            return chosen
        followed = snapshot.running or (snapshot.job(self._followed) if self._followed else None)
        followed = followed or next(iter(snapshot.jobs), None)
        self._followed = followed.id if followed is not None else ""
        return followed


_choices: WeakKeyDictionary[ShownSite, JobChoice] = WeakKeyDictionary()


def choice_of(shown: ShownSite, chosen: str = "") -> JobChoice:
    """Return the one choice among the jobs that are shown; the first caller may say what was chosen before."""
    if shown not in _choices:
        choice = _choices[shown] = JobChoice(chosen)
        shown.switched.subscribe(lambda _site: choice.forget())
    return _choices[shown]
