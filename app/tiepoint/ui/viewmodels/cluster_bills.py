"""What a cluster bills, resource by resource and all together, in the state it is in. List prices. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.services.cluster_life.metering import per_hour_now
from tiepoint.ui.text import plain, said_below, tr

LEAST: Final = 0.005
"""Less an hour is not worth a word."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What bills while the cluster rests, and why it cannot be helped.

    Args:
        part: Where it belongs.
        label: For people.
        per_hour: List price.
        why: One sentence.
    """

    part: ResourceGroupKind
    label: str
    per_hour: float
    why: str


def bills_now(cluster: Cluster) -> float | None:
    """Return what a cluster bills per hour as it is now; None = not known."""
    if cluster.meter is not None:
        return cluster.meter.per_hour
    return per_hour_now(cluster, cluster.price) if cluster.price is not None else None


def currency_of(cluster: Cluster) -> str:
    """Return the currency of a cluster's prices."""
    if cluster.meter is not None:
        return cluster.meter.currency
    return cluster.price.currency if cluster.price is not None else "USD"


def machine_price(cluster: Cluster, name: str) -> float | None:
    """Return what a machine costs per hour while it runs; None = not known."""
    lines = cluster.price.lines if cluster.price is not None else ()
    for line in lines:
        if name in line.machines and line.is_known:
            return line.running / len(line.machines)
    prices = dict(cluster.lease.prices) if cluster.lease is not None else {}
    return prices.get(name)


def rest_bills(price: PriceEstimate, *, is_cold: bool, is_data_only: bool = False) -> tuple[Bill, ...]:
    """Return what bills while a cluster is paused or cold, or only its data is left, the dearest first."""
    told = ((line, line.cold if is_cold else line.paused) for line in price.lines)
    found = [
        Bill(line.part, said_below(plain(line.label)), cost, _why(line, is_cold=is_cold))
        for line, cost in told
        if cost > 0 and (line.is_data or not is_data_only)
    ]
    return tuple(sorted(found, key=lambda bill: -bill.per_hour))


def saved_by_cooling(price: PriceEstimate) -> float:
    """Return how much less a cold cluster costs per hour than a paused one."""
    return max(0.0, price.paused - price.cold)


def node_price(price: PriceEstimate | None) -> float | None:
    """Return what one more worker node costs per hour while it runs; None = not known."""
    lines = price.lines if price is not None else ()
    for line in lines:
        if line.part is ResourceGroupKind.NODES and line.machines and line.is_known:
            return line.running / len(line.machines)
    return None


def _why(line: PriceLine, *, is_cold: bool) -> str:
    words = line.label.casefold()
    if "netapp" in words:
        return tr("Bills", "Cannot be switched off, and stays when the cluster is cold.")
    if "lustre" in words:
        return tr("Bills", "Cannot be switched off. Going cold archives it to Blob and removes it.")
    if "disk" in words:
        return tr("Bills", "Keep the machines’ systems, licences and history.")
    if line.part is ResourceGroupKind.STORAGE:
        return tr("Bills", "Captures and products stay there.")
    if line.part in (ResourceGroupKind.ACCESS, ResourceGroupKind.NETWORK):
        if is_cold:
            return tr("Bills", "Bills for as long as it exists.")
        return tr("Bills", "Bills for as long as it exists. Going cold removes it.")
    if line.part is ResourceGroupKind.SECRETS:
        return tr("Bills", "Keeps passwords and activation codes.")
    if line.part is ResourceGroupKind.GUARD:
        return tr("Bills", "Keeps the logs.")
    return tr("Bills", "Keep the machines’ systems, licences and history.")
