"""Follows the log of the job that is looked at, as lines to show; lets go of it when the job changes. GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.job import Job
from tiepoint.protocol.events import LogLine
from tiepoint.services.job_log import FollowedLog
from tiepoint.services.shown import ShownSite
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.log_lines import ShownLine, shown_line
from tiepoint.ui.viewmodels.pace import Pace


class LogViewModel(QObject):
    """The log of the looked-at job.

    Signals:
        began(): Another job's log is followed; `lines` is all there is of it so far.
        appended(lines): New lines, a tuple of `ShownLine`.

    Args:
        monitor: Follows the scheduler.
        choice: Which job is looked at.
    """

    began = Signal()
    appended = Signal(tuple)

    def __init__(self, monitor: ShownSite, choice: JobChoice) -> None:
        super().__init__()
        self._monitor, self._choice = monitor, choice
        self._job: Job | None = None
        self._log: FollowedLog | None = None
        self._new: list[LogLine] = []
        self._ends: list[Callable[[], None]] = []
        self._is_active = False
        self._pace = Pace(self._deliver, self)
        choice.changed.connect(self._look)

    @property
    def job(self) -> Job | None:
        """Whose log it is."""
        return self._job

    @property
    def raw(self) -> tuple[LogLine, ...]:
        """The lines as the scheduler sent them."""
        return () if self._log is None else self._log.lines

    @property
    def lines(self) -> tuple[ShownLine, ...]:
        """The lines as they are shown."""
        return tuple(shown_line(line) for line in self.raw)

    def set_active(self, *, is_active: bool) -> None:
        """Follow while somebody looks."""
        if is_active == self._is_active:
            return
        self._is_active = is_active
        if is_active:
            self._ends = [self._monitor.changed.subscribe(lambda _snapshot: self._look())]
            self._look()
        else:
            self.shut()

    def shut(self) -> None:
        """Follow no more."""
        self._is_active = False
        for end in self._ends:
            end()
        self._ends = []
        self._let_go()

    def _look(self) -> None:
        if not self._is_active:
            return
        job = self._choice.job(self._monitor.snapshot)
        is_same = job is not None and self._job is not None and job.id == self._job.id
        if is_same and self._log is not None and self._log.is_open:
            self._job = job
        elif job is not None:
            self._follow(job)
        elif self._job is not None:
            self._let_go()
            self.began.emit()

    def _follow(self, job: Job) -> None:
        self._let_go()
        self._job, self._log = job, self._monitor.follow_log(job.id)
        self._ends.append(self._log.appended.subscribe(self._take))
        self.began.emit()

    def _let_go(self) -> None:
        if self._log is not None:
            self._log.close()
        self._new.clear()
        self._job = self._log = None

    def _take(self, lines: tuple[LogLine, ...]) -> None:
        self._new.extend(lines)
        self._pace.ask()

    def _deliver(self) -> None:
        new, self._new = self._new, []
        if new:
            self.appended.emit(tuple(shown_line(line) for line in new))
