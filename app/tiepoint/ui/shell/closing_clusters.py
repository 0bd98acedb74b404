"""The words of the question on closing about clusters that bill. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tiepoint.domain.cluster import Cluster
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life_meter import is_anything_on
from tiepoint.ui.viewmodels.cluster_meter import bill_line
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.money import rate_text


def running_of(clusters: Sequence[Cluster]) -> tuple[Cluster, ...]:
    """Return those that have machines on."""
    return tuple(each for each in clusters if is_anything_on(each))


def clusters_title(clusters: Sequence[Cluster]) -> str:
    """Say what bills in a few words; empty when nothing does."""
    if not clusters:
        return ""
    known = [cost for each in clusters if (cost := bills_now(each)) is not None]
    if not known:
        return tr_count("Closing", "A cluster bills on", "{count} clusters bill on", len(clusters))
    rate = rate_text(sum(known), currency_of(clusters[0]), decimals=2)
    if len(clusters) == 1:
        return tr("Closing", "{name} bills {rate}", name=plain(clusters[0].name, limit=40), rate=rate)
    return tr_count("Closing", "{count} cluster bills {rate}", "{count} clusters bill {rate}", len(clusters), rate=rate)


def cluster_names(clusters: Sequence[Cluster], now: datetime) -> list[str]:
    """Return each cluster with what it does and bills."""
    return [bill_line(each, now) for each in clusters]


def left_text(clusters: Sequence[Cluster], now: datetime) -> str:
    """Say what becomes of clusters when the window closes."""
    running = running_of(clusters)
    if not running:
        return tr("Closing", "Clusters at rest bill on until they are made cold or deleted.") if clusters else ""
    stops = [each.stops_at for each in running if each.stops_at is not None]
    if len(stops) == len(running):
        if len(running) == 1:
            time = clock_text(stops[0], now)
            return tr("Closing", "The cluster runs on; its guards stop it at {time} if nobody works.", time=time)
        time = clock_text(max(stops), now)
        return tr("Closing", "The clusters run on; their guards stop the last at {time} if nobody works.", time=time)
    kept = [each.lease.until for each in running if each.lease is not None and each.lease.until > now]
    if len(kept) == len(running):
        time = clock_text(max(kept), now)
        return tr("Closing", "What runs is kept until {time}, then its guards stop it.", time=time)
    return tr("Closing", "What runs goes on, and bills until its guards or you stop it.")


def pause_words(clusters: Sequence[Cluster]) -> tuple[str, str]:
    """Return the title of pausing on leaving, and what it means."""
    running = running_of(clusters)
    costs = [each.price.paused for each in running if each.price is not None]
    title = tr_count("Closing", "Pause the cluster and close", "Pause {count} clusters and close", len(running))
    text = tr("Closing", "Machines are switched off now; tasks that run are done again later.")
    if costs and len(costs) == len(running):
        rate = rate_text(sum(costs), currency_of(running[0]), decimals=2)
        text += " " + tr("Closing", "Then {rate} for disks and storage.", rate=rate)
    return title, text
