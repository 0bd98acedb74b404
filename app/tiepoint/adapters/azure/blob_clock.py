"""How far the clocks of Blob accounts are ahead of this computer's.

Guards go by Blob's clock (its Date header). A computer whose clock is an hour slow would write leases that have lapsed
already, and see a cluster stop while somebody wants it: times are turned from one clock to the other at this edge.
Any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from tiepoint.domain.cluster import Lease, Meter, MeterSegment
from tiepoint.ports.azure import Heartbeat

_LEAST: Final = timedelta(seconds=30)
"""What counts as no difference: the header has whole seconds, and answers take their time."""
NONE: Final = timedelta()


class BlobClock:
    """Remembers each account's clock."""

    def __init__(self) -> None:
        self._ahead: dict[str, timedelta] = {}

    def hear(self, endpoint: str, headers: Mapping[str, str]) -> None:
        """Take note of an answer's headers."""
        try:
            told = parsedate_to_datetime(headers["Date"])
        except (KeyError, TypeError, ValueError):
            return
        ahead = (told if told.tzinfo else told.replace(tzinfo=UTC)) - datetime.now(UTC)
        self._ahead[endpoint] = ahead if abs(ahead) >= _LEAST else NONE

    def ahead(self, endpoint: str) -> timedelta | None:
        """Return how far an account's clock is ahead; None = it has not been heard."""
        return self._ahead.get(endpoint)


def lease_by(lease: Lease, shift: timedelta) -> Lease:
    """Return a lease with its times shifted."""
    return dataclasses.replace(lease, until=lease.until + shift) if shift else lease


def meter_by(meter: Meter, shift: timedelta) -> Meter:
    """Return a meter with its times shifted."""
    if not shift:
        return meter
    segments = tuple(
        MeterSegment(each.start + shift, each.end + shift if each.end else None, each.per_hour)
        for each in meter.segments
    )
    return dataclasses.replace(meter, since=meter.since + shift if meter.since else None, segments=segments)


def heartbeat_by(heartbeat: Heartbeat, shift: timedelta) -> Heartbeat:
    """Return a heartbeat with its times shifted."""
    if not shift:
        return heartbeat
    return dataclasses.replace(heartbeat, time=heartbeat.time + shift, booted=heartbeat.booted + shift)
