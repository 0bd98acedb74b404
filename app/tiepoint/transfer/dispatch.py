"""Which task comes next: the first transfer by priority and age that has one.

A transfer that is held up, or whose rest is all in flight, blocks nobody behind it. Pure choice; under the desk's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tiepoint.transfer.lane import Lane
from tiepoint.transfer.work import Task, Work


class Assignment(NamedTuple):
    """A task on its way to a thread. `work` tells whether the transfer was begun anew meanwhile."""

    lane: Lane
    work: Work
    task: Task


class WorkFault(Exception):
    """A work failed to say what is next: a fault of ours, which must not hold up other transfers."""

    def __init__(self, lane: Lane, error: Exception) -> None:
        super().__init__(str(error))
        self.lane = lane
        self.error = error


def in_order(lanes: Iterable[Lane]) -> list[Lane]:
    """Return the lanes as they come to turn."""
    return sorted(lanes, key=lambda lane: (-lane.record.priority, lane.record.created, lane.record.id))


def choose(lanes: Iterable[Lane], now_s: float) -> Assignment | None:
    """Return the next task, None when none can be begun now.

    Args:
        lanes: In their order, see `in_order`.
        now_s: The desk's clock.

    Raises:
        WorkFault: A work is broken.
    """
    for lane in lanes:
        if lane.work is not None and lane.is_open(now_s):
            work = lane.work
            try:
                task = work.next_task(now_s)
            except Exception as error:
                raise WorkFault(lane, error) from error
            if task is not None:
                return Assignment(lane, work, task)
    return None
