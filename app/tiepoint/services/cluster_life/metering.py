"""What a cluster costs now and has cost since it was started. On the loop's thread."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState, Machine, Meter, Power
from tiepoint.domain.cluster_operation import LineState
from tiepoint.domain.meter import counted_by_us, current_meter
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.services.cluster_life.facts import ClusterFacts


class Meters:
    """Counts where no guard has; one meter a cluster."""

    def __init__(self) -> None:
        self._counted: dict[ClusterId, Meter] = {}

    def metered(self, cluster: Cluster, facts: ClusterFacts, now: datetime) -> Cluster:
        """Return a cluster with its meter, None while there is no price."""
        if cluster.price is None:
            return cluster
        per_hour = per_hour_now(cluster, cluster.price)
        if facts.meter is not None and cluster.state is not ClusterState.DATA_KEPT:
            meter = current_meter(facts.meter, now, per_hour)
        else:
            meter = counted_by_us(self._counted.get(cluster.id), now, per_hour, cluster.price.currency)
            self._counted[cluster.id] = meter
        return dataclasses.replace(cluster, meter=meter)

    def forget(self, cluster: ClusterId) -> None:
        """Begin anew with a cluster."""
        self._counted.pop(cluster, None)


def per_hour_now(cluster: Cluster, price: PriceEstimate) -> float:
    """Return what everything of a cluster that is billed now costs per hour, at list price."""
    powers = {machine.name: machine for machine in cluster.machines}
    return sum(_line_now(line, cluster, powers) for line in price.lines)


def _line_now(line: PriceLine, cluster: Cluster, machines: dict[str, Machine]) -> float:
    if line.machines:
        on = sum(name in machines and machines[name].power.is_billed for name in line.machines)
        here = sum(name in machines for name in line.machines)
        paused = line.paused * here / len(line.machines)
        return paused + (line.running - line.paused) * on / len(line.machines)
    if cluster.state is ClusterState.DATA_KEPT:
        return line.cold if line.is_data else 0.0
    if cluster.state is ClusterState.DEPLOYING and not _is_there(line, cluster):
        return 0.0
    if cluster.state is ClusterState.COLD:
        return line.cold
    runs = any(machine.power is not Power.DEALLOCATED for machine in cluster.machines)
    return line.running if runs else line.paused


def _is_there(line: PriceLine, cluster: Cluster) -> bool:
    """Whether a part that is being deployed bills already: something of it is made."""
    lines = cluster.operation.lines if cluster.operation else ()
    return any(each.part is line.part and each.state is LineState.DONE for each in lines)
