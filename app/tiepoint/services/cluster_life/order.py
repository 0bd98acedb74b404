"""What is asked of a cluster, as the journal keeps it, so that a program that starts anew goes on with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.services.cluster_life.plan_tags import plan_from_json, plan_to_json


@dataclass(frozen=True, slots=True)
class Order:
    """An operation asked for.

    Args:
        kind: What is to be done.
        id: With which cluster.
        name: Of the cluster.
        group: Its resource group.
        plan: To deploy; None for everything else.
        count: Of nodes, to scale.
        drains: Whether running tasks may end first.
        keeps_data: Whether the storage account stays.
        follows: A deployment that somebody else began, to be followed and no more.
        secrets: As typed; never in the journal and never shown.
    """

    kind: OperationKind
    id: ClusterId
    name: str
    group: str
    plan: ClusterPlan | None = None
    count: int = 0
    drains: bool = True
    keeps_data: bool = True
    follows: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def target(self) -> str:
        """What it is to become, for people."""
        if self.kind is OperationKind.SCALE:
            return f"{self.count} nodes" if self.count != 1 else "1 node"
        return ""

    @property
    def arguments(self) -> dict[str, Any]:
        """What it needs to go on, as JSON without secrets."""
        return {
            "name": self.name,
            "group": self.group,
            "plan": None if self.plan is None else plan_to_json(self.plan),
            "count": self.count,
            "drains": self.drains,
            "keeps_data": self.keeps_data,
        }


def order_of(record: OperationRecord) -> Order | None:
    """Return the order that a record remembers, None when it cannot be read."""
    told = record.arguments
    try:
        plan = told.get("plan")
        return Order(
            kind=record.kind,
            id=record.cluster,
            name=str(told["name"]),
            group=str(told["group"]),
            plan=None if plan is None else plan_from_json(plan),
            count=int(told.get("count", 0)),
            drains=bool(told.get("drains", True)),
            keeps_data=bool(told.get("keeps_data", True)),
        )
    except (KeyError, TypeError, ValueError):
        return None
