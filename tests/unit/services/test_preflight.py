"""Preflight: each check on its own trouble, all of them side by side."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from fakes.azure_subscription import SUBSCRIPTION, Subscription, a_change
from fakes.region_facts import an_offer, quotas, usual_sizes
from tiepoint.domain.cluster import CloudResource, Machine, MachineRole
from tiepoint.domain.cluster_plan import (
    REFERENCE_PLAN,
    AccessPlan,
    ClusterPlan,
    Engine,
    GuardPlan,
    NetworkKind,
    NetworkPlan,
    NodesPlan,
    SecretsPlan,
    StorageKind,
    StoragePlan,
)
from tiepoint.domain.errors import (
    ConfirmationNeeded,
    ConnectionLost,
    NotPermitted,
    QuotaTooSmall,
    SignInNeeded,
    TiepointError,
)
from tiepoint.domain.policy import Policy
from tiepoint.domain.preflight import (
    Alternative,
    ChangeKind,
    Check,
    CheckKind,
    CheckState,
    Fix,
    PreflightReport,
    Remedy,
)
from tiepoint.domain.resource_names import vault_name
from tiepoint.ports.azure import GroupFacts, Region, SizeOffer
from tiepoint.services.lustre_zone import lustre_zone

PLAN = replace(REFERENCE_PLAN, name="atelier", access=AccessPlan(sources=("203.0.113.0/28",)))
VAULT = "/subscriptions/s/resourceGroups/rg-keys/providers/Microsoft.KeyVault/vaults/studio"
GOOD_VAULT = {
    "properties": {
        "vaultUri": "https://studio.vault.example/",
        "enableRbacAuthorization": True,
        "enabledForTemplateDeployment": True,
    }
}


USUAL = tuple(kind for kind in CheckKind if kind is not CheckKind.POLICY)


@pytest.fixture
def subscription() -> Subscription:
    return Subscription()


async def found(subscription: Subscription, kind: CheckKind, plan: ClusterPlan = PLAN) -> Check:
    report = await subscription.preflight.run(plan)
    return next(check for check in report.checks if check.kind is kind)


def values(check: Check) -> dict[Remedy, str]:
    return {fix.remedy: fix.value for fix in check.fixes}


async def test_where_all_is_well_nothing_is_blocked(subscription: Subscription) -> None:
    report = await subscription.preflight.run(PLAN)
    assert [check.kind for check in report.checks] == list(USUAL)
    bad = [check for check in report.checks if check.state not in (CheckState.OK, CheckState.NOT_NEEDED)]
    assert bad == []
    assert report.is_over
    assert not report.is_blocked
    assert len(report.changes) == 6
    assert report.alternatives == ()


async def test_each_end_is_told(subscription: Subscription) -> None:
    told: list[PreflightReport] = []
    report = await subscription.preflight.run(PLAN, told.append)
    assert told[0].count(CheckState.RUNNING) == len(USUAL)
    running = [each.count(CheckState.RUNNING) for each in told]
    assert running == sorted(running, reverse=True)
    assert len(told) == len(USUAL) + 2
    assert [each.is_over for each in told] == [False] * (len(told) - 1) + [True]
    assert told[-1] == report


async def test_quota_too_small_says_what_is_missing_and_what_would_fit(subscription: Subscription) -> None:
    subscription.facts.limits["eastus"] = quotas(A10=(36, 108), A100=(0, 200))
    report = await subscription.preflight.run(PLAN)
    check = next(check for check in report.checks if check.kind is CheckKind.QUOTA)
    assert check.state is CheckState.BLOCKED
    assert check.title == "Quota in East US is too small for 5 nodes"
    assert "not a shortage of machines" in check.detail
    assert check.quota is not None
    assert (check.quota.asked, check.quota.used, check.quota.free, check.quota.missing) == (180, 36, 72, 108)
    assert [fix.label for fix in check.fixes][:2] == ["Request 108 more vCPU", "Deploy with 2 nodes"]
    assert values(check)[Remedy.USE_REGION] == "swedencentral"
    assert values(check)[Remedy.USE_SIZE] == "Standard_NC24ads_A100_v4"
    assert Alternative("swedencentral", PLAN.nodes.size, 5, 400, pytest.approx(19.5, abs=0.5)) in report.alternatives  # type: ignore[arg-type]
    assert [each.size for each in report.alternatives if each.region == "eastus"] == ["Standard_NC24ads_A100_v4"]


async def test_quota_for_all_machines_counts_too(subscription: Subscription) -> None:
    subscription.facts.limits["eastus"] = quotas(cores=(900, 1000))
    check = await found(subscription, CheckKind.QUOTA)
    assert check.state is CheckState.BLOCKED
    assert values(check)[Remedy.USE_NODE_COUNT] == "2"


async def test_machines_of_the_cluster_itself_are_not_used_by_others(subscription: Subscription) -> None:
    group = f"/subscriptions/s/resourceGroups/{PLAN.resource_group}"
    subscription.facts.limits["eastus"] = quotas(A10=(180, 180))
    subscription.machines.machines = tuple(
        Machine(f"{group}/providers/x/node-0{n}", f"node-0{n}", MachineRole.NODE, PLAN.nodes.size) for n in range(1, 6)
    )
    subscription.resources.own = (CloudResource(f"{group}/x", "Microsoft.Network/virtualNetworks", "network"),)
    subscription.resources.groups = (GroupFacts(PLAN.resource_group, "eastus", {}),)
    check = await found(subscription, CheckKind.QUOTA)
    assert check.state is CheckState.OK
    assert check.quota is not None
    assert check.quota.used == 0


async def test_spot_has_a_limit_of_its_own(subscription: Subscription) -> None:
    plan = replace(PLAN, nodes=NodesPlan(spot=True))
    subscription.facts.limits["eastus"] = quotas(A10=(0, 0), lowPriorityCores=(0, 100))
    assert (await found(subscription, CheckKind.QUOTA, plan)).state is CheckState.OK
    check = await found(subscription, CheckKind.SPOT_QUOTA, plan)
    assert check.state is CheckState.BLOCKED
    assert "Spot quota in East US is too small for 5 nodes" in check.title
    assert values(check)[Remedy.USE_NODE_COUNT] == "2"
    assert (await found(subscription, CheckKind.SPOT_QUOTA)).state is CheckState.NOT_NEEDED


@pytest.mark.parametrize(
    ("change", "title", "detail"),
    [
        ({"is_restricted": True}, "NV36ads A10 v5 is not offered to you in East US", "More quota does not change that"),
        (None, "NV36ads A10 v5 is not offered to you in East US", "Azure does not have this size"),
    ],
)
async def test_a_size_that_is_not_offered_is_another_sentence(
    subscription: Subscription, change: dict[str, bool] | None, title: str, detail: str
) -> None:
    sizes = {size.name: size for size in usual_sizes()}
    size = sizes.pop(PLAN.nodes.size)
    if change is not None:
        sizes[size.name] = replace(size, is_restricted=True)
    subscription.facts.offers["eastus"] = tuple(sizes.values())
    check = await found(subscription, CheckKind.SIZES)
    assert check.state is CheckState.BLOCKED
    assert check.title == title
    assert detail in check.detail
    assert values(check)[Remedy.USE_REGION] == "swedencentral"


async def test_sizes_without_spot_cuda_or_in_service(subscription: Subscription) -> None:
    spot = replace(PLAN, nodes=NodesPlan(spot=True))
    subscription.facts.offers["eastus"] = tuple(replace(size, has_spot=False) for size in usual_sizes())
    assert "not offered as Spot" in (await found(subscription, CheckKind.SIZES, spot)).title
    amd = "Standard_NV24ads_V710_v5"
    subscription.facts.offers["eastus"] = (*usual_sizes(), an_offer(amd, "amd", 24))
    check = await found(subscription, CheckKind.SIZES, replace(PLAN, nodes=NodesPlan(size=amd)))
    assert (check.state, check.title) == (CheckState.WARNING, "NV24ads V710 v5 has a graphics card without CUDA")
    old = await found(subscription, CheckKind.SIZES, replace(PLAN, nodes=NodesPlan(size="Standard_NC24s_v2")))
    assert "out of service" in old.detail
    assert Fix(Remedy.USE_SIZE, "Use NV36ads A10 v5", "Standard_NV36ads_A10_v5") in old.fixes


async def test_a_region_that_does_not_exist(subscription: Subscription) -> None:
    check = await found(subscription, CheckKind.SIZES, replace(PLAN, region="swedencentrl"))
    assert (check.state, check.title) == (CheckState.BLOCKED, "There is no region swedencentrl")
    assert check.fixes[0] == Fix(Remedy.USE_REGION, "Use Sweden Central", "swedencentral")


async def test_providers_are_named_and_can_be_registered(subscription: Subscription) -> None:
    subscription.facts.not_registered = {"Microsoft.StorageCache"}
    check = await found(subscription, CheckKind.PROVIDERS)
    assert check.state is CheckState.BLOCKED
    assert check.missing == ("Microsoft.StorageCache",)
    await subscription.preflight.register_providers(check.missing)
    assert (await found(subscription, CheckKind.PROVIDERS)).state is CheckState.OK
    blob = replace(PLAN, storage=StoragePlan(StorageKind.BLOB))
    assert "StorageCache" not in (await found(subscription, CheckKind.PROVIDERS, blob)).detail


async def test_storage_that_the_region_lacks(subscription: Subscription) -> None:
    subscription.facts.places["Microsoft.StorageCache/amlFilesystems"] = ("swedencentral", "nowhere")
    check = await found(subscription, CheckKind.STORAGE)
    assert (check.state, check.title) == (CheckState.BLOCKED, "Managed Lustre is not in East US")
    assert check.fixes == (Fix(Remedy.USE_REGION, "Use Sweden Central", "swedencentral"),)


async def test_lustre_stands_where_the_nodes_are_offered(subscription: Subscription) -> None:
    facts = subscription.facts
    check = await found(subscription, CheckKind.STORAGE)
    assert check.detail.endswith(", zone 1")
    sizes = facts.sizes

    async def elsewhere(region: str) -> tuple[SizeOffer, ...]:
        return tuple(replace(each, zones=zones) for each in await sizes(region))

    facts.sizes = elsewhere  # type: ignore[method-assign]
    zones: tuple[str, ...] = ("3", "2")
    assert await lustre_zone(PLAN, facts) == "2"
    zones = ()
    assert await lustre_zone(PLAN, facts) == "1"
    check = await found(subscription, CheckKind.STORAGE)
    assert (check.state, check.title) == (CheckState.WARNING, "Nodes and Lustre cannot stand in one zone")
    facts.region_list = (Region("eastus", "East US", 0),)
    assert await lustre_zone(PLAN, facts) == ""
    assert (await found(subscription, CheckKind.STORAGE)).state is CheckState.OK
    assert await lustre_zone(replace(PLAN, storage=StoragePlan(StorageKind.BLOB)), facts) == ""


async def test_lustres_service_must_be_known(subscription: Subscription) -> None:
    subscription.facts.errors["service_principal"] = NotPermitted("The directory may not be read.")
    check = await found(subscription, CheckKind.STORAGE)
    assert check.state is CheckState.BLOCKED
    assert "storage.lustre_principal" in check.detail
    told = replace(PLAN, storage=StoragePlan(lustre_principal="5ea1f00d-0000-4000-8000-00000000aaaa"))
    assert (await found(subscription, CheckKind.STORAGE, told)).state is CheckState.OK


async def test_the_missing_permission_is_named(subscription: Subscription) -> None:
    subscription.facts.forbidden = {"Microsoft.Authorization/roleAssignments/write"}
    check = await found(subscription, CheckKind.PERMISSIONS)
    assert check.state is CheckState.BLOCKED
    assert check.missing == ("Microsoft.Authorization/roleAssignments/write",)
    assert "Microsoft.Authorization/roleAssignments/write" in check.detail
    assert "Tiepoint Deployer" in check.detail


async def test_roles_of_the_guards_that_nobody_made(subscription: Subscription) -> None:
    subscription.facts.roles.discard("Tiepoint Guard Node")
    check = await found(subscription, CheckKind.PERMISSIONS)
    assert check.state is CheckState.BLOCKED
    assert check.missing == ("Tiepoint Guard Node",)
    assert check.fixes == (Fix(Remedy.MAKE_ROLES, "Make the roles"),)
    subscription.facts.forbidden = {"Microsoft.Authorization/roleDefinitions/write"}
    check = await found(subscription, CheckKind.PERMISSIONS)
    assert check.fixes == ()
    assert "az deployment sub create" in check.detail
    await subscription.preflight.make_roles(PLAN)
    assert (await found(subscription, CheckKind.PERMISSIONS)).state is CheckState.OK


async def test_addresses_that_others_use(subscription: Subscription) -> None:
    subscription.facts.networks = {
        "/x/virtualNetworks/office": ("10.0.0.0/8",),
        "/x/virtualNetworks/six": ("fd00::/8",),
    }
    check = await found(subscription, CheckKind.ADDRESSES)
    assert check.state is CheckState.WARNING
    assert "office" in check.detail
    assert check.fixes == ()
    subscription.facts.networks = {"/x/virtualNetworks/office": ("10.0.4.0/22", "10.1.0.0/16")}
    check = await found(subscription, CheckKind.ADDRESSES)
    assert values(check) == {Remedy.USE_ADDRESS_SPACE: "10.2.0.0/16"}
    both = replace(PLAN, network=NetworkPlan(NetworkKind.PEERED))
    check = await found(subscription, CheckKind.ADDRESSES, both)
    assert values(check) == {Remedy.USE_ADDRESS_SPACE: "10.2.0.0/16"}
    assert "For the storage's network 10.2.0.0/16 is free" in check.detail
    subscription.facts.networks = {"/x/virtualNetworks/office": ("10.1.0.0/16",)}
    check = await found(subscription, CheckKind.ADDRESSES, both)
    assert check.title == "10.1.0.0/16 overlaps another network"
    assert check.fixes == ()


async def test_the_clusters_own_network_is_no_overlap(subscription: Subscription) -> None:
    own = f"/subscriptions/s/resourceGroups/{PLAN.resource_group}/providers/x/virtualNetworks/network"
    subscription.facts.networks = {own: ("10.0.0.0/16",)}
    assert (await found(subscription, CheckKind.ADDRESSES)).state is CheckState.OK


async def test_two_networks_of_one_plan_that_overlap(subscription: Subscription) -> None:
    plan = replace(PLAN, network=NetworkPlan(NetworkKind.PEERED, "10.0.0.0/16", "10.0.128.0/17"))
    assert (await found(subscription, CheckKind.ADDRESSES, plan)).state is CheckState.BLOCKED


async def test_a_name_that_is_taken_leads_to_another(subscription: Subscription) -> None:
    subscription.facts.taken = {vault_name(PLAN.name, SUBSCRIPTION)}
    check = await found(subscription, CheckKind.NAMES)
    assert check.state is CheckState.BLOCKED
    assert check.fixes == (Fix(Remedy.USE_NAME, "Call it atelier-2", "atelier-2"),)


async def test_a_deleted_vault_comes_back_when_the_cluster_does(subscription: Subscription) -> None:
    name = vault_name(PLAN.name, SUBSCRIPTION)
    subscription.facts.deleted = {name: PLAN.resource_group}
    check = await found(subscription, CheckKind.NAMES)
    assert (check.state, check.title) == (CheckState.WARNING, f"A deleted vault holds the name {name}")
    assert [fix.remedy for fix in check.fixes] == [Remedy.RECOVER_VAULT, Remedy.USE_NAME]
    await subscription.preflight.recover_vault(PLAN)
    assert subscription.facts.recovered == [name]
    subscription.facts.deleted = {name: "rg-other"}
    assert (await found(subscription, CheckKind.NAMES)).state is CheckState.BLOCKED


async def test_a_group_that_holds_something_else(subscription: Subscription) -> None:
    subscription.resources.own = (CloudResource("/x", "Microsoft.Web/sites", "shop"),)
    check = await found(subscription, CheckKind.NAMES)
    assert (check.state, check.title) == (CheckState.BLOCKED, "rg-atelier already holds something else")


@pytest.mark.parametrize(
    ("vault", "names", "error", "state", "word"),
    [
        (None, set(), None, CheckState.BLOCKED, "is not there"),
        ({"properties": {}}, set(), None, CheckState.BLOCKED, "does not work with roles"),
        ({"properties": {"enableRbacAuthorization": True}}, set(), None, CheckState.BLOCKED, "closed to deployments"),
        (GOOD_VAULT, set(), NotPermitted("You may not read."), CheckState.BLOCKED, "may not use the secrets"),
        (GOOD_VAULT, set(), None, CheckState.WARNING, "no activation code yet"),
        (GOOD_VAULT, {"activationCode"}, None, CheckState.OK, "Secrets"),
    ],
)
async def test_an_existing_vault(
    subscription: Subscription,
    vault: dict[str, dict[str, object]] | None,
    names: set[str],
    error: TiepointError | None,
    state: CheckState,
    word: str,
) -> None:
    if vault is not None:
        subscription.resources.told[VAULT] = vault
    subscription.vault.names, subscription.vault.error = names, error
    plan = replace(PLAN, engine=Engine.METASHAPE, secrets=SecretsPlan(VAULT))
    check = await found(subscription, CheckKind.SECRETS, plan)
    assert check.state is state
    assert word in check.title


async def test_the_clusters_own_vault_opens_with_the_deployment(subscription: Subscription) -> None:
    subscription.resources.own = (CloudResource(VAULT, "Microsoft.KeyVault/vaults", "keys"),)
    subscription.resources.groups = (GroupFacts(PLAN.resource_group, "eastus", {}),)
    subscription.resources.told[VAULT] = GOOD_VAULT
    subscription.vault.error = NotPermitted("The firewall keeps you out.")
    check = await found(subscription, CheckKind.SECRETS, replace(PLAN, engine=Engine.METASHAPE))
    assert check.state is CheckState.WARNING
    assert "access.sources" in check.detail


async def test_a_new_vault_says_what_is_asked_for_later(subscription: Subscription) -> None:
    check = await found(subscription, CheckKind.SECRETS, replace(PLAN, engine=Engine.METASHAPE))
    assert check.state is CheckState.OK
    assert check.missing == ("activationCode",)
    assert (await found(subscription, CheckKind.SECRETS)).missing == ()


async def test_a_node_without_a_seat_idles_and_bills(subscription: Subscription) -> None:
    plan = replace(PLAN, engine=Engine.METASHAPE, metashape_seats=4)
    check = await found(subscription, CheckKind.SEATS, plan)
    assert (check.state, check.title) == (CheckState.WARNING, "One Metashape seat short")
    assert "still bill 3.20 $/h" in check.detail
    assert check.fixes == (Fix(Remedy.USE_NODE_COUNT, "Use 4 nodes", "4"),)
    assert (await found(subscription, CheckKind.SEATS, replace(plan, metashape_seats=8))).state is CheckState.OK
    assert (await found(subscription, CheckKind.SEATS, replace(plan, metashape_seats=0))).fixes == ()
    assert (await found(subscription, CheckKind.SEATS)).state is CheckState.NOT_NEEDED


async def test_a_budget_says_how_long_it_lasts(subscription: Subscription) -> None:
    check = await found(subscription, CheckKind.BUDGET, replace(PLAN, guard=GuardPlan(budget=120.0)))
    assert check.state is CheckState.OK
    assert check.detail.startswith("120 $ a run last 6.4 h.")
    short = await found(subscription, CheckKind.BUDGET, replace(PLAN, guard=GuardPlan(budget=10.0)))
    assert (short.state, short.title) == (CheckState.WARNING, "The budget lasts only 32 min")
    assert "a month at 40 h a week" in (await found(subscription, CheckKind.BUDGET)).detail


async def test_without_prices_the_budget_is_unknown_and_nothing_else(subscription: Subscription) -> None:
    subscription.prices.error = ConnectionLost("Azure's price list cannot be read.", remedy="Check the network.")
    report = await subscription.preflight.run(PLAN)
    assert [check.kind for check in report.checks if check.state is CheckState.UNKNOWN] == [CheckKind.BUDGET]
    assert not report.is_blocked


async def test_what_azure_objects_to_blocks(subscription: Subscription) -> None:
    subscription.deployments.error = QuotaTooSmall("The quota is too small.", remedy="Ask for more.")
    report = await subscription.preflight.run(PLAN)
    states = {check.kind: check.state for check in report.checks}
    assert states[CheckKind.TEMPLATE] is CheckState.BLOCKED
    assert states[CheckKind.WHAT_IF] is CheckState.UNKNOWN
    assert report.changes == ()


async def test_one_trouble_is_told_once(subscription: Subscription) -> None:
    subscription.deployments.error = QuotaTooSmall("The quota is too small.", remedy="Ask for more.")
    subscription.facts.limits["eastus"] = quotas(A10=(36, 108))
    report = await subscription.preflight.run(PLAN)
    states = {check.kind: check.state for check in report.checks}
    assert (states[CheckKind.QUOTA], states[CheckKind.TEMPLATE]) == (CheckState.BLOCKED, CheckState.UNKNOWN)
    assert report.count(CheckState.BLOCKED) == 1


async def test_azures_own_books_are_no_resources(subscription: Subscription) -> None:
    books = [a_change("rg-atelier"), a_change("network")]
    kinds = ["Microsoft.Resources/resourceGroups", "Microsoft.Resources/deployments"]
    more = tuple(replace(change, type=kind) for change, kind in zip(books, kinds, strict=True))
    subscription.deployments.changes += more
    report = await subscription.preflight.run(PLAN)
    assert len(report.changes) == 6
    what_if = next(check for check in report.checks if check.kind is CheckKind.WHAT_IF)
    assert what_if.detail == "6 to create, 0 to change, 0 left alone"


async def test_the_what_if_is_counted(subscription: Subscription) -> None:
    kinds = (ChangeKind.CREATE, ChangeKind.CREATE, ChangeKind.MODIFY, ChangeKind.NO_CHANGE, ChangeKind.IGNORE)
    subscription.deployments.changes = tuple(a_change(f"n{n}", kind) for n, kind in enumerate(kinds))
    check = await found(subscription, CheckKind.WHAT_IF)
    assert check.detail.startswith("2 to create, 1 to change, 2 left alone")
    assert check.detail.endswith("6 machines more that Azure foresees only once the network is there")
    assert subscription.deployments.regions == ["eastus"]
    subscription.deployments.changes = (a_change("gone", ChangeKind.DELETE), a_change("x", ChangeKind.UNSUPPORTED))
    check = await found(subscription, CheckKind.WHAT_IF)
    assert check.state is CheckState.WARNING
    assert "1 that Azure cannot foresee" in check.detail


@pytest.mark.parametrize("name", ["sizes", "quotas", "unregistered", "missing_actions", "address_spaces"])
async def test_a_check_that_fails_hides_no_other(subscription: Subscription, name: str) -> None:
    subscription.facts.errors[name] = ConnectionLost("Azure cannot be reached.", remedy="Check the network.")
    report = await subscription.preflight.run(PLAN)
    unknown = [check for check in report.checks if check.state is CheckState.UNKNOWN]
    assert unknown
    assert all("Azure cannot be reached" in check.title for check in unknown)
    assert report.count(CheckState.OK) + report.count(CheckState.NOT_NEEDED) == len(USUAL) - len(unknown)
    assert not report.is_blocked


async def test_a_check_that_breaks_is_logged_and_hides_no_other(
    subscription: Subscription, expected_logs: list[str]
) -> None:
    expected_logs.append("the check addresses broke")
    subscription.facts.networks = None  # type: ignore[assignment]
    report = await subscription.preflight.run(PLAN)
    assert [check.kind for check in report.checks if check.state is CheckState.UNKNOWN] == [CheckKind.ADDRESSES]


@pytest.mark.parametrize("error", [SignInNeeded("Sign in again."), ConfirmationNeeded("Azure wants you to confirm.")])
async def test_what_only_the_person_can_do_goes_before_all(subscription: Subscription, error: TiepointError) -> None:
    subscription.facts.errors["quotas"] = error
    with pytest.raises(type(error)):
        await subscription.preflight.run(PLAN)


async def test_it_can_be_cancelled(subscription: Subscription) -> None:
    hanging = asyncio.Event()

    async def hang(region: str) -> tuple[()]:
        hanging.set()
        await asyncio.Event().wait()
        return ()

    subscription.facts.quotas = hang  # type: ignore[method-assign]
    task = asyncio.ensure_future(subscription.preflight.run(PLAN))
    await hanging.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each for each in asyncio.all_tasks() if each is not asyncio.current_task()] == []


async def test_regions_without_the_storage_are_no_alternative(subscription: Subscription) -> None:
    subscription.facts.region_list = tuple(
        Region(name, label)
        for name, label in (("eastus", "East US"), ("eastus2", "East US 2"), ("westus3", "West US 3"))
    )
    subscription.facts.places["Microsoft.StorageCache/amlFilesystems"] = ("eastus", "westus3")
    subscription.facts.limits["eastus"] = quotas(A10=(0, 0), A100=(0, 0))
    subscription.facts.offers["westus3"] = tuple(size for size in usual_sizes() if size.name != PLAN.nodes.size)
    report = await subscription.preflight.run(PLAN)
    assert report.alternatives == (Alternative("westus3", PLAN.nodes.size, 0, None, None),)
    quota = next(check for check in report.checks if check.kind is CheckKind.QUOTA)
    assert [fix.remedy for fix in quota.fixes] == [Remedy.OPEN_LINK]


async def test_a_policy_about_plans_is_checked_first(subscription: Subscription) -> None:
    subscription.policy = Policy(updates=False)
    assert [check.kind for check in (await subscription.preflight.run(PLAN)).checks] == list(USUAL)
    subscription.policy = Policy(region=PLAN.region, allowed_profiles=("reference",))
    report = await subscription.preflight.run(PLAN)
    assert [check.kind for check in report.checks] == list(CheckKind)
    assert report.checks[0].state is CheckState.OK
    subscription.policy = Policy(region="westeurope", allowed_profiles=("small",))
    check = await found(subscription, CheckKind.POLICY)
    assert check.state is CheckState.BLOCKED
    assert values(check) == {Remedy.USE_REGION: "westeurope"}
    assert "westeurope only" in check.detail
    assert "small" in check.detail


async def test_nothing_is_proposed_that_the_organisation_does_not_allow(subscription: Subscription) -> None:
    subscription.facts.limits["eastus"] = quotas(A10=(36, 108), A100=(0, 200))
    assert (await subscription.preflight.run(PLAN)).alternatives
    subscription.policy = Policy(region=PLAN.region)
    assert {each.region for each in (await subscription.preflight.run(PLAN)).alternatives} <= {PLAN.region}
    subscription.policy = Policy(allowed_profiles=("reference",))
    assert {each.size for each in (await subscription.preflight.run(PLAN)).alternatives} <= {PLAN.nodes.size}
