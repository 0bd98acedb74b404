"""What a cluster costs now and has cost since it was started. On the loop's thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState, Machine, MachineRole, Meter, Power
from tiepoint.domain.cluster_operation import LineState, ResourceGroupKind
from tiepoint.domain.meter import counted_by_us, current_meter
from tiepoint.domain.price import PriceEstimate, PriceLine
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.versions import DISK

_HALF: Final = (ClusterState.PARTIAL, ClusterState.FAILED)


class Meters:
    """Counts where no guard has; one meter a cluster."""

    def __init__(self) -> None:
        self._counted: dict[ClusterId, Meter] = {}

    def metered(self, cluster: Cluster, facts: ClusterFacts, now: datetime) -> Cluster:
        """Return a cluster with its meter, None while there is no price."""
        if cluster.price is None:
            return cluster
        per_hour = per_hour_now(cluster, cluster.price, facts)
        if facts.meter is not None and cluster.state is not ClusterState.DATA_KEPT:
            meter = current_meter(facts.meter, now, per_hour)
        else:
            meter = counted_by_us(self._counted.get(cluster.id), now, per_hour, cluster.price.currency)
            self._counted[cluster.id] = meter
        return dataclasses.replace(cluster, meter=meter)

    def forget(self, cluster: ClusterId) -> None:
        """Begin anew with a cluster."""
        self._counted.pop(cluster, None)


def per_hour_now(cluster: Cluster, price: PriceEstimate, facts: ClusterFacts | None = None) -> float:
    """Return what everything of a cluster that is billed now costs per hour, at list price.

    Args:
        cluster: Which.
        price: Of its plan.
        facts: What Azure said last: of a cluster that is there by half only that half bills.
    """
    there = types_there(facts) if cluster.state in _HALF else None
    return sum(_line_now(line, cluster, there) for line in price.lines)


def priced_machines(line: PriceLine, machines: Iterable[Machine]) -> list[Machine]:
    """Return those that a line is the price of: the ones it names, and nodes that are there besides the plan's.

    A scaling that ended in the middle leaves more nodes than the plan says; they bill all the same.
    """
    is_nodes = line.part is ResourceGroupKind.NODES
    return [each for each in machines if each.name in line.machines or (is_nodes and each.role is MachineRole.NODE)]


def types_there(facts: ClusterFacts | None) -> frozenset[str] | None:
    """Return the types of resources that a cluster has, in lower case; None = they are not known."""
    if facts is None or facts.resources is None:
        return None
    machines = (DISK,) if facts.machines else ()
    return frozenset(each.lower() for each in (*(one.type for one in facts.resources), *machines))


def _line_now(line: PriceLine, cluster: Cluster, there: frozenset[str] | None) -> float:
    if line.machines:
        ours = priced_machines(line, cluster.machines)
        return sum(line.running if each.power.is_billed else line.paused for each in ours) / len(line.machines)
    if there is not None and line.type and line.type.lower() not in there:
        return 0.0
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
