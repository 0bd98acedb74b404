"""The clusters on Azure as the overview shows them: a card each, what they bill, what needs somebody. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.failure import Failure
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import (
    clock_text,
    doing_text,
    nodes_text,
    region_name,
    state_look,
    stops_text,
    storage_name,
)
from tiepoint.ui.viewmodels.money import amount_text, rate_text

_COALESCED_MS: Final = 100


@dataclass(frozen=True, slots=True)
class ClusterCardView:
    """A cluster's card; every text is ready for people.

    Args:
        id: Which cluster.
        name: Its name.
        pill: State of `theme.states` and the words for it.
        facts: Names and values.
        cost: What it bills now, per hour; empty while unknown.
        spent: What this run has cost; empty when it does not run.
        stops: When it stops by itself; empty when it does not run.
        attention: What needs somebody; empty = nothing.
        tone: Of `attention`.
    """

    id: str
    name: str
    pill: tuple[str, str]
    facts: tuple[tuple[str, str], ...]
    cost: str = ""
    spent: str = ""
    stops: str = ""
    attention: str = ""
    tone: str = "warn"


class ClustersModel(QObject):
    """Follows the clusters.

    Signals:
        changed(): `cards` and the rest are new; at most ten times a second.

    Args:
        program: The services.
        background: Looks again.
    """

    changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._service, self._background = program.azure.clusters, background
        self._soon = QTimer(self, singleShot=True, interval=_COALESCED_MS)
        self._soon.timeout.connect(self.changed)
        self._off: Callable[[], None] = self._service.changed.subscribe(self._touch)

    @property
    def snapshot(self) -> ClustersSnapshot:
        """What stands behind it."""
        return self._service.snapshot

    @property
    def cards(self) -> tuple[ClusterCardView, ...]:
        """A card a cluster, those that need somebody first."""
        made = [card_view(each) for each in self.snapshot.clusters]
        return tuple(sorted(made, key=lambda card: (not card.attention or card.tone == "info", card.name)))

    @property
    def failure(self) -> Failure | None:
        """Why the last look failed."""
        return self.snapshot.failure

    def summary(self) -> str:
        """Say how many there are and how many run."""
        clusters = self.snapshot.clusters
        if not clusters:
            return tr("Clusters", "No cluster on Azure yet")
        words = [tr_count("Clusters", "1 cluster on Azure", "{count} clusters on Azure", len(clusters))]
        running = sum(each.state is ClusterState.RUNNING for each in clusters)
        if running:
            words.append(tr_count("Clusters", "1 running", "{count} running", running))
        return "  ·  ".join(words)

    def billing(self) -> str:
        """Say what all of them bill now; empty while unknown."""
        snapshot = self.snapshot
        return "" if snapshot.per_hour is None else rate_text(snapshot.per_hour, snapshot.currency)

    def refresh(self) -> None:
        """Look now; a failure is in the snapshot."""
        self._background.start(self._service.refresh(), on_failure=lambda _failure: None)

    def shut(self) -> None:
        """Follow nothing any more."""
        self._soon.stop()
        self._off()

    def _touch(self, _told: object) -> None:
        if not self._soon.isActive():
            self._soon.start()


def card_view(cluster: Cluster) -> ClusterCardView:
    """Put a cluster into words."""
    plan, meter = cluster.plan, cluster.meter
    storage = storage_name(plan.storage) if plan else "—"
    attention, tone = _attention(cluster)
    return ClusterCardView(
        id=cluster.id,
        name=plain(cluster.name),
        pill=state_look(cluster.state),
        facts=(
            (tr("Clusters", "Nodes"), nodes_text(cluster)),
            (tr("Clusters", "Storage"), storage),
            (tr("Clusters", "Region"), region_name(cluster.region)),
        ),
        cost="" if meter is None else rate_text(meter.per_hour, meter.currency),
        spent=_spent(cluster),
        stops=stops_text(cluster),
        attention=attention,
        tone=tone,
    )


def _spent(cluster: Cluster) -> str:
    meter = cluster.meter
    if meter is None or meter.since is None:
        return ""
    amount = amount_text(meter.spent, meter.currency)
    return tr("Clusters", "{amount} since {time}", amount=amount, time=clock_text(meter.since))


def _attention(cluster: Cluster) -> tuple[str, str]:
    """Return what needs somebody, and its tone."""
    operation = cluster.operation
    if operation is not None and operation.needs_confirmation:
        return tr("Clusters", "Azure asks you to confirm before it goes on."), "warn"
    if operation is not None and operation.is_interrupted:
        return tr("Clusters", "It was left in the middle. Open it to go on."), "warn"
    failure = (operation.failure if operation else None) or cluster.failure
    if failure is not None:
        return plain(f"{failure.summary} {failure.remedy}".strip()), "err"
    if cluster.state is ClusterState.PARTIAL:
        return tr("Clusters", "Some of it runs and some does not. Open it to see what."), "warn"
    if cluster.state is ClusterState.DATA_KEPT:
        return tr("Clusters", "Deleted; its photos and products are kept and bill a little."), "info"
    doing = doing_text(cluster)
    if doing:
        return doing, "info"
    if cluster.state is ClusterState.PAUSED and cluster.meter is not None and cluster.meter.per_hour > 0:
        return tr("Clusters", "Storage and disks bill while it is paused."), "info"
    return "", "info"
