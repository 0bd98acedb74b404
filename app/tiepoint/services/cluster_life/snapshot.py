"""All clusters as they are told to whoever shows them. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.failure import Failure


@dataclass(frozen=True, slots=True)
class ClustersSnapshot:
    """All clusters of the chosen subscription at one moment.

    Args:
        clusters: By name.
        is_known: Whether they have been read at all.
        updated: When they were read last, UTC.
        failure: Why the last look failed; `clusters` is then the last that was known.
        per_hour: What all of them bill now, list price; None while unknown.
        currency: Of `per_hour`.
    """

    clusters: tuple[Cluster, ...] = ()
    is_known: bool = False
    updated: datetime | None = None
    failure: Failure | None = None
    per_hour: float | None = None
    currency: str = "USD"

    def find(self, name: str) -> Cluster | None:
        """Return a cluster by its name or id."""
        return next((each for each in self.clusters if name in (each.name, each.id)), None)
