"""A cluster's budget, and whether its guards can watch it: what has no price counts nothing. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass

from tiepoint.domain.cluster import Cluster


@dataclass(frozen=True, slots=True)
class BudgetGap:
    """Why a budget ends a run too late, or never.

    Args:
        budget: Which.
        currency: Of it.
        missing: What has no price, for people; empty = nothing has one, and the budget never ends the run.
    """

    budget: float
    currency: str
    missing: tuple[str, ...] = ()


def budget_of(cluster: Cluster) -> float | None:
    """Return the budget of the run: the lease's, else the plan's."""
    if cluster.lease is not None and cluster.lease.budget is not None:
        return cluster.lease.budget
    return cluster.plan.guard.budget if cluster.plan is not None else None


def budget_gap(cluster: Cluster) -> BudgetGap | None:
    """Return why the budget of a cluster that is on cannot be watched in full; None = it can, or there is none."""
    budget, price, lease = budget_of(cluster), cluster.price, cluster.lease
    if budget is None or not any(machine.power.is_billed for machine in cluster.machines):
        return None
    if price is not None:
        missing = tuple(dict.fromkeys(line.label for line in price.unknown))
        return BudgetGap(budget, price.currency, missing if price.running > 0 else ()) if missing else None
    if lease is None or any(each > 0 for _, each in lease.prices):
        return None  # guards count by the prices that were known last
    return BudgetGap(budget, lease.currency)
