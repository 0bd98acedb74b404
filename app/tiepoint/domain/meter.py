"""What a cluster has cost: added up from stretches of time at one price each. Money at list price. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Meter, MeterSegment

_SAME_PRICE: Final = 1e-9
_S_PER_HOUR: Final = 3600.0


def cost_between(segments: Iterable[MeterSegment], start: datetime, end: datetime) -> float:
    """Return what was spent between two moments, such as the begin and the end of a job.

    Args:
        segments: Stretches; one without an end goes on until `end`.
        start: UTC.
        end: UTC; before `start` = nothing.
    """
    return sum(
        _hours(max(segment.start, start), min(segment.end or end, end)) * segment.per_hour for segment in segments
    )


def counted_until(meter: Meter) -> datetime | None:
    """Return up to when a meter has been counted; None = it does not say."""
    return next((segment.end or segment.start for segment in reversed(meter.segments)), meter.since)


def current_meter(counted: Meter, now: datetime, per_hour: float) -> Meter:
    """Return what a guard has counted, carried on to now at the present price.

    A guard counts once a minute while the scheduler runs, and not at all while the cluster is paused; what bills then
    is in the present price.

    Args:
        counted: By the guard.
        now: UTC.
        per_hour: What everything that is billed now costs.
    """
    until = counted_until(counted)
    if until is None or until >= now:
        return Meter(counted.since, per_hour, counted.spent, counted.currency, counted.segments)
    closed = tuple(MeterSegment(each.start, each.end or until, each.per_hour) for each in counted.segments)
    spent = counted.spent + _hours(until, now) * per_hour
    return Meter(counted.since, per_hour, spent, counted.currency, extended(closed, until, None, per_hour))


def counted_by_us(known: Meter | None, now: datetime, per_hour: float, currency: str = "USD") -> Meter:
    """Return a meter that is counted here because no guard has: what was spent until now, going on at a new price.

    Args:
        known: As it was counted here last; None = it begins now.
        now: UTC.
        per_hour: From now on.
        currency: Of the price.
    """
    if known is None or known.since is None:
        return Meter(now, per_hour, 0.0, currency, (MeterSegment(now, None, per_hour),))
    last = known.segments[-1] if known.segments else MeterSegment(known.since, None, known.per_hour)
    before = known.segments[:-1]
    if last.end is None:
        last = MeterSegment(last.start, max(now, last.start), last.per_hour)
    segments = extended((*before, last), last.end or now, None, per_hour)
    spent = cost_between(segments, known.since, now)
    return Meter(known.since, per_hour, spent, currency, segments)


def extended(
    segments: tuple[MeterSegment, ...], start: datetime, end: datetime | None, per_hour: float
) -> tuple[MeterSegment, ...]:
    """Return stretches with one more; at the price of the last, it makes that longer."""
    if segments and segments[-1].end == start and abs(segments[-1].per_hour - per_hour) < _SAME_PRICE:
        return (*segments[:-1], MeterSegment(segments[-1].start, end, per_hour))
    return (*segments, MeterSegment(start, end, per_hour))


def _hours(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / _S_PER_HOUR)
