"""One cluster in its life: what is known of it now, and what a person does with it. The GUI thread, on the loop."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.failure import Failure
from tiepoint.services.clusters import ClustersSnapshot
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.viewmodels.cluster_refusals import untold
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.pace import Pace

_TICK_MS: Final = 1000
_OLD: Final = timedelta(minutes=5)


class ClusterLifeModel(QObject):
    """Follows one cluster.

    Signals:
        changed(): Something is new; at most ten times a second.
        ticked(): A second went by while somebody looks; only times and money moved.
        gone(): The cluster was there, and is no more.

    Args:
        program: The services.
        background: Starts what takes a while.
        told: Hears of what was refused at once; what fails later is told by the operation.
        now: The clock, UTC.
    """

    changed = Signal()
    ticked = Signal()
    gone = Signal()

    def __init__(
        self,
        program: Program,
        background: Background,
        told: Callable[[Failure], None],
        parent: QObject | None = None,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(parent)
        self._azure, self._background, self._told, self._now = program.azure, background, told, now
        self._key = ""
        self._cluster: Cluster | None = None
        self._is_seen = False
        self._pace = Pace(self._update, self)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self.ticked)
        self._offs = [
            self._azure.clusters.changed.subscribe(lambda _snapshot: self._pace.ask()),
            self._azure.sign_in.changed.subscribe(lambda _snapshot: self._pace.ask()),
        ]

    @property
    def cluster(self) -> Cluster | None:
        """The cluster as it was last seen; None = not seen yet."""
        return self._cluster

    @property
    def operation(self) -> ClusterOperation | None:
        """What is under way, or ended last and was not put aside."""
        return self._cluster.operation if self._cluster is not None else None

    @property
    def snapshot(self) -> ClustersSnapshot:
        """All clusters."""
        return self._azure.clusters.snapshot

    @property
    def portal(self) -> str:
        """Address of the cloud's portal; empty = it has none."""
        return self._azure.sign_in.snapshot.cloud.portal

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return self._now()

    @property
    def is_busy(self) -> bool:
        """Whether an operation goes on, so that no other can begin."""
        operation = self.operation
        return operation is not None and not operation.state.is_over and not operation.is_interrupted

    @property
    def needs_confirmation(self) -> bool:
        """Whether Azure waits for the person to confirm."""
        operation = self.operation
        waits = operation is not None and operation.needs_confirmation and not operation.state.is_over
        return waits or self._azure.sign_in.snapshot.needs_confirmation

    @property
    def trouble(self) -> Failure | None:
        """Why what is shown is only the last that was known; None = it is not."""
        if self._cluster is not None and self._cluster.failure is not None:
            return self._cluster.failure
        return self.snapshot.failure

    @property
    def is_offline(self) -> bool:
        """Whether Azure cannot be asked to do anything now."""
        failure = self.snapshot.failure
        return failure is not None and failure.kind in ("connection", "sign-in")

    @property
    def tenant(self) -> str:
        """Name of the tenant that is signed in to; empty = none."""
        account = self._azure.sign_in.snapshot.account
        return account.tenant.name if account is not None else ""

    @property
    def is_stale(self) -> bool:
        """Whether what is shown may have changed meanwhile."""
        seen = self._cluster.updated if self._cluster is not None else None
        return self.trouble is not None or (seen is not None and self.now - seen > _OLD)

    @property
    def seen(self) -> datetime | None:
        """When Azure was asked last with an answer."""
        return self._cluster.updated if self._cluster is not None else self.snapshot.updated

    def choose(self, key: str) -> None:
        """Follow another cluster, by its name or id."""
        if key == self._key:
            return
        self._key, self._cluster = key, None
        self._watch()
        self._update()

    def set_seen(self, *, is_seen: bool) -> None:
        """Follow closely while somebody looks, and only then."""
        self._is_seen = is_seen
        self._watch()
        if is_seen:
            self._tick.start()
            self._update()
        else:
            self._tick.stop()

    def shut(self) -> None:
        """Follow nothing any more."""
        self._tick.stop()
        for off in self._offs:
            off()
        self._offs = []

    def resume(self) -> None:
        """Start it."""
        self._with_name(lambda name: self._azure.clusters.resume(name))

    def pause(self, *, drains: bool) -> None:
        """Switch it off."""
        self._with_name(lambda name: self._azure.clusters.pause(name, drains=drains))

    def cool(self) -> None:
        """Pause it and remove what bills while paused."""
        self._with_name(lambda name: self._azure.clusters.cool(name))

    def scale(self, count: int) -> None:
        """Have so many nodes."""
        self._with_name(lambda name: self._azure.clusters.scale(name, count))

    def delete(self, typed_name: str, *, keeps_data: bool) -> None:
        """Delete it."""
        self._with_name(
            lambda name: self._azure.clusters.delete(name, typed_name=typed_name, keeps_data=keeps_data),
        )

    def cancel(self) -> None:
        """Stop the operation that goes on."""
        self._with_name(lambda name: self._azure.clusters.cancel(name))

    def retry(self) -> None:
        """Do the failed or interrupted operation again."""
        self._with_name(lambda name: self._azure.clusters.retry(name))

    def keep(self, hours: float) -> None:
        """Want it for longer."""
        self._with_name(lambda name: self._azure.clusters.keep(name, hours))

    def release(self) -> None:
        """Want it no more."""
        self._with_name(lambda name: self._azure.clusters.release(name))

    def look(self) -> None:
        """Ask Azure now."""
        self._background.start(self._azure.clusters.refresh())

    def confirm(self) -> None:
        """Let the person confirm in the browser."""
        self._background.start(self._azure.sign_in.confirm())

    def dismiss(self) -> None:
        """Put the operation that ended aside."""
        if self._cluster is not None:
            self._background.start(self._azure.clusters.dismiss(self._cluster.name))

    def _with_name(self, call: Callable[[str], Coroutine[Any, Any, Any]]) -> None:
        cluster = self._cluster
        if cluster is not None:
            told = untold(self._azure.clusters, cluster.id, self._told)
            self._background.start(call(cluster.name), on_failure=told)

    def _watch(self) -> None:
        if not self._is_seen:
            self._azure.clusters.watch(None)
        elif self._cluster is not None:
            self._azure.clusters.watch(self._cluster.id)

    def _update(self) -> None:
        if not self._key:
            return
        was, self._cluster = self._cluster, self._find()
        if self._cluster is None:
            if was is not None and self.snapshot.is_known:
                self.gone.emit()
        elif was is None or was.id != self._cluster.id:
            self._watch()
        self.changed.emit()

    def _find(self) -> Cluster | None:
        return self.snapshot.find(self._key)
