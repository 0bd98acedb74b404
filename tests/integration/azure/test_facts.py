"""Facts of regions and rights by the real clients, against the double."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from azure_double.double import AzureDouble
from azure_person import PersonIdentity, a_person
from tiepoint.adapters.azure.directory import AzureDirectory
from tiepoint.adapters.azure.facts import AzureRegionFacts
from tiepoint.domain.errors import ConnectionLost, NotPermitted, NotThere
from tiepoint.domain.lustre import LUSTRE_APPLICATION

WRITE, RIGHTS = "Microsoft.Compute/virtualMachines/write", "Microsoft.Authorization/roleAssignments/write"


@pytest.fixture
def double(azure_double_without_blobs: AzureDouble) -> AzureDouble:
    return azure_double_without_blobs


@pytest.fixture
def mila(double: AzureDouble) -> Iterator[PersonIdentity]:
    with a_person(double) as identity:
        yield identity


async def _no_wait(_: float) -> None:
    pass


def facts_of(double: AzureDouble, identity: Any) -> AzureRegionFacts:
    return AzureRegionFacts(identity.clients(double.subscription), sleep=_no_wait)


@pytest.fixture
def facts(double: AzureDouble, mila: PersonIdentity) -> AzureRegionFacts:
    return facts_of(double, mila)


async def test_tenants_and_subscriptions(double: AzureDouble, mila: Any) -> None:
    directory = AzureDirectory(mila)
    subscriptions = await directory.subscriptions()
    assert [each.state for each in subscriptions] == ["Enabled", "Enabled", "Disabled"]
    assert subscriptions[0].id == double.subscription
    assert subscriptions[0].tenant == double.tenant
    assert double.tenant in [tenant.id for tenant in await directory.tenants()]


async def test_regions_and_sizes(double: AzureDouble, facts: AzureRegionFacts) -> None:
    regions = {region.name: region for region in await facts.regions()}
    assert regions["eastus"].label == "East US"
    assert regions["eastus"].zones == 3
    sizes = {offer.name: offer for offer in await facts.sizes("eastus")}
    node = sizes["Standard_NV36ads_A10_v5"]
    assert (node.vcpu, node.gpu, node.gpus, node.has_spot) == (36, "A10", 1.0, True)
    assert node.zones
    assert node.family == "standardNVADSA10v5Family"
    asked = double.requests.count("GET", r"/skus")
    await facts.sizes("eastus")
    assert double.requests.count("GET", r"/skus") == asked


async def test_quotas_have_families_and_spot(facts: AzureRegionFacts) -> None:
    found = {figures.family: figures for figures in await facts.quotas("westeurope")}
    assert (found["standardNVADSA10v5Family"].used, found["standardNVADSA10v5Family"].limit) == (12, 84)
    assert {"cores", "lowPriorityCores"} <= set(found)


async def test_providers_are_registered_and_waited_for(facts: AzureRegionFacts) -> None:
    wanted = ("Microsoft.Compute", "Microsoft.Batch")
    assert await facts.unregistered(wanted) == ("Microsoft.Batch",)
    told: list[tuple[str, bool]] = []
    await facts.register(wanted, lambda name, is_there: told.append((name, is_there)))
    assert told[0] == ("Microsoft.Batch", False)
    assert told[-1] == ("Microsoft.Batch", True)
    assert await facts.unregistered(wanted) == ()


async def test_regions_of_a_resource_type(facts: AzureRegionFacts) -> None:
    found = await facts.provider_regions("Microsoft.StorageCache/amlFilesystems")
    assert "eastus" in found
    assert "westus" not in found


@pytest.mark.parametrize(
    ("username", "lacking"),
    [
        ("mila@studio.example", ()),
        ("lena@studio.example", (RIGHTS,)),
        ("omar@studio.example", (WRITE, RIGHTS)),
    ],
)
async def test_what_a_person_may_not_do(double: AzureDouble, username: str, lacking: tuple[str, ...]) -> None:
    with a_person(double, username) as identity:
        facts = facts_of(double, identity)
        assert await facts.missing_actions("rg-not-there", (WRITE, RIGHTS)) == lacking


async def test_rights_on_a_group_that_is_there(double: AzureDouble, mila: Any, facts: AzureRegionFacts) -> None:
    mila.clients(double.subscription).resources.resource_groups.create_or_update("rg-here", {"location": "eastus"})
    assert await facts.missing_actions("rg-here", (WRITE, RIGHTS)) == ()


async def test_names_networks_and_roles(double: AzureDouble, mila: Any, facts: AzureRegionFacts) -> None:
    assert await facts.is_account_name_free("tpfree12345")
    assert await facts.is_vault_name_free("kv-free-12345")
    clients = mila.clients(double.subscription)
    clients.resources.resource_groups.create_or_update("rg-here", {"location": "eastus"})
    space = {"location": "eastus", "properties": {"addressSpace": {"addressPrefixes": ["10.7.0.0/16"]}}}
    clients.network.virtual_networks.begin_create_or_update("rg-here", "office", space, polling_interval=0).result()
    spaces = await facts.address_spaces()
    assert [prefixes for name, prefixes in spaces.items() if name.endswith("/office")] == [("10.7.0.0/16",)]
    assert await facts.role_definition("Contributor")
    assert await facts.role_definition("No such role") == ""


async def test_a_deleted_vault_is_found_and_comes_back(double: AzureDouble, mila: Any, facts: AzureRegionFacts) -> None:
    clients = mila.clients(double.subscription)
    clients.resources.resource_groups.create_or_update("rg-gone", {"location": "eastus"})
    body = {
        "location": "eastus",
        "properties": {"tenantId": double.tenant, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
    }
    clients.vaults.vaults.begin_create_or_update("rg-gone", "kv-gone-1", body, polling_interval=0).result()
    assert not await facts.is_vault_name_free("kv-gone-1")
    assert await facts.deleted_vault("kv-gone-1", "eastus") == ""
    clients.resources.resource_groups.begin_delete("rg-gone", polling_interval=0).result()
    assert not await facts.is_vault_name_free("kv-gone-1")
    assert await facts.deleted_vault("kv-gone-1", "eastus") == "rg-gone"
    await facts.recover_vault("kv-gone-1", "eastus")
    assert await facts.deleted_vault("kv-gone-1", "eastus") == ""
    assert clients.vaults.vaults.get("rg-gone", "kv-gone-1").name == "kv-gone-1"
    with pytest.raises(NotThere):
        await facts.recover_vault("kv-gone-1", "eastus")


async def test_throttling_is_waited_out(double: AzureDouble, facts: AzureRegionFacts) -> None:
    double.faults.add("429", path=r"/usages", method="GET", times=2, retry_after=0)
    assert await facts.quotas("eastus")
    assert double.requests.count("GET", r"/usages") == 3


async def test_without_a_network_it_says_so(double: AzureDouble, mila: Any) -> None:
    facts = facts_of(double, mila)
    double.close()
    with pytest.raises(ConnectionLost):
        await facts.quotas("eastus")


async def test_lustres_service_is_looked_up(double: AzureDouble, facts: AzureRegionFacts) -> None:
    assert await facts.service_principal(LUSTRE_APPLICATION) == "5ea1f00d-0000-4000-8000-00000000aaaa"
    assert await facts.service_principal("00000000-0000-4000-8000-000000000000") == ""


async def test_a_directory_that_may_not_be_read_is_a_missing_right(
    double: AzureDouble, facts: AzureRegionFacts
) -> None:
    double.faults.add("graph")
    with pytest.raises(NotPermitted):
        await facts.service_principal(LUSTRE_APPLICATION)
