"""Whether a job is still alive: how long it has said nothing, and how long its stage may. Pure; any thread.

A stage tells by its own habit how long its silences are; before enough of them were seen ten minutes hold for all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tiepoint.domain.job import Job, JobState

USUAL_LIMIT_S: Final = 600.0
"""Silence after which a stage nothing is known of is taken for stuck."""
_LEAST_LIMIT_S: Final = 60.0
_MOST_LIMIT_S: Final = 7200.0
_ENOUGH: Final = 5
_FACTOR: Final = 3.0
_KEPT: Final = 200


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """How alive a running job is.

    Args:
        quiet_s: How long it has said nothing.
        limit_s: How long its stage may.
    """

    quiet_s: float
    limit_s: float

    @property
    def is_stuck(self) -> bool:
        """Whether somebody should look."""
        return self.quiet_s > self.limit_s


@dataclass(slots=True)
class QuietTimes:
    """Learns how long the stages of jobs are quiet. Mutable; one for each scheduler."""

    _last: dict[str, tuple[str | None, datetime]] = field(default_factory=dict)
    _gaps: dict[str, deque[float]] = field(default_factory=dict)

    def hear(self, job: Job) -> None:
        """Take in when a job said something last."""
        if job.state is not JobState.RUNNING or job.last_line is None:
            self._last.pop(job.id, None)
            return
        known = self._last.get(job.id)
        if known is not None and known[0] == job.stage and job.last_line > known[1]:
            gap = (job.last_line - known[1]).total_seconds()
            self._gaps.setdefault(job.stage or "", deque(maxlen=_KEPT)).append(gap)
        self._last[job.id] = job.stage, job.last_line

    def limit_s(self, stage: str | None) -> float:
        """How long a stage may be quiet."""
        gaps = self._gaps.get(stage or "", ())
        if len(gaps) < _ENOUGH:
            return USUAL_LIMIT_S
        return min(max(_FACTOR * max(gaps), _LEAST_LIMIT_S), _MOST_LIMIT_S)


def heartbeat(job: Job, now: datetime, limit_s: float = USUAL_LIMIT_S) -> Heartbeat | None:
    """Return how alive a job is; None when it does not run or never said anything.

    Args:
        job: The job.
        now: By the clock of the scheduler's machine.
        limit_s: How long its stage may be quiet.
    """
    if job.state is not JobState.RUNNING or job.last_line is None:
        return None
    return Heartbeat(max(0.0, (now - job.last_line).total_seconds()), limit_s)
