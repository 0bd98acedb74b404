"""The lease: says on Azure's side that somebody wants a cluster, so that it stops by itself once nobody does.

Renewed while this program runs; closing the laptop lets it lapse. So does leaving a program on over the weekend: a
cluster on which nothing has run for hours is not renewed any more. On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.cluster import ClusterId, Lease, Machine
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import SignInNeeded, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.price import PriceEstimate
from tiepoint.ports.azure import Azure
from tiepoint.services.cluster_life.facts import ClusterFacts, Look
from tiepoint.services.cluster_life.metering import priced_machines
from tiepoint.services.cluster_life.price_book import PriceBook

EVERY: Final = timedelta(minutes=5)
LASTS: Final = timedelta(minutes=15)
"""After the last renewal; three renewals may fail before a cluster takes it that nobody wants it."""
LONGEST: Final = timedelta(days=14)
"""Nobody wants a cluster for longer; guards take a lease that says so for broken."""
UNUSED: Final = timedelta(hours=4)
"""A program that is merely open wants a cluster for so long without a task on it; `keep` wants it longer."""
_ALL_ELSE: Final = "*"


class LeaseKeeper:
    """Renews leases of clusters that this program wants.

    Args:
        now: The clock, UTC.
        holder: Who wants them.
        book: What they cost.
    """

    def __init__(self, now: Callable[[], datetime], holder: Callable[[], str], book: PriceBook) -> None:
        self._now, self._holder, self._book = now, holder, book
        self._wanted: set[ClusterId] = set()
        self._new_runs: set[ClusterId] = set()
        self._seen: set[ClusterId] = set()
        self._renewed: dict[ClusterId, Lease] = {}
        self._due: dict[ClusterId, datetime] = {}
        self._used: dict[ClusterId, datetime] = {}
        self.failures: dict[ClusterId, Failure] = {}
        """Why the lease of a wanted cluster could not be renewed."""

    def is_wanted(self, cluster: ClusterId) -> bool:
        """Whether this program wants a cluster."""
        return cluster in self._wanted

    def lease(self, facts: ClusterFacts) -> Lease | None:
        """Return the newest lease of a cluster that is known here."""
        return self._renewed.get(facts.id) or facts.lease

    def want(self, cluster: ClusterId, *, is_new_run: bool = False) -> None:
        """Renew a cluster's lease from now on.

        Args:
            cluster: Which.
            is_new_run: Whether its meter begins anew.
        """
        self._wanted.add(cluster)
        self._used[cluster] = self._now()
        self._due.pop(cluster, None)
        if is_new_run:
            self._new_runs.add(cluster)

    def want_no_more(self, cluster: ClusterId) -> None:
        """Renew it no more; what stands there lapses by itself."""
        for known in (self._wanted, self._new_runs):
            known.discard(cluster)
        self._seen.add(cluster)
        for kept in (self._renewed, self._due, self._used, self.failures):
            kept.pop(cluster, None)

    async def renew(self, azure: Azure, look: Look, *, adopts: bool = True) -> None:
        """Renew what is due; failures are kept and tried again at the next look.

        Args:
            azure: Whose.
            look: The clusters.
            adopts: Whether a wish of this person and computer from before is taken up; not by a mere look at them.

        Raises:
            SignInNeeded: Nobody is signed in any more.
        """
        for facts in look.clusters.values():
            if adopts:
                self._adopt(facts)
            due = self._due.get(facts.id)
            is_due = due is None or due <= self._now()
            if facts.id in self._wanted and facts.blob_endpoint and is_due and self._is_used(facts):
                await self._renew(azure, facts)

    async def keep(self, azure: Azure, facts: ClusterFacts, hours: float) -> None:
        """Want a cluster for so long after what is wished already, also without this program.

        Raises:
            TiepointError: As `ports.azure`.
        """
        self.want(facts.id)
        known, now = await azure.control.read_lease(facts.blob_endpoint), self._now()
        begins = max(now, known.until) if known is not None else now
        await self._write(azure, facts, min(begins + timedelta(hours=hours), now + LONGEST))

    async def release(self, azure: Azure, facts: ClusterFacts) -> None:
        """Say that nobody wants it.

        Raises:
            TiepointError: As `ports.azure`.
        """
        self.want_no_more(facts.id)
        if facts.blob_endpoint:
            await azure.control.drop_lease(facts.blob_endpoint)

    def _adopt(self, facts: ClusterFacts) -> None:
        """Want a cluster that this person and computer wanted when the program ended a moment ago."""
        lease = facts.lease
        if lease is None or facts.id in self._seen:
            return
        self._seen.add(facts.id)
        if lease.holder == self._holder() and lease.until > self._now():
            self.want(facts.id)

    def _is_used(self, facts: ClusterFacts) -> bool:
        """Whether something has run on it lately, or a person has asked for it; else the wish ends."""
        if any(beat.is_busy for beat in (facts.heartbeats or {}).values()):
            self._used[facts.id] = self._now()
        if self._now() - self._used.setdefault(facts.id, self._now()) <= UNUSED:
            return True
        self.want_no_more(facts.id)
        return False

    async def _renew(self, azure: Azure, facts: ClusterFacts) -> None:
        try:
            if facts.id in self._new_runs:
                await azure.control.reset_meter(facts.blob_endpoint, self._now())
                self._new_runs.discard(facts.id)
            # Somebody else may want it for longer, since the last look: their wish is not to be shortened.
            known = await azure.control.read_lease(facts.blob_endpoint)
            await self._write(azure, facts, max(self._now() + LASTS, known.until if known else self._now()))
        except SignInNeeded:
            raise
        except TiepointError as error:
            self.failures[facts.id] = Failure.of(error)

    async def _write(self, azure: Azure, facts: ClusterFacts, until: datetime) -> None:
        plan, known = facts.plan or ClusterPlan(), self.lease(facts)
        price = await self._book.ask(plan) if facts.plan is not None else None
        lease = lease_of(plan, price, self._holder(), until, facts.machines)
        if price is None and known is not None:
            # Guards go on counting by the last prices that were known.
            lease = dataclasses.replace(lease, currency=known.currency, prices=known.prices)
        if facts.id not in self._wanted:
            return  # given up while its price was asked for
        await azure.control.write_lease(facts.blob_endpoint, lease)
        self._renewed[facts.id] = lease
        self._due[facts.id] = self._now() + EVERY
        self.failures.pop(facts.id, None)


def lease_of(
    plan: ClusterPlan,
    price: PriceEstimate | None,
    holder: str,
    until: datetime,
    machines: Sequence[Machine] = (),
) -> Lease:
    """Return a lease with the prices that the scheduler's guard counts by."""
    return Lease(
        holder=holder,
        until=until,
        idle_minutes=plan.guard.idle_minutes,
        budget=plan.guard.budget,
        currency=price.currency if price else "USD",
        prices=price_table(price, machines) if price else (),
    )


def price_table(price: PriceEstimate, machines: Sequence[Machine] = ()) -> tuple[tuple[str, float], ...]:
    """Return the price per hour of each machine, planned or there, and under `*` of all that is billed besides."""
    found = {}
    for line in price.lines:
        for name in (*line.machines, *(each.name for each in priced_machines(line, machines) if line.machines)):
            found[name] = line.running / len(line.machines)
    others = sum(line.running for line in price.lines if not line.machines)
    return (*sorted(found.items()), (_ALL_ELSE, others))
