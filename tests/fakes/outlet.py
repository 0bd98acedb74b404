"""Outlets that remember what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Transfer
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot


class RecordingOutlet:
    """Implements `Outlet`."""

    def __init__(self) -> None:
        self.snapshots: list[RunSnapshot] = []
        self.transfers: list[Transfer] = []
        self.operations: list[ClusterOperation] = []
        self.sites: list[tuple[str, MonitorSnapshot]] = []
        self.notices: list[tuple[str, dict[str, Any], str]] = []
        self.warnings: list[Failure] = []
        self.errors: list[Failure] = []
        self.facts: dict[str, Any] = {}
        self.text = ""
        self.advances = 0

    def progress(self, snapshot: RunSnapshot) -> None:
        self.snapshots.append(snapshot)

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        self.advances += 1

    def transfer(self, transfer: Transfer) -> None:
        self.transfers.append(transfer)

    def cluster(self, operation: ClusterOperation) -> None:
        self.operations.append(operation)

    def site(self, name: str, snapshot: MonitorSnapshot) -> None:
        self.sites.append((name, snapshot))

    def notice(self, kind: str, facts: Mapping[str, Any], text: str) -> None:
        self.notices.append((kind, dict(facts), text))

    def warning(self, warning: Failure, **facts: Any) -> None:
        self.warnings.append(warning)

    def error(self, failure: Failure) -> None:
        self.errors.append(failure)

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        assert not self.facts, "a command has one result"
        self.facts, self.text = dict(facts), text

    def close(self) -> None:
        pass
