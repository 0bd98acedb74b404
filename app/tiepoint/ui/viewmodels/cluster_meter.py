"""What all clusters bill together, for the strip of every page and for the question on closing. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import LEAST, bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life_meter import is_anything_on
from tiepoint.ui.viewmodels.cluster_words import clock_text, state_look
from tiepoint.ui.viewmodels.money import rate_text

_MOVING = (
    ClusterState.DEPLOYING,
    ClusterState.RESUMING,
    ClusterState.PAUSING,
    ClusterState.COOLING,
    ClusterState.SCALING,
    ClusterState.DELETING,
)


@dataclass(frozen=True, slots=True)
class SummedUp:
    """What the chip shows.

    Args:
        rate: `18.45 $/h`; empty = not known.
        words: `stops itself 14:40`, `paused`, `2 clusters`.
        running: Those that could be paused.
        clusters: All that bill, the dearest first.
        is_uncertain: Whether one of them runs, and nothing is known that would stop it.
        is_stale: Whether this is only the last that was known.
    """

    rate: str
    words: str
    running: tuple[Cluster, ...]
    clusters: tuple[Cluster, ...]
    is_uncertain: bool = False
    is_stale: bool = False


def billing(snapshot: ClustersSnapshot) -> tuple[Cluster, ...]:
    """Return the clusters that bill something, the dearest first."""
    found = [each for each in snapshot.clusters if is_anything_on(each) or _is_costing(each)]
    return tuple(sorted(found, key=lambda each: -(bills_now(each) or 0.0)))


def worth_asking(snapshot: ClustersSnapshot) -> tuple[Cluster, ...]:
    """Return what the question on closing lists; nothing when all that bills is cold, which is meant to stay so."""
    clusters = billing(snapshot)
    return clusters if any(each.state is not ClusterState.COLD for each in clusters) else ()


def summed_up(snapshot: ClustersSnapshot, now: datetime) -> SummedUp | None:
    """Sum up what bills; None = nothing does."""
    clusters = billing(snapshot)
    if not clusters:
        return None
    known = [cost for each in clusters if (cost := bills_now(each)) is not None]
    running = tuple(each for each in clusters if is_anything_on(each) and each.state not in _MOVING)
    return SummedUp(
        rate_text(sum(known), currency_of(clusters[0]), decimals=2) if known else "",
        _words(clusters, running, now),
        running,
        clusters,
        any(each.stops_at is None and each.lease is None for each in running),
        snapshot.failure is not None,
    )


def _is_costing(cluster: Cluster) -> bool:
    return cluster.state is not ClusterState.DATA_KEPT and (bills_now(cluster) or 0.0) >= LEAST


def bill_line(cluster: Cluster, now: datetime) -> str:
    """Return what a cluster is and bills in one line: `harbour, running: 18.45 $/h, stops itself 14:40`."""
    per_hour = bills_now(cluster)
    rate = tr("ClusterChip", "price not known")
    if per_hour is not None:
        rate = rate_text(per_hour, currency_of(cluster), decimals=2)
    name, state = plain(cluster.name, limit=40), state_look(cluster.state)[1].lower()
    if is_anything_on(cluster) and cluster.stops_at is not None:
        time = clock_text(cluster.stops_at, now)
        return tr(
            "ClusterChip", "{name}, {state}: {rate}, stops itself {time}", name=name, state=state, rate=rate, time=time
        )
    return tr("ClusterChip", "{name}, {state}: {rate}", name=name, state=state, rate=rate)


def _words(clusters: tuple[Cluster, ...], running: tuple[Cluster, ...], now: datetime) -> str:
    stops = [each.stops_at for each in running if each.stops_at is not None]
    if len(clusters) > 1:
        count = tr_count("ClusterChip", "{count} cluster", "{count} clusters", len(clusters))
        if running and len(stops) == len(running):
            return tr("ClusterChip", "{count} · last stops {time}", count=count, time=clock_text(max(stops), now))
        return count
    only = clusters[0]
    if stops:
        return tr("ClusterChip", "stops itself {time}", time=clock_text(stops[0], now))
    if only.state in _MOVING or not running:
        return state_look(only.state)[1]
    if only.lease is not None:
        return tr("ClusterChip", "kept until {time}", time=clock_text(only.lease.until, now))
    return tr("ClusterChip", "nothing stops it")
