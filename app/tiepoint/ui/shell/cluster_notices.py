"""Telling people of clusters while they look elsewhere: done, failed, waiting for them, idle and billing. Once each.

Only what happens while the panel runs is told: what an operation was when seen first is no news. GUI thread only.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QObject

from tiepoint.domain.cluster import Cluster, ClusterState, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, OperationKind
from tiepoint.domain.operation import OperationState
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.notifications import Notification
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life_operation import elapsed_text, failed_resource
from tiepoint.ui.viewmodels.cluster_life_words import operation_verb
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.money import rate_text

_NAME_LENGTH: Final = 80
_IDLE_AFTER: Final = timedelta(minutes=10)
Tell = Callable[[str, Notification], None]


class ClusterNotices(QObject):
    """Watches the clusters.

    Args:
        owner: Lives as long as this.
        panel: Whose clusters.
        tell: Tells, as `JobNotifications.tell` does.
        now: The clock, UTC.
    """

    def __init__(self, owner: QObject, panel: Panel, tell: Tell, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(owner)
        self._tell, self._now = tell, now
        self._known: dict[str, tuple[object, ...]] = {}
        self._operations: dict[str, tuple[Cluster, ClusterOperation]] = {}
        self._idle_since: dict[str, datetime] = {}
        self._idle_told: set[str] = set()
        self._off = panel.program.azure.clusters.changed.subscribe(self._on_changed)
        self._on_changed(panel.program.azure.clusters.snapshot)

    def shut(self) -> None:
        """Tell nothing any more."""
        self._off()

    def _on_changed(self, snapshot: ClustersSnapshot) -> None:
        for cluster in snapshot.clusters:
            self._look_at_operation(cluster)
            self._look_at_idleness(cluster)
        if snapshot.is_known and snapshot.failure is None:
            self._look_for_deleted({cluster.id for cluster in snapshot.clusters})

    def _look_at_operation(self, cluster: Cluster) -> None:
        operation = cluster.operation
        if operation is None:
            self._known.pop(cluster.id, None)
            self._operations.pop(cluster.id, None)
            return
        state = (operation.kind, operation.began, operation.state, operation.needs_confirmation)
        before = self._known.get(cluster.id)
        self._known[cluster.id] = state
        self._operations[cluster.id] = (cluster, operation)
        was_going = before is not None and before[:2] == state[:2] and before[2] in _GOING
        if was_going and before != state:
            self._tell_operation(cluster, operation, is_asking=operation.needs_confirmation)

    def _tell_operation(self, cluster: Cluster, operation: ClusterOperation, *, is_asking: bool) -> None:
        if operation.state is OperationState.COMPLETED:
            self._tell("ok", _completed(cluster, operation, self._now()))
        elif operation.state is OperationState.FAILED and not operation.is_interrupted:
            self._tell("error", _failed(cluster, operation))
        elif is_asking and operation.state is OperationState.RUNNING:
            self._tell("warning", _asks(cluster, operation))

    def _look_for_deleted(self, there: set[str]) -> None:
        for key in [key for key in self._operations if key not in there]:
            cluster, operation = self._operations.pop(key)
            self._known.pop(key, None)
            if operation.kind is OperationKind.DELETE and not operation.state.is_over:
                title = tr("Notice", "{name} is deleted", name=_name(cluster))
                text = tr("Notice", "It bills nothing any more, except for photos and products that you kept.")
                self._tell("ok", _notification(cluster, "deleted", title, text, view="overview"))

    def _look_at_idleness(self, cluster: Cluster) -> None:
        if not is_idle(cluster):
            self._idle_since.pop(cluster.id, None)
            self._idle_told.discard(cluster.id)
            return
        since = self._idle_since.setdefault(cluster.id, self._now())
        if cluster.id not in self._idle_told and self._now() - since >= _IDLE_AFTER:
            self._idle_told.add(cluster.id)
            self._tell("warning", _idle(cluster, self._now() - since, self._now()))


_GOING: Final = (OperationState.QUEUED, OperationState.RUNNING)


def is_idle(cluster: Cluster) -> bool:
    """Whether a cluster runs, and all its nodes say that they have nothing to do."""
    nodes = [each for each in cluster.machines if each.role is MachineRole.NODE and each.power is Power.RUNNING]
    return cluster.state is ClusterState.RUNNING and bool(nodes) and all(each.is_busy is False for each in nodes)


def _completed(cluster: Cluster, operation: ClusterOperation, now: datetime) -> Notification:
    name = _name(cluster)
    titles = {
        OperationKind.DEPLOY: tr("Notice", "{name} is deployed and runs", name=name),
        OperationKind.RESUME: tr("Notice", "{name} runs again", name=name),
        OperationKind.PAUSE: tr("Notice", "{name} is paused", name=name),
        OperationKind.COLD: tr("Notice", "{name} is cold", name=name),
        OperationKind.SCALE: tr("Notice", "{name} is scaled", name=name),
        OperationKind.DELETE: tr("Notice", "{name} is deleted", name=name),
    }
    per_hour = bills_now(cluster)
    words = tr("Notice", "It took {time}.", time=elapsed_text(operation, now))
    if per_hour is not None:
        words += " " + tr("Notice", "It bills {rate} now.", rate=rate_text(per_hour, currency_of(cluster), decimals=2))
    return _notification(cluster, f"{operation.kind.value} done", titles[operation.kind], words)


def _failed(cluster: Cluster, operation: ClusterOperation) -> Notification:
    verb, resource = operation_verb(operation.kind), failed_resource(operation)
    title = tr("Notice", "{name}: {verb} failed", name=_name(cluster), verb=verb)
    if resource:
        title = tr("Notice", "{name}: {verb} failed at {resource}", name=_name(cluster), verb=verb, resource=resource)
    why = said_below(plain(operation.failure.summary)) if operation.failure is not None else ""
    return _notification(cluster, f"{operation.kind.value} failed", title, why)


def _asks(cluster: Cluster, operation: ClusterOperation) -> Notification:
    title = tr("Notice", "{name} waits for you", name=_name(cluster))
    text = tr("Notice", "Azure wants you to confirm that it is you before it goes on.")
    return _notification(cluster, f"{operation.kind.value} asks", title, text)


def _idle(cluster: Cluster, span: timedelta, now: datetime) -> Notification:
    per_hour = bills_now(cluster)
    rate = "" if per_hour is None else rate_text(per_hour, currency_of(cluster), decimals=2)
    title = tr("Notice", "{name} has nothing to do", name=_name(cluster))
    if rate:
        title = tr("Notice", "{name} has nothing to do and bills {rate}", name=_name(cluster), rate=rate)
    text = tr("Notice", "For {count} minutes no node had a task.", count=int(span.total_seconds() // 60))
    if cluster.stops_at is not None:
        text += " " + tr("Notice", "It stops itself at {time}.", time=clock_text(cluster.stops_at, now))
    else:
        text += " " + tr("Notice", "Pause it if you are done.")
    return _notification(cluster, "idle", title, text)


def _notification(cluster: Cluster, what: str, title: str, text: str, *, view: str = "") -> Notification:
    target = {"view": view} if view else {"cluster": cluster.id}
    key, action = f"{cluster.id} {what}", tr("Notice", "Show it")
    return Notification(key, title, text, action, "cluster", dict(target), topic=cluster.id)


def _name(cluster: Cluster) -> str:
    return plain(cluster.name, limit=_NAME_LENGTH)
