"""Clusters on Azure: found by their tag, followed while somebody looks, and led through their life.

Remote truth wins over anything kept here. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from tiepoint.domain.cluster import Cluster, ClusterId
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.failure import Failure
from tiepoint.ports.cluster_journal import ClusterJournal
from tiepoint.services.event import Event
from tiepoint.services.operations import Operations
from tiepoint.services.prices import PriceService
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates


@dataclass(frozen=True, slots=True)
class ClustersSnapshot:
    """All clusters of the chosen subscription at one moment.

    Args:
        clusters: By name.
        is_known: Whether they have been read at all.
        updated: When they were read last, UTC.
        failure: Why the last look failed; `clusters` is then the last that was known.
        per_hour: What all of them bill now, list price; None while unknown.
        currency: Of `per_hour`.
    """

    clusters: tuple[Cluster, ...] = ()
    is_known: bool = False
    updated: datetime | None = None
    failure: Failure | None = None
    per_hour: float | None = None
    currency: str = "USD"

    def find(self, name: str) -> Cluster | None:
        """Return a cluster by its name or id."""
        return next((each for each in self.clusters if name in (each.name, each.id)), None)


class ClusterService:
    """The clusters; `changed` tells every new snapshot, at most ten times a second.

    Operations run in the background and are told in their cluster's `operation`; the calls that begin one return it
    when it is over, and waiting for it may be cancelled without cancelling it. One operation a cluster: another one
    meanwhile is a UsageError, the same one is joined.

    Args:
        sign_in: Azure, for whom.
        prices: What it costs.
        templates: What to deploy.
        journal: What this computer began.
        operations: All long operations.
        now: The clock, UTC.
        holder: Who wants clusters, for the lease: `mila@studio on WORKSTATION`; asked when needed.
        sleep: Waits between two looks; a test gives its own.
    """

    def __init__(
        self,
        sign_in: SignInService,
        prices: PriceService,
        templates: Templates,
        journal: ClusterJournal,
        operations: Operations,
        now: Callable[[], datetime],
        holder: Callable[[], str] = lambda: "Tiepoint",
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: Event[ClustersSnapshot] = Event()
        self._sign_in, self._prices, self._templates = sign_in, prices, templates
        self._journal, self._operations = journal, operations
        self._now, self._holder, self._sleep = now, holder, sleep
        self._snapshot = ClustersSnapshot()

    @property
    def snapshot(self) -> ClustersSnapshot:
        """The clusters as they were last seen."""
        return self._snapshot

    def start(self) -> None:
        """Follow the clusters from now on, and take up what was left in the middle; idempotent.

        One request for the machines of all clusters and one for their groups per interval: 10 s while an operation
        runs, 60 s otherwise; resources and activity only of the cluster that is `watch`ed.
        """
        raise NotImplementedError

    async def stop(self) -> None:
        """Follow nothing any more; what Azure does goes on, the rest is taken up at the next start."""

    def watch(self, cluster: ClusterId | None) -> None:
        """Say whose resources, activity, meter and heartbeats are to be read; None = nobody's."""
        raise NotImplementedError

    async def refresh(self) -> None:
        """Look now; failures are in the snapshot."""
        raise NotImplementedError

    async def deploy(self, plan: ClusterPlan, secrets: Mapping[str, str] | None = None) -> ClusterOperation:
        """Make or complete a cluster. Idempotent: what is there is left.

        Args:
            plan: Without blocking findings.
            secrets: `activationCode` and the like, as typed; they go to Key Vault and nowhere else. Passwords of
                machines are made here and never shown.

        Raises:
            TiepointError: As `ports.azure`; the failed resource, reason and remedy are in the operation.
        """
        raise NotImplementedError

    async def resume(self, name: str) -> ClusterOperation:
        """Start a paused or cold cluster: directory, storage, scheduler, nodes; waits for each step's health."""
        raise NotImplementedError

    async def pause(self, name: str, *, drains: bool = True) -> ClusterOperation:
        """Deallocate its machines, nodes first, after they were drained.

        Args:
            name: Name or id.
            drains: Let running tasks end first.
        """
        raise NotImplementedError

    async def cool(self, name: str) -> ClusterOperation:
        """Pause it, archive the working storage to Blob, and remove what bills while paused: Lustre, NetApp, Bastion,
        NAT gateway and addresses."""
        raise NotImplementedError

    async def scale(self, name: str, count: int) -> ClusterOperation:
        """Have so many nodes: new ones are deployed; the last ones are drained, their licence given back, deleted."""
        raise NotImplementedError

    async def delete(self, name: str, *, typed_name: str, keeps_data: bool = True) -> ClusterOperation:
        """Delete a cluster.

        Args:
            name: Name or id.
            typed_name: Must be its name, as the person typed it.
            keeps_data: Keep the storage account with captures and products, and the group around it.

        Raises:
            UsageError: The typed name is another.
        """
        raise NotImplementedError

    async def cancel(self, name: str) -> None:
        """Stop the running operation; what was done stays and the operation can be asked for again."""
        raise NotImplementedError

    async def retry(self, name: str) -> ClusterOperation:
        """Do the failed or interrupted operation again from where it stands.

        Raises:
            UsageError: There is none.
        """
        raise NotImplementedError

    def dismiss(self, name: str) -> None:
        """Forget the operation that ended last."""
        raise NotImplementedError

    async def keep(self, name: str, hours: float) -> None:
        """Want the cluster for so many hours more, even without this program."""
        raise NotImplementedError

    async def release(self, name: str) -> None:
        """Want it no more: its guards stop it once they have nothing to do."""
        raise NotImplementedError
