"""Where own clusters are kept: a file a person may edit. Any thread."""

from __future__ import annotations

from typing import Protocol

from tiepoint.domain.own_cluster import OwnCluster


class OwnClusters(Protocol):
    """Own clusters by name. A broken file is set aside and told (`ports.kept_files`), and read as empty."""

    def all(self) -> tuple[OwnCluster, ...]:
        """All, by name; none where they cannot be read, which is told."""

    def add(self, cluster: OwnCluster) -> None:
        """Add one.

        Raises:
            UsageError: There is one of this name, maybe since a moment ago.
            SetupError: It cannot be kept, or what is there cannot be read.
        """

    def put(self, cluster: OwnCluster) -> None:
        """Add or replace one.

        Raises:
            SetupError: As `add`.
        """

    def remove(self, name: str) -> None:
        """Forget one; one that is not there is no error.

        Raises:
            SetupError: As `add`.
        """
