"""Clusters on Azure: found by their tag, followed while somebody looks, and led through their life.

Remote truth wins over anything kept here. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster, ClusterId
from tiepoint.domain.cluster_operation import ClusterOperation, OperationKind
from tiepoint.domain.cluster_plan import MOST_NODES, ClusterPlan
from tiepoint.domain.errors import ConfirmationNeeded, TiepointError, UsageError
from tiepoint.domain.plan_policy import refuse_forbidden
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.ports.cluster_journal import ClusterJournal
from tiepoint.services.cluster_life.facts import ClusterFacts, Look, cluster_id
from tiepoint.services.cluster_life.finding import Finder
from tiepoint.services.cluster_life.following import Follower
from tiepoint.services.cluster_life.leases import LeaseKeeper
from tiepoint.services.cluster_life.metering import Meters
from tiepoint.services.cluster_life.order import Order
from tiepoint.services.cluster_life.price_book import PriceBook
from tiepoint.services.cluster_life.reading import cluster_of
from tiepoint.services.cluster_life.running import Runs
from tiepoint.services.cluster_life.snapshot import ClustersSnapshot
from tiepoint.services.cluster_life.work import Tools
from tiepoint.services.event import Event
from tiepoint.services.operations import Operations
from tiepoint.services.prices import PriceService
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates

__all__ = ["ClusterService", "ClustersSnapshot"]

_LEAST_PAUSE_S: Final = 0.1
_log = logging.getLogger(__name__)


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
        policy: In which region and how large an organisation lets clusters be deployed. What is there already may be
            resumed, paused, made smaller and deleted all the same.
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
        policy: Policy = NO_POLICY,
    ) -> None:
        self.changed: Event[ClustersSnapshot] = Event()
        self._sign_in, self._now, self._policy = sign_in, now, policy
        self._snapshot = ClustersSnapshot()
        self._is_stale = False
        self._told_at = float("-inf")
        self._telling: asyncio.TimerHandle | None = None
        self._book = PriceBook(prices, now, self._refresh_snapshot)
        self._leases, self._meters = LeaseKeeper(now, holder, self._book), Meters()
        self._follower = Follower(sign_in, now, sleep, self._looked)
        self._finder = Finder(sign_in, self._follower)
        tools = Tools(sign_in, templates, journal, self._follower, now, holder, sleep, self._leases, self._book, policy)
        self._runs = Runs(tools, operations, self._refresh_snapshot)

    @property
    def snapshot(self) -> ClustersSnapshot:
        """The clusters as they were last seen."""
        if self._is_stale:
            # Made when somebody looks: a hundred lines change in one go, and only the last of it is ever shown.
            self._is_stale = False
            self._snapshot = self._made_snapshot()
        return self._snapshot

    def start(self) -> None:
        """Follow the clusters from now on, and take up what was left in the middle; idempotent.

        One request for the machines of all clusters and one for their groups per interval: 10 s while an operation
        runs, 60 s otherwise; resources and activity only of the cluster that is `watch`ed.
        """
        self._follower.start()

    async def stop(self) -> None:
        """Follow nothing any more; what Azure does goes on, the rest is taken up at the next start."""
        await self._runs.stop()
        await self._follower.stop()
        await self._book.close()
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None

    def watch(self, cluster: ClusterId | None) -> None:
        """Say whose resources, activity, meter and heartbeats are to be read; None = nobody's."""
        self._follower.watch(cluster)

    async def refresh(self) -> None:
        """Look now; failures are in the snapshot."""
        self._follower.ask_for_all()
        await self._follower.look_now()

    async def priced(self) -> ClustersSnapshot:
        """Return the clusters once all prices that can be had are there."""
        for facts in self._follower.look.clusters.values():
            if facts.plan is not None:
                await self._book.ask(facts.plan)
        self._refresh_snapshot()
        return self.snapshot

    def now(self) -> datetime:
        """The clock that clusters are told by, UTC."""
        return self._now()

    async def deploy(self, plan: ClusterPlan, secrets: Mapping[str, str] | None = None) -> ClusterOperation:
        """Make or complete a cluster. Idempotent: what is there is left.

        Args:
            plan: Without blocking findings.
            secrets: `activationCode` and the like, as typed; they go to Key Vault and nowhere else. Passwords of
                machines are made here and never shown.

        Raises:
            SetByOrganisation: The policy does not allow it; nothing was begun.
            TiepointError: As `ports.azure`; the failed resource, reason and remedy are in the operation.
        """
        refuse_forbidden(plan, self._policy)
        key = cluster_id(self._sign_in.azure().subscription, plan.resource_group)
        typed = {name: value for name, value in (secrets or {}).items() if value}
        order = Order(OperationKind.DEPLOY, key, plan.name, plan.resource_group, plan=plan, secrets=typed)
        return await self._runs.run(order)

    async def resume(self, name: str) -> ClusterOperation:
        """Start a paused or cold cluster: directory, storage, scheduler, nodes; waits for each step's health."""
        facts = await self._finder.facts(name)
        if not facts.machines and facts.plan is not None and facts.group is not None:
            return await self.deploy(facts.plan)
        return await self._runs.run(_order(OperationKind.RESUME, facts))

    async def pause(self, name: str, *, drains: bool = True) -> ClusterOperation:
        """Deallocate its machines, nodes first, after they were drained.

        Args:
            name: Name or id.
            drains: Let running tasks end first.
        """
        facts = await self._finder.facts(name)
        return await self._runs.run(_order(OperationKind.PAUSE, facts, drains=drains))

    async def cool(self, name: str) -> ClusterOperation:
        """Pause it, archive the working storage to Blob, and remove what bills while paused: Lustre, NetApp, Bastion,
        NAT gateway and addresses."""
        return await self._runs.run(_order(OperationKind.COLD, await self._finder.facts(name)))

    async def scale(self, name: str, count: int) -> ClusterOperation:
        """Have so many nodes: new ones are deployed; the last ones are drained, their licence given back, deleted."""
        if not 1 <= count <= MOST_NODES:
            raise UsageError(f"A cluster has 1 to {MOST_NODES} nodes, not {count}.", remedy="Give another number.")
        facts = await self._finder.facts(name)
        if facts.plan is not None and count > facts.plan.nodes.count:
            refuse_forbidden(replace(facts.plan, nodes=replace(facts.plan.nodes, count=count)), self._policy)
        return await self._runs.run(_order(OperationKind.SCALE, facts, count=count))

    async def delete(self, name: str, *, typed_name: str, keeps_data: bool = True) -> ClusterOperation:
        """Delete a cluster.

        Args:
            name: Name or id.
            typed_name: Must be its name, as the person typed it.
            keeps_data: Keep the storage account with captures and products, and the group around it.

        Raises:
            UsageError: The typed name is another.
        """
        facts = await self._finder.facts(name)
        if typed_name != facts.name:
            raise UsageError(
                f"“{typed_name}” is not the name of this cluster.", remedy=f"Type {facts.name} to delete it."
            )
        return await self._runs.run(_order(OperationKind.DELETE, facts, keeps_data=keeps_data))

    async def cancel(self, name: str) -> None:
        """Stop the running operation; what was done stays and the operation can be asked for again."""
        await self._runs.cancel(self._finder.id(name))

    async def retry(self, name: str) -> ClusterOperation:
        """Do the failed or interrupted operation again from where it stands.

        Raises:
            UsageError: There is none.
        """
        return await self._runs.retry(self._finder.id(name))

    async def dismiss(self, name: str) -> None:
        """Forget the operation that ended last.

        Raises:
            SetupError: The journal cannot be written; it comes back at the next start.
        """
        await self._runs.dismiss(self._finder.id(name))

    async def keep(self, name: str, hours: float) -> None:
        """Want the cluster for so many hours more, even without this program."""
        if not 0 < hours <= 24 * 14:
            raise UsageError(f"A cluster cannot be kept for {hours:g} hours.", remedy="Give 1 to 336 hours.")
        facts = await self._finder.facts(name)
        await self._leases.keep(self._sign_in.azure(), self._with_account(facts), hours)
        self._refresh_snapshot()

    async def start_machine(self, cluster: ClusterId, machine: str) -> None:
        """Ask Azure to start one machine that is off: a node that was taken back, or parked. Idempotent.

        Raises:
            UsageError: There is no such machine.
            TiepointError: As `ports.azure.Machines.begin_start`.
        """
        facts = await self._finder.facts(cluster)
        found = next((each for each in facts.machines if each.name == machine), None)
        if found is None:
            raise UsageError(f"{facts.name} has no machine {machine}.", remedy="Look at the list again.")
        await self._sign_in.azure().machines.begin_start(found.id)
        self._follower.ask_for_all()

    async def release(self, name: str) -> None:
        """Want it no more: its guards stop it once they have nothing to do."""
        await self._leases.release(self._sign_in.azure(), await self._finder.facts(name))
        self._follower.ask_for_all()
        self._refresh_snapshot()

    def _with_account(self, facts: ClusterFacts) -> ClusterFacts:
        if not facts.blob_endpoint:
            raise UsageError(
                f"The storage account of {facts.name} is not known.",
                remedy="Look again in a minute, or deploy it anew.",
            )
        return facts

    async def _looked(self, look: Look) -> None:
        """After every look: take up, renew leases, tell."""
        for facts in look.clusters.values():
            self._book.want(facts.plan)
        if look.failure is None:
            await self._runs.take_up(look)
        if self._sign_in.snapshot.is_ready:
            # Also when Resource Manager could not be asked: a cluster must not stop because of that.
            await self._renew_leases()
        self._refresh_snapshot()

    async def _renew_leases(self) -> None:
        try:
            azure, is_followed = self._sign_in.azure(), self._follower.is_started
            await self._leases.renew(azure, self._follower.look, adopts=is_followed)
        except ConfirmationNeeded:
            self._sign_in.ask_to_confirm()
        except TiepointError as error:
            _log.info("leases were not renewed: %s", error.summary)

    def _refresh_snapshot(self) -> None:
        """Something has changed: tell a new snapshot soon."""
        self._is_stale = True
        self._tell_soon()

    def _made_snapshot(self) -> ClustersSnapshot:
        look, now = self._follower.look, self._now()
        clusters = tuple(self._cluster(facts, look, now) for facts in look.clusters.values())
        known = [each.meter for each in clusters if each.meter is not None]
        return ClustersSnapshot(
            clusters=tuple(sorted(clusters, key=lambda each: each.name)),
            is_known=look.time is not None,
            updated=look.time,
            failure=look.failure,
            per_hour=sum(meter.per_hour for meter in known) if known or not clusters else None,
            currency=known[0].currency if known else "USD",
        )

    def _cluster(self, facts: ClusterFacts, look: Look, now: datetime) -> Cluster:
        lease = self._leases.lease(facts)
        made = cluster_of(
            facts,
            subscription=look.subscription or facts.id.split("/", 1)[0],
            operation=self._runs.operation(facts.id),
            price=self._book.known(facts.plan),
            lease=lease,
            failure=self._leases.failures.get(facts.id),
            activity=self._runs.activity(facts.id),
            now=now,
        )
        return self._meters.metered(made, facts, now)

    def _tell_soon(self) -> None:
        """Tell the newest snapshot, at most ten times a second."""
        if self._telling is not None:
            return
        loop = asyncio.get_running_loop()
        pause_s = max(0.0, self._told_at + _LEAST_PAUSE_S - loop.time())
        self._telling = loop.call_later(pause_s, self._tell)

    def _tell(self) -> None:
        self._telling = None
        self._told_at = asyncio.get_running_loop().time()
        self.changed.emit(self.snapshot)


def _order(
    kind: OperationKind, facts: ClusterFacts, *, count: int = 0, drains: bool = True, keeps_data: bool = True
) -> Order:
    group = facts.group.name if facts.group else facts.id.split("/", 1)[-1]
    return Order(kind, facts.id, facts.name, group, count=count, drains=drains, keeps_data=keeps_data)
