"""What panel and guards tell each other, as JSON: blobs in the container `control` of a cluster's account.

    lease.json        who wants the cluster and until when, with the prices to count by; the panel writes it
    meter.json        what the scheduler's guard has counted; the panel begins a new run in it
    nodes/NAME.json   what a machine's guard said last, as body and as metadata
    drain.json        machines that are to take no new task; the panel writes it

infra/scripts/linux/guard.py and windows/guard.ps1 read and write the same shapes and cannot import this file; a suite
of their own (tests/unit/guard) holds the two together. Reading is tolerant: what is unknown is
passed over, what makes no sense counts as absent. Pure; any thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, unquote

from tiepoint.domain.cluster import Lease, Meter, MeterSegment
from tiepoint.domain.cluster_plan import GuardPlan

CONTAINER: Final = "control"
LEASE_BLOB: Final = "lease.json"
METER_BLOB: Final = "meter.json"
DRAIN_BLOB: Final = "drain.json"
NODES_PREFIX: Final = "nodes/"
SCHEMA_VERSION: Final = 1
_LONGEST_MESSAGE: Final = 400
_DEAREST_PER_HOUR: Final = 1e6


class UnreadableDocument(ValueError):
    """A document does not say what its kind must say; the text names what is missing."""


def lease_document(lease: Lease) -> dict[str, Any]:
    """Return a lease as it is kept."""
    return {
        "schema_version": SCHEMA_VERSION,
        "holder": lease.holder,
        "until": _text_of(lease.until),
        "idle_minutes": lease.idle_minutes,
        "budget": lease.budget,
        "currency": lease.currency,
        "prices": dict(lease.prices),
    }


def read_lease(content: object) -> Lease:
    """Read a lease.

    Raises:
        UnreadableDocument: It is none, or does not say until when.
    """
    data = _object(content)
    until = _time(data.get("until"))
    if until is None:
        raise UnreadableDocument("a lease without an end")
    idle = _number(data.get("idle_minutes"), most=100_000)
    return Lease(
        holder=_text(data.get("holder")),
        until=until,
        idle_minutes=GuardPlan().idle_minutes if idle is None else round(idle),
        budget=_number(data.get("budget"), most=1e9),
        currency=_text(data.get("currency")) or "USD",
        prices=tuple(_prices(data.get("prices"))),
    )


def meter_document(meter: Meter) -> dict[str, Any]:
    """Return a meter as it is kept; `counted` is the end of its last stretch, or its begin where there is none."""
    ends = [segment.end for segment in meter.segments if segment.end is not None]
    return {
        "schema_version": SCHEMA_VERSION,
        "since": _text_of(meter.since) if meter.since else None,
        "counted": _text_of(ends[-1]) if ends else _text_of(meter.since) if meter.since else None,
        "per_hour": meter.per_hour,
        "spent": meter.spent,
        "currency": meter.currency,
        "segments": [
            {
                "start": _text_of(segment.start),
                "end": _text_of(segment.end) if segment.end else None,
                "per_hour": segment.per_hour,
            }
            for segment in meter.segments
        ],
    }


def read_meter(content: object) -> Meter:
    """Read a meter.

    Raises:
        UnreadableDocument: It is none, or does not say since when.
    """
    data = _object(content)
    since = _time(data.get("since"))
    if since is None:
        raise UnreadableDocument("a meter without a begin")
    segments = data.get("segments")
    return Meter(
        since=since,
        per_hour=_number(data.get("per_hour"), most=_DEAREST_PER_HOUR) or 0.0,
        spent=_number(data.get("spent")) or 0.0,
        currency=_text(data.get("currency")) or "USD",
        segments=tuple(_segments(segments if isinstance(segments, list) else [])),
    )


def new_meter(start: datetime, currency: str = "USD") -> Meter:
    """Return the meter of a run that begins."""
    return Meter(start, 0.0, 0.0, currency)


def heartbeat_metadata(
    *, time: datetime, booted: datetime, is_busy: bool, is_draining: bool, idle_minutes: float = 0.0, message: str = ""
) -> dict[str, str]:
    """Return what a guard writes as its blob's metadata; tests of the panel's side write heartbeats with it."""
    return {
        "time": _text_of(time),
        "booted": _text_of(booted),
        "busy": str(is_busy).lower(),
        "draining": str(is_draining).lower(),
        "idle_minutes": f"{idle_minutes:.1f}",
        "message": quote(message, safe=" ,.:;()-")[:_LONGEST_MESSAGE],
    }


def read_heartbeat(metadata: Mapping[str, str]) -> tuple[datetime, datetime, bool, bool, str]:
    """Read a heartbeat's metadata: time, boot, busy, draining, message.

    Raises:
        UnreadableDocument: It does not say when.
    """
    data = {str(name).lower(): value for name, value in metadata.items()}
    time = _time(data.get("time"))
    if time is None:
        raise UnreadableDocument("a heartbeat without a time")
    booted = _time(data.get("booted")) or time
    message = unquote(str(data.get("message") or ""), errors="replace")
    return time, booted, _is_true(data.get("busy")), _is_true(data.get("draining")), " ".join(message.split())


def machine_of(blob: str) -> str:
    """Return the machine whose heartbeat a blob is; empty = it is none."""
    if not (blob.startswith(NODES_PREFIX) and blob.endswith(".json")):
        return ""
    return blob[len(NODES_PREFIX) : -len(".json")]


def drain_document(names: Iterable[str]) -> dict[str, Any]:
    """Return the wish that machines take no new task."""
    return {"schema_version": SCHEMA_VERSION, "names": sorted(set(names))}


def read_drain(content: object) -> frozenset[str]:
    """Read which machines are to take no new task; something unreadable asks nobody."""
    names = content.get("names") if isinstance(content, dict) else None
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else frozenset()


def _segments(entries: list[Any]) -> Iterable[MeterSegment]:
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        start, end = _time(entry.get("start")), _time(entry.get("end"))
        per_hour = _number(entry.get("per_hour"), most=_DEAREST_PER_HOUR)
        if start is not None and per_hour is not None and (end is None or end >= start):
            yield MeterSegment(start, end, per_hour)


def _prices(content: object) -> Iterable[tuple[str, float]]:
    if isinstance(content, dict):
        for name, value in content.items():
            price = _number(value, most=_DEAREST_PER_HOUR)
            if price is not None:
                yield str(name), price


def _object(content: object) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise UnreadableDocument("not an object")
    return content


def _number(value: object, most: float = math.inf) -> float | None:
    """Return a finite number from 0 on; anything else counts as absent."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and 0 <= number <= most else None


def _text(value: object) -> str:
    return " ".join(value.split())[:_LONGEST_MESSAGE] if isinstance(value, str) else ""


def _is_true(value: object) -> bool:
    return str(value).strip().lower() in ("true", "1")


def _time(value: object) -> datetime | None:
    """Read an ISO time; one without an offset is UTC, as all of them are written."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
