"""The Jobs page's state: rows of the list, the open job, what may be done. Coalesces news; no widgets. GUI thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster import Cluster, ClusterId, Meter
from tiepoint.domain.estimate import TimeEstimate
from tiepoint.domain.heartbeat import Heartbeat
from tiepoint.domain.job import Job
from tiepoint.domain.node import Node
from tiepoint.domain.remote_round import Round
from tiepoint.protocol.hello import Capability
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.viewmodels.job_choice import JobChoice
from tiepoint.ui.viewmodels.jobs_list import JobRows, World, counted, job_cost, queue
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.recorder import Recorder, utc_now
from tiepoint.ui.viewmodels.rounds import is_round_key, round_row, row_key, without_job
from tiepoint.ui.widgets.table_cells import LazyRow

__all__ = ["JobsViewModel", "queue", "utc_now"]

_TICK_MS: Final = 1000


class JobsViewModel(QObject):
    """What the Jobs page shows.

    Signals:
        changed(): Something is to be shown anew; at most ten times a second, and once a second while a job runs.

    Args:
        program: The services.
        choice: Which job is open.
        recorder: The moment that is shown.
    """

    changed = Signal()

    def __init__(self, program: Program, choice: JobChoice, recorder: Recorder) -> None:
        super().__init__()
        self._program, self._choice, self._recorder = program, choice, recorder
        self._rows: tuple[LazyRow, ...] = ()
        self._list = JobRows(program.remote.rounds)
        self._pace = Pace(self._update, self)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        remote = program.remote
        self._ends = [
            remote.shown.estimates_changed.subscribe(lambda _none: self._on_history()),
            remote.shown.switched.subscribe(lambda _site: self._forget()),
            remote.rounds.changed.subscribe(lambda _rounds: self._pace.ask()),
            remote.parking.changed.subscribe(lambda _none: self._pace.ask()),
        ]
        recorder.changed.connect(self._pace.ask)
        choice.changed.connect(self._pace.ask)
        self._update()

    @property
    def site(self) -> Site:
        """Whose jobs these are."""
        return self._program.remote.shown.site

    @property
    def snapshot(self) -> MonitorSnapshot:
        """All that is known, at the moment that is shown."""
        return self._recorder.snapshot

    @property
    def rows(self) -> tuple[LazyRow, ...]:
        """The list."""
        return self._rows

    @property
    def job(self) -> Job | None:
        """The open job; None while a round without a job is open, or when there is nothing."""
        return None if self._chosen_round() is not None else self._choice.job(self.snapshot)

    @property
    def round(self) -> Round | None:
        """The round that is open, or that the open job belongs to."""
        chosen = self._chosen_round()
        if chosen is not None:
            return chosen
        job = self._choice.job(self.snapshot)
        if job is not None:
            return self._program.remote.rounds.of_job(self.site.id, job.id)
        return next(iter(self._lone_rounds()), None)

    @property
    def open_key(self) -> str:
        """The key of the row that is open; empty = none."""
        job, round_ = self.job, self.round
        return job.id if job is not None else row_key(round_) if round_ is not None else ""

    @property
    def now(self) -> datetime:
        """The time, by the clock of the scheduler's machine."""
        return self._recorder.now

    @property
    def is_stale(self) -> bool:
        """Whether everything is only as last known."""
        return not self.snapshot.link.is_up

    @property
    def is_live(self) -> bool:
        """Whether it is the present that is shown."""
        return self._recorder.is_live

    @property
    def is_here(self) -> bool:
        """Whether these jobs run on this computer."""
        return self.site.is_computer

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The workers that are busy with the open job."""
        job = self.job
        return tuple(node for node in self.snapshot.nodes if job is not None and node.job == job.id)

    @property
    def cluster(self) -> Cluster | None:
        """The cluster on Azure whose jobs these are; None = it is none, or not known."""
        if self.site.kind is not SiteKind.CLOUD:
            return None
        wanted = ClusterId(self.site.id)
        return next((each for each in self._program.azure.clusters.snapshot.clusters if each.id == wanted), None)

    def left(self, job: Job) -> TimeEstimate | None:
        """What is left of a job; None when it is over or nobody knows."""
        if job.state.is_over or self.is_stale or not self.is_live:
            return None
        return self.site.estimates.remaining(job)

    def stopped(self, job: Job) -> datetime | None:
        """When a job was seen to stop; None when it was not."""
        return self._program.remote.shown.stopped(job.id)

    def place(self, job: Job) -> int:
        """A job's place in the queue, 1 = next; 0 = it does not wait there."""
        return next((place for place, each in enumerate(queue(self.snapshot.jobs), 1) if each.id == job.id), 0)

    def heartbeat(self, job: Job) -> Heartbeat | None:
        """How alive a job is; None when it does not run or never said anything."""
        return self._list.heartbeat(job, self.now)

    def cost(self, job: Job) -> float | None:
        """What the cluster cost while a job ran, at list price; None = not known in full."""
        return job_cost(job, self._meter, self.now)

    @property
    def currency(self) -> str:
        """Of the costs."""
        meter = self._meter
        return "USD" if meter is None else meter.currency

    def count(self, tag: str) -> int:
        """How many rows have a tag; the empty one counts all."""
        return sum(not tag or tag in row.tags for row in self._rows)

    def can(self, capability: Capability) -> bool:
        """Whether the scheduler is there and can do something."""
        return not self.is_stale and self.snapshot.can(capability.value)

    def choose(self, key: str) -> None:
        """Open a job or a round, and remember it."""
        self._choice.choose(key)
        if not is_round_key(key):
            self._program.panel_state.update(job=key)

    def choose_round(self, round_id: str) -> None:
        """Open a round, or its job once it has one."""
        found = next((each for each in self._program.remote.rounds.all if each.id == round_id), None)
        if found is not None:
            is_known = found.job is not None and self.snapshot.job(found.job) is not None
            self.choose(str(found.job) if is_known else row_key(found))

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
        self._recorder.changed.disconnect(self._pace.ask)

    def _forget(self) -> None:
        """Another site is shown: nothing of the old one is kept."""
        self._list.forget()
        self._update()

    def _on_history(self) -> None:
        self._list.forget_estimates()
        self._pace.ask()

    def _on_tick(self) -> None:
        if self.is_stale or self.snapshot.running is not None or self._lone_rounds():
            self._pace.ask()

    def _chosen_round(self) -> Round | None:
        key = self._choice.chosen
        if not is_round_key(key):
            return None
        return next((each for each in self._lone_rounds() if row_key(each) == key), None)

    def _lone_rounds(self) -> tuple[Round, ...]:
        """Rounds without a job in the list; those of clusters that are not there (any more) stand by this computer."""
        if not self.is_live:
            return ()
        remote = self._program.remote
        rounds = remote.rounds.all
        alone = without_job(rounds, self.site.id, (job.id for job in self.snapshot.jobs))
        if not self.is_here:
            return alone
        return (*alone, *(each for each in rounds if not each.is_over and remote.sites.get(each.site) is None))

    def _follow_round(self) -> None:
        """A chosen round got its job: that is open from now on."""
        key = self._choice.chosen
        if is_round_key(key):
            found = next((each for each in self._program.remote.rounds.all if row_key(each) == key), None)
            if found is not None and found.job is not None and self.snapshot.job(found.job) is not None:
                self.choose(found.job)

    @property
    def _meter(self) -> Meter | None:
        cluster = self.cluster
        return None if cluster is None else cluster.meter

    def _update(self) -> None:
        self._follow_round()
        snapshot, now = self.snapshot, self.now
        there, idle = counted(snapshot.nodes)
        world = World(self.site, snapshot, now, self.is_live, self._meter, there, idle)
        ours = snapshot.link.ours(now)  # rounds are begun here
        self._rows = (*self._list.rows(world), *(round_row(each, ours) for each in self._lone_rounds()))
        self.changed.emit()
