"""The journal of operations on clusters: one small JSON file, replaced atomically."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from tiepoint.domain.cluster import ClusterId
from tiepoint.ports.cluster_journal import OperationRecord


class FileClusterJournal:
    """See `ports.cluster_journal.ClusterJournal`.

    Args:
        path: The file.
        now: The clock; names what is set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now

    def records(self) -> tuple[OperationRecord, ...]:
        """All records; see the port."""
        raise NotImplementedError

    def keep(self, record: OperationRecord) -> None:
        """Remember a record; see the port."""
        raise NotImplementedError

    def forget(self, cluster: ClusterId) -> None:
        """Forget a cluster's record; see the port."""
        raise NotImplementedError
