"""Stage-aware parking: nodes that the running stage cannot use, what they cost, and what parking them saves. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.identifiers import JobId, NodeId


@dataclass(frozen=True, slots=True)
class ParkingAdvice:
    """What could be parked.

    Args:
        job: The job whose stage leaves nodes idle.
        stage: Name of that stage.
        nodes: Idle ones that could be parked.
        per_hour: What they cost together, list price.
        currency: Of the prices.
        until: Name of the stage that needs them again; empty = none does.
        wait: Time until then; None = unknown.
        waking_s: How long waking takes, as measured or 300.
        saves: Least and most it saves, waking included; None = unknown.
    """

    job: JobId
    stage: str
    nodes: tuple[NodeId, ...]
    per_hour: float
    currency: str = "USD"
    until: str = ""
    wait: TimeRange | None = None
    waking_s: float = 300.0
    saves: tuple[float, float] | None = None
