"""What a computer is doing right now. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LoadSample:
    """The load at one moment.

    Args:
        time: When, UTC.
        cpu: Share of all cores in use since the sample before, 0 to 1, by every program.
        memory_bytes: Memory in use by every program.
        jobs_cpu: The same for the agent and its workers alone; None while no agent runs.
        jobs_memory_bytes: Memory of the agent and its workers; None while no agent runs.
    """

    time: datetime
    cpu: float
    memory_bytes: int
    jobs_cpu: float | None = None
    jobs_memory_bytes: int | None = None
