"""What guards read and write in a cluster's container `control`; shapes as in `tiepoint.domain.control_document`."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from azure_double.clock import Clock
from azure_double.guards.standing import Standing
from tiepoint.domain import control_document as documents
from tiepoint.domain.cluster import Lease
from tiepoint.domain.meter import counted_by_us

_READ_EVERY_S = 0.2
_COUNT_AZURE_S, _COUNT_WALL_S = 60.0, 1.0


class Papers:
    """The container of one cluster.

    Args:
        client: Azure's own, of the account.
    """

    def __init__(self, client: BlobServiceClient) -> None:
        self._container = client.get_container_client(documents.CONTAINER)
        self._kept: dict[str, tuple[float, Any]] = {}
        self._counted = (0.0, 0.0)

    def _read(self, name: str, *, is_fresh: bool = False) -> Any:
        kept = self._kept.get(name)
        if kept and not is_fresh and time.monotonic() - kept[0] < _READ_EVERY_S:
            return kept[1]
        try:
            content = json.loads(self._container.download_blob(name).readall())
        except (ResourceNotFoundError, ValueError):
            content = None
        self._kept[name] = (time.monotonic(), content)
        return content

    def _write(self, name: str, content: dict[str, Any], metadata: dict[str, str] | None = None) -> None:
        self._container.upload_blob(name, json.dumps(content).encode(), overwrite=True, metadata=metadata)

    def draining(self) -> frozenset[str]:
        """Names of machines that are to take no new task."""
        return documents.read_drain(self._read(documents.DRAIN_BLOB))

    def lapsed_lease(self) -> Lease | None:
        """The lease, when there is one and it has ended."""
        lease = self._lease()
        return lease if lease and lease.until < datetime.now(UTC) else None

    def _lease(self) -> Lease | None:
        try:
            return documents.read_lease(self._read(documents.LEASE_BLOB))
        except documents.UnreadableDocument:
            return None

    def beat(self, each: Standing, *, drains: bool) -> None:
        """Write a heartbeat."""
        now = datetime.now(UTC)
        metadata = documents.heartbeat_metadata(
            time=now, booted=each.booted, is_busy=each.is_busy, is_draining=drains, message="Played by the double."
        )
        # A second is long in the double's time: stamps are finer here than a guard's.
        metadata |= {"time": now.isoformat(), "booted": each.booted.isoformat()}
        body = {
            "schema_version": documents.SCHEMA_VERSION, "name": each.name, "time": metadata["time"],
            "booted": metadata["booted"], "busy": each.is_busy, "draining": drains, "idle_minutes": 0.0,
            "message": "Played by the double.",
        }  # fmt: skip
        self._write(f"{documents.NODES_PREFIX}{each.name}.json", body, metadata)

    def is_due_to_count(self, clock: Clock) -> bool:
        """Whether the scheduler's guard would count now."""
        now = (time.monotonic(), clock.seconds())
        if now[0] - self._counted[0] < _COUNT_WALL_S or now[1] - self._counted[1] < _COUNT_AZURE_S:
            return False
        self._counted = now
        return True

    def count(self, billed: Sequence[str]) -> None:
        """Count what has been spent, once the panel has begun a run."""
        try:
            known = documents.read_meter(self._read(documents.METER_BLOB, is_fresh=True))
        except documents.UnreadableDocument:
            return
        lease = self._lease()
        prices = dict(lease.prices) if lease else {}
        per_hour = sum(prices.get(name, 0.0) for name in billed) + prices.get("*", 0.0)
        now = datetime.now(UTC)
        meter = counted_by_us(known, now, per_hour, known.currency)
        last = replace(meter.segments[-1], end=now)
        self._write(
            documents.METER_BLOB, documents.meter_document(replace(meter, segments=(*meter.segments[:-1], last)))
        )
