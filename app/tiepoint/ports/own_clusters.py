"""Where own clusters are kept: a file a person may edit. Any thread."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.own_cluster import OwnCluster


class OwnClusters(Protocol):
    """Own clusters by name. A broken file is set aside, said in the log, and read as empty."""

    def all(self) -> tuple[OwnCluster, ...]:
        """All, by name."""

    def put(self, cluster: OwnCluster) -> None:
        """Add or replace one.

        Raises:
            SetupError: It cannot be kept.
        """

    def remove(self, name: str) -> None:
        """Forget one; one that is not there is no error."""
