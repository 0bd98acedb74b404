"""What this computer remembers of its operations on clusters, so that one left in the middle is taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_operation import OperationKind


@dataclass(frozen=True, slots=True)
class OperationRecord:
    """An operation as it is remembered; no secret.

    Args:
        cluster: Whose.
        kind: What.
        began: When it was asked for, UTC.
        ended: When it was over; None = it is not.
        arguments: What it needs to go on: plan, count, names.
        deployment: Azure's deployment that carries it; empty = none.
    """

    cluster: ClusterId
    kind: OperationKind
    began: datetime
    ended: datetime | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    deployment: str = ""


class ClusterJournal(Protocol):
    """One newest record for each cluster; blocking, small."""

    def records(self) -> tuple[OperationRecord, ...]:
        """All records; none where they cannot be read, which is told (`ports.kept_files`)."""

    def keep(self, record: OperationRecord) -> None:
        """Remember a record in place of the cluster's last. Idempotent.

        Raises:
            SetupError: The folder cannot be written, or what is there cannot be read.
        """

    def forget(self, cluster: ClusterId) -> None:
        """Forget a cluster's record. Idempotent.

        Raises:
            SetupError: As `keep`.
        """
