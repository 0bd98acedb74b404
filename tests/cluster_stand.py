"""The real cluster service with Azure's real clients over the double, its waits as fast as the double's clock."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from azure_double.double import AzureDouble
from azure_person import a_person
from fakes.azure import FakeSignIn
from tiepoint import resources
from tiepoint.adapters.azure.prices import RetailPriceList
from tiepoint.adapters.azure.roles import azure_for
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.domain.account import Account, Subscription, SubscriptionId, Tenant, TenantId
from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, AccessPlan, ClusterPlan, NodesPlan
from tiepoint.domain.control_document import heartbeat_metadata
from tiepoint.domain.resource_names import CONTROL
from tiepoint.services.clusters import ClusterService
from tiepoint.services.operations import Operations
from tiepoint.services.prices import PriceService
from tiepoint.services.templates import Templates

MILA = "mila@studio.example"
PLAN = replace(REFERENCE_PLAN, name="atelier", access=AccessPlan(sources=("203.0.113.0/28",)))
GROUP = "rg-atelier"
MACHINE = "Microsoft.Compute/virtualMachines"


def with_nodes(count: int, **changes: Any) -> ClusterPlan:
    """The plan with so many nodes of a small size, of which many fit the quota."""
    return replace(PLAN, nodes=NodesPlan(size="Standard_D2s_v5", count=count), **changes)


class LifeStand:
    """A program over the double; `again` is the same computer after a restart."""

    def __init__(self, double: AzureDouble, identity: Any, folder: Path) -> None:
        self.double, self.identity, self.folder = double, identity, folder
        self.sign_in = FakeSignIn()
        tenant = TenantId(double.tenant)
        self.sign_in.put_signed_in(
            cloud=double.cloud,
            account=Account(MILA, Tenant(tenant, "Studio"), double.people[MILA].oid, double.cloud.name),
            subscription=Subscription(SubscriptionId(double.subscription), "Studio", tenant),
        )
        self.sign_in.roles = azure_for(identity, SubscriptionId(double.subscription))
        self.services: list[tuple[ClusterService, Operations]] = []
        self.clusters = self.again()

    def again(self, journal: str = "clusters.json") -> ClusterService:
        operations = Operations()
        prices = PriceService(RetailPriceList(lambda: self.double.cloud, self.folder / "prices", now))
        made = ClusterService(
            cast("Any", self.sign_in),
            prices,
            Templates(PackedInfraLibrary(resources.read_infra)),
            FileClusterJournal(self.folder / journal, now),
            operations,
            now,
            lambda: "mila on DESK",
            self.sleep,
        )
        self.services.append((made, operations))
        return made

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.double.clock.scale)

    def cluster(self, service: ClusterService | None = None) -> Cluster:
        found = (service or self.clusters).snapshot.find("atelier")
        assert found is not None
        return found

    def powers(self) -> dict[str, str]:
        with self.double.lock:
            return {each.name: each.power for each in self.double.world.of_type(MACHINE)}

    def types(self) -> set[str]:
        with self.double.lock:
            return {each.type.rsplit("/", 1)[-1] for each in self.double.world.resources.values()}

    async def until(self, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110  the double has no event for it
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for service, operations in self.services:
            await service.stop()
            await operations.stop()


def now() -> datetime:
    return datetime.now(UTC)


@contextlib.asynccontextmanager
async def life_stand(double: AzureDouble, folder: Path) -> AsyncIterator[LifeStand]:
    """A stand with the guards' roles made and the guards' part played."""
    give_roles(double)
    with a_person(double, MILA) as identity:
        stand, guards = LifeStand(double, identity, folder), PlayedGuards(double)
        try:
            yield stand
        finally:
            await stand.close()
            await asyncio.to_thread(guards.stop)


def give_roles(double: AzureDouble) -> None:
    """Make the custom roles, as an administrator does once."""
    template = Templates(PackedInfraLibrary(resources.read_infra)).role_definitions()
    with a_person(double) as identity:
        deployments = identity.clients(double.subscription).deployments.deployments
        body: Any = {"location": "eastus", "properties": {"mode": "Incremental", "template": template}}
        deployments.begin_create_or_update_at_subscription_scope("tiepoint-roles", body).result()


class PlayedGuards:
    """Writes the heartbeats of machines that run, once a minute of Azure."""

    def __init__(self, double: AzureDouble) -> None:
        self._double, self._over = double, threading.Event()
        self.busy: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="guards", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._over.wait(20.0 / self._double.clock.scale):
            for endpoint, names in self._speaking():
                with contextlib.suppress(Exception):
                    self._write(endpoint, names)

    def _speaking(self) -> list[tuple[str, list[str]]]:
        world = self._double.world
        with self._double.lock:
            world.timeline.run()
            accounts = [str(each.facts.get("blob", "")) for each in world.of_type("Microsoft.Storage/storageAccounts")]
            moment = world.timeline.now
            names = [
                each.name
                for each in world.of_type(MACHINE)
                if each.power == "running"
                and each.facts.get("boots_until", moment) <= moment
                and each.name.startswith(("scheduler", "node-"))
            ]
        return [(account, names) for account in accounts if account]

    def _write(self, endpoint: str, names: list[str]) -> None:
        control = self._double.world.blobs.client(endpoint).get_container_client(CONTROL)  # type: ignore[union-attr]
        try:
            draining = set(json.loads(control.download_blob("drain.json").readall()).get("names", []))
        except Exception:  # noqa: BLE001  nobody has asked yet
            draining = set()
        for name in names:
            facts = heartbeat_metadata(
                time=now(), booted=now(), is_busy=name in self.busy, is_draining=name in draining
            )
            control.upload_blob(f"nodes/{name}.json", b"{}", overwrite=True, metadata=facts)
