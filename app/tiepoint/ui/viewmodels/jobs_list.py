"""Makes the rows of the list of jobs, a thousand of them once a second: what did not change stays the same object.

Must not know widgets nor ask anybody; what a row needs is looked up once an update. The GUI thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from tiepoint.domain.cluster import Meter
from tiepoint.domain.estimate import TimeEstimate
from tiepoint.domain.heartbeat import Heartbeat, QuietTimes, heartbeat
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.job_note import NoteFacts
from tiepoint.domain.meter import cost_between
from tiepoint.domain.node import Node, NodeState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.rounds import Rounds
from tiepoint.services.sites import Site
from tiepoint.ui.viewmodels.jobs_rows import JobContext, job_row
from tiepoint.ui.viewmodels.rounds import came_down
from tiepoint.ui.widgets.table_cells import LazyRow

_THERE: Final = (NodeState.READY, NodeState.BUSY, NodeState.PAUSED, NodeState.STARTING)
_GRACE: Final = timedelta(minutes=5)
"""A job may be submitted while its cluster starts."""


@dataclass(frozen=True, slots=True)
class World:
    """What all rows of one update share.

    Args:
        site: Whose jobs they are.
        snapshot: All that is known.
        now: By the clock of the scheduler's machine.
        is_live: Whether it is the present.
        meter: Of the cluster; None = it has none, or it is not known.
        there: Nodes that are there.
        idle: Of these, nodes without a task.
    """

    site: Site
    snapshot: MonitorSnapshot
    now: datetime
    is_live: bool
    meter: Meter | None = None
    there: int = 0
    idle: int = 0

    @property
    def is_stale(self) -> bool:
        """Whether everything is only as last known."""
        return not self.snapshot.link.is_up

    @property
    def currency(self) -> str:
        """Of the costs."""
        return "USD" if self.meter is None else self.meter.currency


class JobRows:
    """Keeps rows and what they were made of.

    Args:
        rounds: Say which products came down.
    """

    def __init__(self, rounds: Rounds) -> None:
        self._rounds = rounds
        self._kept: dict[str, tuple[Job, JobContext, LazyRow]] = {}
        self._lefts: dict[str, tuple[Job, TimeEstimate]] = {}
        self._at_rest: tuple[object, ...] = ()
        self.quiet = QuietTimes()

    def forget(self) -> None:
        """Begin anew: these are other jobs."""
        self._kept.clear()
        self._lefts.clear()
        self.quiet = QuietTimes()

    def forget_estimates(self) -> None:
        """There is more history: estimate anew."""
        self._lefts.clear()

    def rows(self, world: World) -> list[LazyRow]:
        """Return the rows of all jobs, in the scheduler's order."""
        jobs = world.snapshot.jobs
        busy = Counter(node.job for node in world.snapshot.nodes if node.job is not None)
        places = {job.id: place for place, job in enumerate(queue(jobs), 1)}
        base = JobContext(
            world.now.replace(hour=0, minute=0, second=0, microsecond=0),
            is_stale=world.is_stale,
            currency=world.currency,
            is_free=world.site.is_computer,
            is_live=world.is_live,
        )
        is_same = self._is_same(base, world)
        rows = []
        for job in jobs:
            known = self._kept.get(job.id)
            if is_same and known is not None and known[0] is job and job.state.is_over:
                rows.append(known[2])
            else:
                rows.append(self._row(job, self._context(job, base, world, busy[job.id], places.get(job.id, 0))))
        if len(self._kept) > len(rows):
            self._kept = {row.key: self._kept[row.key] for row in rows}
            self._lefts = {key: known for key, known in self._lefts.items() if key in self._kept}
        return rows

    def _is_same(self, base: JobContext, world: World) -> bool:
        """Whether what rows of jobs that are over depend on is as it was."""
        before, self._at_rest = self._at_rest, (base, world.meter, self._rounds.all)
        return before == self._at_rest

    def _row(self, job: Job, context: JobContext) -> LazyRow:
        known = self._kept.get(job.id)
        if known is not None and known[0] is job and known[1] == context:
            return known[2]
        row = job_row(job, context)
        self._kept[job.id] = job, context, row
        return row

    def _context(self, job: Job, base: JobContext, world: World, nodes: int, place: int) -> JobContext:
        cost = job_cost(job, world.meter, world.now)
        if job.state.is_over:
            is_here = world.site.is_computer or came_down(self._rounds, world.site.id, job) is not None
            return replace(base, facts=NoteFacts(is_here=is_here), cost=cost)
        self.quiet.hear(job)
        estimate, beat = self._left_in_all(job, world), self.heartbeat(job, world.now)
        facts = NoteFacts(
            nodes=world.there,
            idle=world.idle,
            heartbeat=None if beat is None or world.is_stale else Heartbeat(_steady(beat), beat.limit_s),
            has_history=None if estimate is None or world.site.is_computer else estimate.runs > 0,
        )
        return replace(
            base,
            now=world.now.replace(microsecond=0) if job.state is JobState.RUNNING else base.now,
            left=None if estimate is None else estimate.total,
            nodes=nodes,
            place=place,
            stopped=world.site.monitor.stopped(job.id),
            facts=facts,
            cost=cost,
        )

    def heartbeat(self, job: Job, now: datetime) -> Heartbeat | None:
        """How alive a job is; None when it does not run or never said anything."""
        return heartbeat(job, now, self.quiet.limit_s(job.stage))

    def _left_in_all(self, job: Job, world: World) -> TimeEstimate | None:
        """What is left of a job in all, which changes with the job and the history only; its stages are not for use."""
        if world.is_stale or not world.is_live:
            return None
        known = self._lefts.get(job.id)
        if known is not None and known[0] is job:
            return known[1]
        found = world.site.estimates.remaining(job)
        self._lefts[job.id] = job, found
        return found


def counted(nodes: Sequence[Node]) -> tuple[int, int]:
    """Return how many nodes are there, and how many of these have no task."""
    there = sum(node.state in _THERE for node in nodes)
    return there, sum(node.state is NodeState.READY and node.job is None for node in nodes)


def job_cost(job: Job, meter: Meter | None, now: datetime) -> float | None:
    """Return what a cluster cost while a job ran, at list price; None = not known in full."""
    if meter is None or job.started is None or not meter.segments:
        return None
    if job.started < meter.segments[0].start - _GRACE:
        return None  # it ran before the meter began: a part would be taken for the whole
    return cost_between(meter.segments, job.started, job.finished or now)


def queue(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs that wait, in the order in which they will run: by priority, then by age."""
    waiting = [job for job in jobs if job.state is JobState.QUEUED]
    return sorted(waiting, key=lambda job: (-job.priority, job.submitted or datetime.max.replace(tzinfo=UTC), job.id))


def _steady(beat: Heartbeat) -> float:
    """Return a silence to the minute once it is told, and none before: a row changes only when its words do."""
    return max(beat.limit_s + 1, beat.quiet_s // 60 * 60) if beat.is_stuck else 0.0
