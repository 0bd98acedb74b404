"""The real cluster service with Azure's real clients over the double, its waits as fast as the double's clock."""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from azure.identity import AuthenticationRequiredError

from azure_double.double import AzureDouble
from azure_double.graph import SERVICES
from azure_double.ids import read_id
from azure_person import a_person
from fakes.azure import FakeSignIn
from fakes.keeping import keeping
from patience import PATIENCE_S
from tiepoint import resources
from tiepoint.adapters.azure.prices import RetailPriceList
from tiepoint.adapters.azure.roles import azure_for
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.domain.account import Account, Subscription, SubscriptionId, Tenant, TenantId
from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, AccessPlan, ClusterPlan, NodesPlan
from tiepoint.domain.resource_names import node_names
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


class Unconfirmed:
    """A person's right that is widened only once the person has confirmed."""

    def __init__(self, right: Any) -> None:
        self._right = right
        self.is_confirmed = False
        self.tokens: set[str] = set()
        """All that were handed out."""

    def get_token_info(self, *scopes: str, options: Any = None) -> Any:
        if (options or {}).get("claims") and not self.is_confirmed:
            raise AuthenticationRequiredError(scopes, claims=options["claims"])
        return self._kept(self._right.get_token_info(*scopes))

    def get_token(self, *scopes: str, **more: Any) -> Any:
        return self._kept(self._right.get_token(*scopes))

    def _kept(self, found: Any) -> Any:
        self.tokens.add(found.token)
        return found

    def close(self) -> None:
        """Nothing is held."""


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
            FileClusterJournal(self.folder / journal, keeping(now)),
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

    def strays(self) -> list[str]:
        """Role assignments of machines' identities that are not there any more."""
        with self.double.lock:
            world = self.double.world
            there = {str((each.body.get("identity") or {}).get("principalId")) for each in world.of_type(MACHINE)}
            given = world.of_type("Microsoft.Authorization/roleAssignments")
            machines = [each for each in given if each.properties.get("principalType") == "ServicePrincipal"]
            known = {*there, *SERVICES.values()}
            return [each.id.text for each in machines if each.properties["principalId"] not in known]

    async def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
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
    """A stand with the custom roles made."""
    give_roles(double)
    with a_person(double, MILA) as identity:
        stand = LifeStand(double, identity, folder)
        try:
            yield stand
        finally:
            await stand.close()


def give_roles(double: AzureDouble) -> None:
    """Make the custom roles, as an administrator does once."""
    template = Templates(PackedInfraLibrary(resources.read_infra)).role_definitions()
    with a_person(double) as identity:
        deployments = identity.clients(double.subscription).deployments.deployments
        body: Any = {"location": "eastus", "properties": {"mode": "Incremental", "template": template}}
        deployments.begin_create_or_update_at_subscription_scope("tiepoint-roles", body).result()


def multiplied(double: AzureDouble, group: str, count: int) -> None:
    """Let a group have so many nodes: copies of its first one, made without any request."""
    with double.lock:
        first = double.world.machine(group, "node-01")
        for name in node_names(count):
            key = first.id.text.replace("node-01", name)
            if double.world.get(key) is None:
                made = copy.deepcopy(first)
                made.id = read_id(key)
                made.body["tags"] = dict(first.body.get("tags") or {})
                double.world.resources[key.lower()] = made
