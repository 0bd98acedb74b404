"""How long jobs take and what they need, from what this computer has done before.

Must not hold rules (`domain.estimate`, `domain.space`) nor read files. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tiepoint.domain.estimate import MemoryEstimate, TimeEstimate, basis_text
from tiepoint.domain.job import Job
from tiepoint.ports.scheduler import Scheduler
from tiepoint.services.event import Event


@dataclass(frozen=True, slots=True)
class JobEstimate:
    """What a job will take.

    Args:
        time: How long; `time.total` is None while there is not enough history.
        memory: Most memory at once.
        work_bytes: Disk needed at its fullest, the kept copy of the photos included.
        output_bytes: Disk needed for the products.
    """

    time: TimeEstimate
    memory: MemoryEstimate
    work_bytes: int
    output_bytes: int

    @property
    def basis(self) -> str:
        """Where the time comes from, in plain words."""
        return basis_text(self.time.runs if self.time.total is not None else 0)


class Estimates:
    """Knows the history of this computer; `changed` tells that it has grown."""

    def __init__(self, scheduler: Scheduler, now: Callable[[], datetime]) -> None:
        self.changed: Event[None] = Event()
        self._scheduler = scheduler

    async def refresh(self) -> None:
        """Ask the agent for the history. Never raises: without an answer the known history stays."""
        raise NotImplementedError

    def before(
        self,
        photos: int,
        *,
        megapixels: float,
        photo_bytes: int,
        preset: str,
        changes: Mapping[str, Any] | None = None,
    ) -> JobEstimate:
        """Estimate a job that is not submitted yet; immediate, from the history known now.

        Args:
            photos: How many photos.
            megapixels: Of one photo, on average; 0 = unknown.
            photo_bytes: Bytes of all photos.
            preset: One of `PRESET_NAMES`.
            changes: Parameters that differ from the preset.

        Raises:
            UsageError: An unknown preset or parameter.
        """
        raise NotImplementedError

    def remaining(self, job: Job, now: datetime | None = None) -> TimeEstimate:
        """Estimate what is left of a job: in total, and for the running and each coming stage.

        The total is the agent's own (`Job.eta`), which is the same rule; a job that does not run has what it would
        take from here.
        """
        raise NotImplementedError
