"""The Jobs page's state: rows of the list, the open job, what may be done. Coalesces news; no widgets. GUI thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.estimate import TimeEstimate, TimeRange
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import Capability
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.jobs_rows import JobContext, job_row
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.widgets.table_cells import Row

_TICK_MS: Final = 1000


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class JobsViewModel(QObject):
    """What the Jobs page shows.

    Signals:
        changed(): Something is to be shown anew; at most ten times a second, and once a second while a job runs.

    Args:
        program: The services.
        choice: Which job is open.
        now: The clock.
    """

    changed = Signal()

    def __init__(self, program: Program, choice: JobChoice, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._program, self._choice, self._now = program, choice, now
        self._rows: tuple[Row, ...] = ()
        self._kept: dict[str, tuple[Job, JobContext, Row]] = {}
        self._pace = Pace(self._update, self)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._ends = [
            program.monitor.changed.subscribe(lambda _snapshot: self._pace.ask()),
            program.estimates.changed.subscribe(lambda _none: self._pace.ask()),
        ]
        choice.changed.connect(self._pace.ask)
        self._update()

    @property
    def snapshot(self) -> MonitorSnapshot:
        """All that is known."""
        return self._program.monitor.snapshot

    @property
    def rows(self) -> tuple[Row, ...]:
        """The list."""
        return self._rows

    @property
    def job(self) -> Job | None:
        """The open job."""
        return self._choice.job(self.snapshot)

    @property
    def now(self) -> datetime:
        """The time."""
        return self._now()

    @property
    def is_stale(self) -> bool:
        """Whether everything is only as last known."""
        return not self.snapshot.link.is_up

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The workers that are busy with the open job."""
        job = self.job
        return tuple(node for node in self.snapshot.nodes if job is not None and node.job == job.id)

    def left(self, job: Job) -> TimeEstimate | None:
        """What is left of a job; None when it is over or nobody knows."""
        if job.state.is_over or self.is_stale:
            return None
        return self._program.estimates.remaining(job)

    def stopped(self, job: Job) -> datetime | None:
        """When a job was seen to stop; None when it was not."""
        return self._program.monitor.stopped(job.id)

    def place(self, job: Job) -> int:
        """A job's place in the queue, 1 = next; 0 = it does not wait there."""
        return next((place for place, each in enumerate(queue(self.snapshot.jobs), 1) if each.id == job.id), 0)

    def count(self, tag: str) -> int:
        """How many rows have a tag; the empty one counts all."""
        return sum(not tag or tag in row.tags for row in self._rows)

    def can(self, capability: Capability) -> bool:
        """Whether the scheduler is there and can do something."""
        return not self.is_stale and self.snapshot.can(capability.value)

    def choose(self, job_id: str) -> None:
        """Open a job, and remember it."""
        self._choice.choose(job_id)
        self._program.panel_state.update(job=job_id)

    def set_active(self, *, is_active: bool) -> None:
        """Follow closely while somebody looks, not at all otherwise."""
        self._pace.hold(is_held=not is_active)
        if is_active:
            self._tick.start()
            self._update()
        else:
            self._tick.stop()

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        for end in self._ends:
            end()

    def _on_tick(self) -> None:
        if self.is_stale or self.snapshot.running is not None:
            self._update()

    def _update(self) -> None:
        snapshot, now = self.snapshot, self._now()
        busy = Counter(node.job for node in snapshot.nodes if node.job is not None)
        places = {job.id: place for place, job in enumerate(queue(snapshot.jobs), 1)}
        rows = [self._row(job, now, busy[job.id], places.get(job.id, 0)) for job in snapshot.jobs]
        self._kept = {row.key: self._kept[row.key] for row in rows}
        self._rows = tuple(rows)
        self.changed.emit()

    def _row(self, job: Job, now: datetime, nodes: int, place: int) -> Row:
        """Return a job's row; one that does not run stays the same object from day to day."""
        moment = now if job.state is JobState.RUNNING else now.replace(hour=0, minute=0, second=0, microsecond=0)
        context = JobContext(moment, self._range(job), nodes, place, self.is_stale, self.stopped(job))
        known = self._kept.get(job.id)
        if known is not None and known[0] is job and known[1] == context:
            return known[2]
        row = job_row(job, context)
        self._kept[job.id] = job, context, row
        return row

    def _range(self, job: Job) -> TimeRange | None:
        estimate = self.left(job)
        return None if estimate is None else estimate.total


def queue(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs that wait, in the order in which they will run: by priority, then by age."""
    waiting = [job for job in jobs if job.state is JobState.QUEUED]
    return sorted(waiting, key=lambda job: (-job.priority, job.submitted or datetime.max.replace(tzinfo=UTC), job.id))
