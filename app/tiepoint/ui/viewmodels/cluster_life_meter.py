"""The meter in words: what a cluster costs now, since when, of which budget, and when it stops. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.budget import budget_of
from tiepoint.domain.cluster import Cluster, ClusterState, Power
from tiepoint.domain.meter import cost_between
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.jobs_words import duration_text
from tiepoint.ui.viewmodels.money import amount_text, number_text, sign_of

_UNKNOWN: Final = "—"
_MOST_CARRIED: Final = timedelta(minutes=3)
"""So long is the meter carried on without a word from Azure."""


@dataclass(frozen=True, slots=True)
class MeterView:
    """What the meter shows.

    Args:
        since: When the run began, in words; empty = not known.
        per_hour: Figure alone.
        spent: Figure alone.
        sign: Of the currency.
        machines: What runs, in words.
        for_s: How long it has run, in words.
        budget: `89.20 of 120 $`; empty = none.
        budget_share: Of the budget, 0 to 1 and more; None = none.
        stops: `Stops itself at 14:40`; what is so instead when it does not.
        stops_why: The sentence below.
        is_kept: Whether somebody holds the lease.
        is_uncertain: Whether nothing is known that would stop it.
    """

    since: str
    per_hour: str
    spent: str
    sign: str
    machines: str
    for_s: str
    budget: str
    budget_share: float | None
    stops: str
    stops_why: str
    is_kept: bool
    is_uncertain: bool


def meter_view(cluster: Cluster, now: datetime) -> MeterView:
    """Return the meter of a cluster."""
    currency, per_hour, spent = currency_of(cluster), bills_now(cluster), spent_now(cluster, now)
    budget = budget_of(cluster)
    stops, why, is_uncertain = _stops(cluster, now)
    since = cluster.meter.since if cluster.meter is not None else None
    has_budget = budget is not None and spent is not None
    return MeterView(
        since=_since_words(since, now),
        per_hour=_UNKNOWN if per_hour is None else number_text(per_hour),
        spent=_UNKNOWN if spent is None else number_text(spent),
        sign=sign_of(currency),
        machines=running_words(cluster),
        for_s=duration_text((now - since).total_seconds()) if since and since <= now else _UNKNOWN,
        budget=_budget_words(spent or 0.0, budget or 0.0, currency) if has_budget else "",
        budget_share=(spent or 0.0) / budget if has_budget and budget else None,
        stops=stops,
        stops_why=why,
        is_kept=cluster.lease is not None and cluster.lease.until > now,
        is_uncertain=is_uncertain,
    )


def spent_now(cluster: Cluster, now: datetime) -> float | None:
    """Return what was spent since the run began, carried on from the last look for a few minutes at most."""
    meter = cluster.meter
    if meter is None or meter.since is None:
        return None if meter is None else meter.spent
    seen = cluster.updated
    until = now if seen is None else min(now, seen + _MOST_CARRIED)
    if meter.segments:
        return max(meter.spent, cost_between(meter.segments, meter.since, until))
    hours = 0.0 if seen is None else max(0.0, (until - seen).total_seconds() / 3600)
    return meter.spent + hours * meter.per_hour


def idle_minutes_of(cluster: Cluster) -> int | None:
    """Return how long a machine stays on without a task."""
    if cluster.lease is not None:
        return cluster.lease.idle_minutes
    return cluster.plan.guard.idle_minutes if cluster.plan is not None else None


def running_words(cluster: Cluster) -> str:
    """Say what runs: `running, 6 machines`."""
    billed = sum(machine.power.is_billed for machine in cluster.machines)
    if cluster.state is ClusterState.COLD:
        return tr("Meter", "cold, nothing runs")
    if not billed:
        return tr("Meter", "all machines are off")
    return (
        tr("Meter", "{count} machines and storage", count=billed)
        if billed > 1
        else tr("Meter", "1 machine and storage")
    )


def is_anything_on(cluster: Cluster) -> bool:
    """Whether any machine bills."""
    return any(machine.power.is_billed for machine in cluster.machines)


def _since_words(since: datetime | None, now: datetime) -> str:
    if since is None:
        return tr("Meter", "list price")
    return tr("Meter", "list price, since {time}", time=clock_text(since, now))


def _budget_words(spent: float, budget: float, currency: str) -> str:
    return tr("Meter", "{spent} of {budget}", spent=number_text(spent), budget=amount_text(budget, currency))


def _stops(cluster: Cluster, now: datetime) -> tuple[str, str, bool]:
    idle = idle_minutes_of(cluster)
    after = (
        tr("Meter", "after its last task")
        if idle is None
        else tr("Meter", "{count} min after its last task", count=idle)
    )
    if cluster.stops_at is not None:
        title = tr("Meter", "Stops itself at {time}", time=clock_text(cluster.stops_at, now))
        return title, tr("Meter", "Enforced in Azure {when}, this computer on or off.", when=after), False
    lease = cluster.lease
    if lease is not None and lease.until > now:
        title = tr("Meter", "Kept until {time}", time=clock_text(lease.until, now))
        return (
            title,
            tr("Meter", "By {holder}. Then it stops once it has nothing to do.", holder=plain(lease.holder)),
            False,
        )
    if any(machine.is_healthy for machine in cluster.machines if machine.power is Power.RUNNING):
        title = tr("Meter", "Nobody holds it any more")
        why = tr("Meter", "Its guards switch it off, each node {when}.", when=after)
        return title, why, False
    title = tr("Meter", "Nothing is known that would stop it")
    return title, tr("Meter", "No lease and no guard was heard. Pause it when you are done."), True
