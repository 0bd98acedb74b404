"""What stands in the strip for one cluster. Pure; any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.cluster_operation import ClusterOperation, LineState
from tiepoint.domain.operation import OperationState
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life import ClusterLifeModel
from tiepoint.ui.viewmodels.cluster_life_meter import spent_now
from tiepoint.ui.viewmodels.cluster_life_operation import elapsed_text
from tiepoint.ui.viewmodels.cluster_life_words import operation_look
from tiepoint.ui.viewmodels.cluster_words import clock_text, state_look
from tiepoint.ui.viewmodels.money import amount_text, rate_text

_UNKNOWN: Final = "—"


def pill_of(cluster: Cluster, model: ClusterLifeModel) -> tuple[str, str]:
    """Return the state and words of the pill."""
    operation = cluster.operation
    if model.is_offline and operation is None:
        return "lost", tr("Life", "Last known: {state}", state=state_look(cluster.state)[1])
    if operation is not None and operation.state is not OperationState.COMPLETED:
        return operation_look(operation)
    return state_look(cluster.state)


def facts_of(cluster: Cluster, model: ClusterLifeModel) -> tuple[tuple[str, str], ...]:
    """Return what is worth knowing wherever one looks."""
    operation, now = cluster.operation, model.now
    per_hour, currency = bills_now(cluster), currency_of(cluster)
    rate = _UNKNOWN if per_hour is None else rate_text(per_hour, currency, decimals=2)
    if model.is_busy and operation is not None:
        return ((tr("Life", "Elapsed"), elapsed_text(operation, now)), (tr("Life", "Bills now"), rate))
    facts = [(tr("Life", "Bills now"), rate)] if per_hour is not None else []
    if cluster.state in (ClusterState.PAUSED, ClusterState.COLD, ClusterState.DATA_KEPT):
        return tuple(facts)
    if cluster.stops_at is not None:
        facts.append((tr("Life", "Stops itself"), clock_text(cluster.stops_at, now)))
    spent = spent_now(cluster, now)
    if spent is not None:
        facts.append((tr("Life", "Spent"), amount_text(spent, currency)))
    return tuple(facts)


def share_of(operation: ClusterOperation | None) -> float | None:
    """Return how far an operation is; None when none goes on."""
    if operation is None or operation.state.is_over or not operation.lines:
        return None
    return operation.count(LineState.DONE, LineState.SKIPPED) / len(operation.lines)
