"""What Azure tells of regions, sizes, quotas and rights, as the real library's models hold it."""

from __future__ import annotations

from typing import Any

import pytest
from azure.mgmt.compute.models import ResourceSku, Usage
from azure.mgmt.network.models import VirtualNetwork
from azure.mgmt.resource.resources.models import Provider
from azure.mgmt.resource.subscriptions.models import Location

from tiepoint.adapters.azure import facts_reading as reading
from tiepoint.adapters.azure.facts_reading import Permission, missing
from tiepoint.domain.preflight import QuotaFigures
from tiepoint.ports.azure import Region

CONTRIBUTOR = Permission(("*",), ("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write"))
READER = Permission(("*/read",), ())
WRITE, RIGHTS = "Microsoft.Compute/virtualMachines/write", "Microsoft.Authorization/roleAssignments/write"


def a_sku(**more: Any) -> ResourceSku:
    told = {
        "resourceType": "virtualMachines",
        "name": "Standard_NV36ads_A10_v5",
        "family": "standardNVADSA10v5Family",
        "locations": ["EastUS"],
        "locationInfo": [{"location": "EastUS", "zones": ["3", "1"]}],
        "capabilities": [
            {"name": "vCPUs", "value": "36"},
            {"name": "MemoryGB", "value": "440"},
            {"name": "GPUs", "value": "1"},
            {"name": "LowPriorityCapable", "value": "True"},
        ],
        "restrictions": [],
        **more,
    }
    return ResourceSku(told)


@pytest.mark.parametrize(
    ("permissions", "actions", "lacking"),
    [
        ([CONTRIBUTOR], [WRITE, RIGHTS], [RIGHTS]),
        ([CONTRIBUTOR, Permission(("microsoft.authorization/roleassignments/*",), ())], [WRITE, RIGHTS], []),
        ([READER], [WRITE, "Microsoft.Compute/skus/read"], [WRITE]),
        (
            [Permission(("Microsoft.Compute/virtualMachines/*",), ())],
            [WRITE, "Microsoft.Compute/disks/write"],
            ["Microsoft.Compute/disks/write"],
        ),
        ([Permission(("Microsoft.Compute/*/write",), ())], [WRITE.upper()], []),
        ([Permission(("Microsoft.Compute/virtualMachines",), ())], [WRITE], [WRITE]),
        ([Permission(("Microsoft.Compute.virtualMachines/write",), ())], [WRITE], [WRITE]),
        ([], [WRITE], [WRITE]),
    ],
)
def test_rights_are_what_one_role_allows_and_does_not_take_out(
    permissions: list[Permission], actions: list[str], lacking: list[str]
) -> None:
    assert missing(permissions, actions) == tuple(lacking)


def test_a_size_is_read_with_what_is_known_of_its_card() -> None:
    offer = reading.offer(a_sku(), "eastus")
    assert (offer.vcpu, offer.memory_gib, offer.gpus, offer.gpu) == (36, 440.0, 1.0, "A10")
    assert (offer.zones, offer.has_spot, offer.is_restricted) == (("1", "3"), True, False)
    assert offer.family == "standardNVADSA10v5Family"


@pytest.mark.parametrize(
    ("restriction", "is_restricted", "zones"),
    [
        ({"type": "Location", "values": ["EastUS"], "reasonCode": "NotAvailableForSubscription"}, True, ("1", "3")),
        ({"type": "Location", "restrictionInfo": {"locations": ["EastUS"]}, "reasonCode": "QuotaId"}, True, ("1", "3")),
        ({"type": "Location", "restrictionInfo": {"locations": ["WestUS"]}}, False, ("1", "3")),
        ({"type": "Zone", "restrictionInfo": {"locations": ["EastUS"], "zones": ["1"]}}, False, ("3",)),
    ],
)
def test_restrictions_close_a_region_or_some_of_its_zones(
    restriction: dict[str, Any], is_restricted: bool, zones: tuple[str, ...]
) -> None:
    offer = reading.offer(a_sku(restrictions=[restriction]), "eastus")
    assert (offer.is_restricted, offer.zones) == (is_restricted, zones)


def test_only_machines_of_the_region_are_sizes() -> None:
    assert reading.is_machine(a_sku(), "eastus")
    assert not reading.is_machine(a_sku(resourceType="disks"), "eastus")
    assert not reading.is_machine(a_sku(locations=["westus"]), "eastus")


def test_a_size_that_says_little_is_read_all_the_same() -> None:
    offer = reading.offer(ResourceSku({"resourceType": "virtualMachines", "name": "Standard_New"}), "eastus")
    assert (offer.vcpu, offer.gpu, offer.zones, offer.has_spot) == (0, "", (), False)


def test_quotas_regions_networks_and_providers() -> None:
    usage = Usage({"unit": "Count", "currentValue": 36, "limit": 108, "name": {"value": "fam", "localizedValue": "F"}})
    assert reading.quota(usage) == QuotaFigures("fam", "F", 0, 36, 108)
    place = Location({"name": "eastus", "displayName": "East US", "metadata": {"regionType": "Physical"}})
    assert reading.is_physical(place)
    assert reading.region(place) == Region("eastus", "East US", 0)
    assert not reading.is_physical(Location({"name": "us", "metadata": {"regionType": "Logical"}}))
    network = VirtualNetwork({"id": "/n", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}})
    assert reading.prefixes(network) == ("10.0.0.0/16",)
    assert reading.prefixes(VirtualNetwork({"id": "/n"})) == ()
    kinds = [{"resourceType": "amlFilesystems", "locations": ["East US", "West Europe"]}]
    provider = Provider({"namespace": "Microsoft.StorageCache", "resourceTypes": kinds})
    assert reading.regions_of(provider, "amlfilesystems") == ("eastus", "westeurope")
    assert reading.regions_of(provider, "caches") == ()


@pytest.mark.parametrize(
    ("name", "localized", "label"),
    [
        ("standardNVADSA10v5Family", "Standard NVADSA10v5 Family vCPUs", "NVADSA10v5"),
        ("standardNVADSA10v5Family", None, "NVADSA10v5"),
        ("Standard NCASv3_T4 Family", "Standard NCASv3_T4 Family vCPUs", "NCASv3_T4"),
        ("cores", "Total Regional vCPUs", "all machines"),
        ("lowPriorityCores", "Total Regional Spot vCPUs", "Spot machines"),
        ("virtualMachines", "Virtual Machines", "Virtual Machines"),
    ],
)
def test_quotas_are_called_what_people_call_them(name: str, localized: str | None, label: str) -> None:
    usage = Usage({"currentValue": 0, "limit": 1, "name": {"value": name, "localizedValue": localized}})
    assert reading.quota(usage).label == label
