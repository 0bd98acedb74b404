"""The whole preflight by the real clients, with the real template, against the double."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from azure.identity import AuthenticationRequiredError

from azure_double.double import AzureDouble
from azure_person import a_person
from fakes.azure import FakeSignIn
from fakes.clock import FakeClock
from tiepoint import resources
from tiepoint.adapters.azure.deployments import AzureDeployments
from tiepoint.adapters.azure.facts import AzureRegionFacts
from tiepoint.adapters.azure.machines import AzureMachines
from tiepoint.adapters.azure.prices import RetailPriceList
from tiepoint.adapters.azure.resources import AzureResources
from tiepoint.adapters.azure.vault import AzureSecretVault
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.domain.account import Account, SubscriptionId, Tenant, TenantId
from tiepoint.domain.cluster import CLUSTER_TAG
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, SMALL_PLAN, AccessPlan, ClusterPlan, NodesPlan
from tiepoint.domain.errors import ConfirmationNeeded
from tiepoint.domain.preflight import ChangeKind, Check, CheckKind, CheckState, PreflightReport, Remedy
from tiepoint.domain.resource_names import ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER, account_name, vault_name
from tiepoint.ports.azure import Azure
from tiepoint.services.plans import PlanService
from tiepoint.services.preflight import PreflightService
from tiepoint.services.prices import PriceService
from tiepoint.services.templates import PREVIEW_SSH_KEY, Templates

OTHER_KEY = PREVIEW_SSH_KEY.replace("preview-only", "studio")
MILA, LENA = "mila@studio.example", "lena@studio.example"
PLAN = replace(REFERENCE_PLAN, name="atelier", access=AccessPlan(sources=("203.0.113.0/28",)))


class Unconfirmed:
    """A person's right that cannot be widened without the person."""

    def __init__(self, right: Any) -> None:
        self._right = right

    def get_token_info(self, *scopes: str, options: Any = None) -> Any:
        if (options or {}).get("claims"):
            raise AuthenticationRequiredError(scopes, claims=options["claims"])
        return self._right.get_token_info(*scopes)

    def close(self) -> None:
        """Nothing is held."""


class Studio:
    """The real service for a person at the double."""

    def __init__(self, double: AzureDouble, folder: Path) -> None:
        self.double, self._folder = double, folder

    async def checked(self, plan: ClusterPlan, username: str = MILA, *, is_confirmed: bool = True) -> PreflightReport:
        with a_person(self.double, username) as identity:
            if not is_confirmed:
                identity.credential = Unconfirmed(identity.credential)
            return await self._service(identity, username).run(plan)

    async def found(self, kind: CheckKind, plan: ClusterPlan = PLAN, username: str = MILA) -> Check:
        return next(check for check in (await self.checked(plan, username)).checks if check.kind is kind)

    async def make_roles(self) -> None:
        with a_person(self.double) as identity:
            await self._service(identity, MILA).make_roles(PLAN)

    async def deployed(self, plan: ClusterPlan) -> None:
        """Deploy a plan that needs no secret, and wait for it."""
        self.double.clock.scale = 20_000.0
        with a_person(self.double) as identity:
            deployments = AzureDeployments(identity.clients(self.double.subscription))
            composed = Templates(PackedInfraLibrary(resources.read_infra)).compose(plan, self.double.subscription)
            person = self.double.people[MILA].oid
            filled = composed.with_values(deployerObjectId=person, deployerPrincipalType="User", sshPublicKey=OTHER_KEY)
            await deployments.make_group(plan.resource_group, plan.region, {CLUSTER_TAG: plan.name})
            name = "tiepoint-atelier-20261126-0216"
            await deployments.begin(plan.resource_group, name, filled.template, filled.parameters)
            while not (state := await deployments.state(plan.resource_group, name)).is_over:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            assert state.failure is None

    def _service(self, identity: Any, username: str) -> PreflightService:
        clients, cloud = identity.clients(self.double.subscription), self.double.cloud
        sign_in = FakeSignIn()
        tenant = Tenant(TenantId(self.double.tenant), "Studio")
        account = Account(username, tenant, self.double.people[username].oid, cloud.name)
        sign_in.put_signed_in(cloud=cloud, account=account)
        sign_in.roles = Azure(
            SubscriptionId(self.double.subscription),
            AzureRegionFacts(clients),
            AzureDeployments(clients),
            AzureResources(clients),
            AzureMachines(clients),
            cast("Any", None),
            AzureSecretVault(identity),
        )
        clock = FakeClock()
        prices = PriceService(RetailPriceList(lambda: cloud, self._folder, clock))
        templates = Templates(PackedInfraLibrary(resources.read_infra))
        return PreflightService(cast("Any", sign_in), PlanService(cast("Any", None)), prices, templates, clock)


@pytest.fixture
async def studio(azure_double_without_blobs: AzureDouble, tmp_path: Path) -> Studio:
    found = Studio(azure_double_without_blobs, tmp_path)
    await found.make_roles()
    return found


async def test_the_reference_plan_can_be_deployed(studio: Studio) -> None:
    report = await studio.checked(PLAN)
    bad = [check for check in report.checks if check.state not in (CheckState.OK, CheckState.NOT_NEEDED)]
    assert bad == []
    unsure = {change.type.lower() for change in report.changes if change.kind is not ChangeKind.CREATE}
    assert unsure <= {"microsoft.authorization/roleassignments"}, (
        "their names hang on identities that are not there yet"
    )
    assert {change.part for change in report.changes} >= {
        ResourceGroupKind.NETWORK,
        ResourceGroupKind.STORAGE,
        ResourceGroupKind.SCHEDULER,
        ResourceGroupKind.NODES,
        ResourceGroupKind.SECRETS,
    }
    machines = [change for change in report.changes if change.type.lower() == "microsoft.compute/virtualmachines"]
    assert len(machines) == 6
    assert not studio.double.world.groups
    made = {resource.type for resource in studio.double.world.resources.values()}
    assert made == {"Microsoft.Authorization/roleDefinitions"}


async def test_quota_in_another_region_is_too_small(studio: Studio) -> None:
    report = await studio.checked(replace(PLAN, region="westeurope"))
    quota = next(check for check in report.checks if check.kind is CheckKind.QUOTA)
    assert quota.state is CheckState.BLOCKED
    assert quota.quota is not None
    assert (quota.quota.asked, quota.quota.used, quota.quota.limit, quota.quota.missing) == (180, 12, 84, 108)
    best = report.alternatives[0]
    assert (best.region, best.count) == ("swedencentral", 5)
    assert best.running
    assert any(each.region == "northeurope" and each.count == 5 for each in report.alternatives)
    assert len(report.alternatives) <= 5


async def test_who_may_not_give_rights_is_told_which(studio: Studio) -> None:
    check = await studio.found(CheckKind.PERMISSIONS, username=LENA)
    assert check.state is CheckState.BLOCKED
    assert check.missing == ("Microsoft.Authorization/roleAssignments/write",)


async def test_spot_quota(studio: Studio) -> None:
    plan = replace(PLAN, nodes=NodesPlan(count=12, spot=True))
    check = await studio.found(CheckKind.SPOT_QUOTA, plan)
    assert check.state is CheckState.BLOCKED
    assert check.quota is not None
    assert (check.quota.asked, check.quota.limit) == (432, 400)


async def test_what_only_the_person_can_confirm_ends_it(studio: Studio) -> None:
    studio.double.faults.add("claims", path=r"/usages", times=20)
    with pytest.raises(ConfirmationNeeded):
        await studio.checked(PLAN, is_confirmed=False)


async def test_a_network_that_breaks_leaves_the_rest(studio: Studio) -> None:
    studio.double.faults.add("drop", path=r"/virtualNetworks", times=50)
    report = await studio.checked(PLAN)
    unknown = [check.kind for check in report.checks if check.state is CheckState.UNKNOWN]
    assert unknown == [CheckKind.ADDRESSES]


async def test_a_size_kept_from_the_subscription(studio: Studio) -> None:
    plan = replace(PLAN, region="westeurope", nodes=NodesPlan(size="Standard_NC40ads_H100_v5", count=1))
    check = await studio.found(CheckKind.SIZES, plan)
    assert (check.state, check.title) == (CheckState.BLOCKED, "NC40ads H100 v5 is not offered to you in West Europe")
    assert "More quota does not change that" in check.detail


async def test_storage_and_a_provider_that_are_not_there(studio: Studio) -> None:
    check = await studio.found(CheckKind.STORAGE, replace(PLAN, region="westus"))
    assert (check.state, check.title) == (CheckState.BLOCKED, "Managed Lustre is not in West US")
    assert check.fixes[0].value == "eastus"
    studio.double.world.providers["microsoft.storagecache"] = "NotRegistered"
    check = await studio.found(CheckKind.PROVIDERS)
    assert (check.state, check.missing) == (CheckState.BLOCKED, ("Microsoft.StorageCache",))


async def test_an_address_space_that_another_network_has(studio: Studio) -> None:
    with a_person(studio.double) as identity:
        clients = identity.clients(studio.double.subscription)
        clients.resources.resource_groups.create_or_update("rg-office", {"location": "eastus"})
        space: Any = {"location": "eastus", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/15"]}}}
        clients.network.virtual_networks.begin_create_or_update("rg-office", "office", space).result()
    check = await studio.found(CheckKind.ADDRESSES)
    assert (check.state, check.title) == (CheckState.WARNING, "10.0.0.0/16 overlaps another network")
    assert check.fixes[0].value == "10.2.0.0/16"


async def test_a_name_that_somebody_has(studio: Studio) -> None:
    studio.double.world.taken_names.add(account_name(PLAN.name, studio.double.subscription))
    check = await studio.found(CheckKind.NAMES)
    assert check.state is CheckState.BLOCKED
    assert check.fixes[0].value == "atelier-2"


async def test_a_vault_deleted_with_the_last_cluster_is_no_obstacle(studio: Studio) -> None:
    name = vault_name(PLAN.name, studio.double.subscription)
    with a_person(studio.double) as identity:
        clients = identity.clients(studio.double.subscription)
        clients.resources.resource_groups.create_or_update(PLAN.resource_group, {"location": "eastus"})
        properties = {"tenantId": studio.double.tenant, "sku": {"family": "A", "name": "standard"}}
        body: Any = {"location": "eastus", "properties": {**properties, "accessPolicies": []}}
        clients.vaults.vaults.begin_create_or_update(PLAN.resource_group, name, body).result()
        clients.resources.resource_groups.begin_delete(PLAN.resource_group).result()
    report = await studio.checked(PLAN)
    states = {check.kind: check.state for check in report.checks}
    assert states[CheckKind.NAMES] is CheckState.WARNING
    assert states[CheckKind.TEMPLATE] is CheckState.OK
    assert not report.is_blocked


async def test_an_administrator_makes_the_roles_with_one_click(
    azure_double_without_blobs: AzureDouble,
    tmp_path: Path,
) -> None:
    studio = Studio(azure_double_without_blobs, tmp_path)
    check = await studio.found(CheckKind.PERMISSIONS)
    assert check.missing == (ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER)
    assert [fix.remedy for fix in check.fixes] == [Remedy.MAKE_ROLES]
    await studio.make_roles()
    assert (await studio.found(CheckKind.PERMISSIONS)).state is CheckState.OK


async def test_without_any_network_every_check_says_so_and_none_blocks(studio: Studio) -> None:
    studio.double.faults.add("drop", path=r"", times=-1)
    report = await studio.checked(PLAN)
    needless = {CheckKind.SPOT_QUOTA, CheckKind.SEATS, CheckKind.POLICY}
    assert {check.kind for check in report.checks if check.state is CheckState.UNKNOWN} == set(CheckKind) - needless
    assert not report.is_blocked


async def test_a_cluster_that_is_there_is_left_alone(studio: Studio) -> None:
    plan = replace(SMALL_PLAN, name="atelier", access=AccessPlan(sources=("203.0.113.0/28",)))
    await studio.deployed(plan)
    report = await studio.checked(plan)
    bad = [check for check in report.checks if check.state not in (CheckState.OK, CheckState.NOT_NEEDED)]
    assert bad == []
    names = next(check for check in report.checks if check.kind is CheckKind.NAMES)
    assert names.detail.endswith("are this cluster's own")
    quota = next(check for check in report.checks if check.kind is CheckKind.QUOTA)
    assert quota.quota is not None
    assert (quota.quota.asked, quota.quota.used) == (24, 0)
    kinds = {change.name: change.kind for change in report.changes if change.type.endswith("/virtualMachines")}
    assert kinds == dict.fromkeys(("scheduler", "node-01", "node-02"), ChangeKind.NO_CHANGE)
    larger = await studio.checked(replace(plan, nodes=replace(plan.nodes, count=3)))
    new = [
        change.name
        for change in larger.changes
        if change.kind is ChangeKind.CREATE and "virtualMachines" in change.type
    ]
    assert "node-03" in new
