"""A subscription behind the preflight: facts, deployments, resources, machines and a vault that answer from members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from fakes.azure import FakeSignIn
from fakes.clock import FakeClock
from fakes.region_facts import FakePriceList, FakeRegionFacts
from tiepoint.domain.account import SubscriptionId
from tiepoint.domain.cluster import CloudResource, Machine
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import ClusterPlan, Engine, StorageKind
from tiepoint.domain.errors import NotThere, TiepointError
from tiepoint.domain.policy import NO_POLICY
from tiepoint.domain.preflight import Change, ChangeKind
from tiepoint.domain.resource_names import account_name, vault_name
from tiepoint.ports.azure import Azure, GroupFacts
from tiepoint.services.plans import PlanService
from tiepoint.services.preflight import PreflightService
from tiepoint.services.prices import PriceService
from tiepoint.services.templates import ComposedTemplate, Part, Templates

SUBSCRIPTION = SubscriptionId("11111111-2222-3333-4444-555555555555")


class FakeDeployments:
    """Has no objection, and would make the machines of the reference plan."""

    def __init__(self) -> None:
        self.error: TiepointError | None = None
        names = ("scheduler", *(f"node-0{number}" for number in range(1, 6)))
        self.changes = tuple(a_change(name) for name in names)
        self.regions: list[str] = []

    async def validate(self, group: str, name: str, template: Any, parameters: Any, *, region: str = "") -> None:
        self.regions.append(region)
        if self.error is not None:
            raise self.error

    async def what_if(
        self, group: str, name: str, template: Any, parameters: Any, *, region: str = ""
    ) -> tuple[Change, ...]:
        if self.error is not None:
            raise self.error
        return self.changes


def a_change(name: str, kind: ChangeKind = ChangeKind.CREATE) -> Change:
    """A resource of a what-if."""
    return Change(f"/x/{name}", "Microsoft.Compute/virtualMachines", name, kind, ResourceGroupKind.NODES)


class FakeResources:
    """A group that is not there yet."""

    def __init__(self) -> None:
        self.own: tuple[CloudResource, ...] | None = None
        self.groups: tuple[GroupFacts, ...] = ()
        self.told: dict[str, Mapping[str, Any]] = {}

    async def list(self, group: str) -> tuple[CloudResource, ...]:
        if self.own is None:
            raise NotThere(f"The resource group {group} is not there.")
        return self.own

    async def cluster_groups(self) -> tuple[GroupFacts, ...]:
        return self.groups

    async def get(self, resource_id: str, api_version: str) -> Mapping[str, Any]:
        if resource_id not in self.told:
            raise NotThere("It is not there.")
        return self.told[resource_id]


class FakeMachines:
    """Machines of the subscription."""

    def __init__(self) -> None:
        self.machines: tuple[Machine, ...] = ()

    async def list(self) -> tuple[Machine, ...]:
        return self.machines


class FakeVault:
    """Secrets by name."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.error: TiepointError | None = None

    async def has(self, vault_uri: str, name: str) -> bool:
        if self.error is not None:
            raise self.error
        return name in self.names


class FakeComposer:
    """Templates with one resource of each kind that a plan has."""

    def compose(self, plan: ClusterPlan, subscription: str = "", part: Part = Part()) -> ComposedTemplate:  # noqa: B008
        kinds = ["Microsoft.Compute/virtualMachines", "Microsoft.Network/virtualNetworks", "Microsoft.Storage/x"]
        kinds += ["Microsoft.KeyVault/vaults", "Microsoft.Authorization/roleAssignments"]
        kinds += ["Microsoft.StorageCache/amlFilesystems"] if plan.storage.kind is StorageKind.LUSTRE else []
        nested = {"type": "Microsoft.Resources/deployments", "properties": {"template": _template(kinds)}}
        secrets = ("sshPrivateKey", *(("activationCode",) if plan.engine is Engine.METASHAPE else ()))
        vault, account = vault_name(plan.name, subscription), account_name(plan.name, subscription)
        template = {"parameters": {"sshPublicKey": {}, "deployerObjectId": {}}, "resources": [nested]}
        return ComposedTemplate(template, {}, secrets, part.vault_name or vault, part.account_name or account)

    def role_definitions(self) -> Mapping[str, Any]:
        return {"roles": ["Tiepoint Guard Node", "Tiepoint Guard Scheduler"]}

    def deployer_actions(self, plan: ClusterPlan) -> tuple[str, ...]:
        return (
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.Authorization/roleAssignments/write",
            "Microsoft.Resources/deployments/write",
        )


def _template(kinds: list[str]) -> dict[str, Any]:
    return {"resources": [{"type": kind} for kind in kinds]}


class Subscription:
    """Everything well: change a member, then ask `preflight`."""

    def __init__(self) -> None:
        self.facts, self.deployments, self.resources = FakeRegionFacts(), FakeDeployments(), FakeResources()
        self.machines, self.vault, self.prices = FakeMachines(), FakeVault(), FakePriceList()
        self.sign_in, self.clock = FakeSignIn(), FakeClock()
        self.policy = NO_POLICY
        self.sign_in.put_signed_in()
        parts: tuple[Any, ...] = (self.facts, self.deployments, self.resources, self.machines, None, self.vault)
        self.sign_in.roles = Azure(SUBSCRIPTION, *parts)

    @property
    def preflight(self) -> PreflightService:
        """The real service on this subscription."""
        return PreflightService(
            cast("Any", self.sign_in),
            PlanService(cast("Any", None), self.policy),
            PriceService(self.prices),
            cast("Templates", FakeComposer()),
            self.clock,
        )
