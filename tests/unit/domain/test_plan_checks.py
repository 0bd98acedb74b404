"""What is wrong with a plan without asking Azure: each choice, and how they go together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.addresses import address_plan
from tiepoint.domain.cluster_plan import (
    PROFILES,
    AccessKind,
    AccessPlan,
    ClusterPlan,
    DirectoryKind,
    DirectoryPlan,
    Engine,
    GuardPlan,
    NetworkKind,
    NetworkPlan,
    NodesPlan,
    PlanFinding,
    Profile,
    SchedulerOs,
    SchedulerPlan,
    SecretsPlan,
    StorageKind,
    StoragePlan,
)
from tiepoint.domain.plan_checks import plan_findings
from tiepoint.domain.retired import retired_anything, retired_choice, retired_size

GOOD = ClusterPlan(access=AccessPlan(sources=("203.0.113.7",)))
AD = DirectoryPlan(DirectoryKind.ACTIVE_DIRECTORY, "studio.internal")
VAULT = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shared/providers/"
    "Microsoft.KeyVault/vaults/studio-vault"
)


ARCHIVE = "https://studio.example/metashape-pro.tar.gz"


def only(plan: ClusterPlan) -> PlanFinding:
    (finding,) = plan_findings(plan)
    return finding


@pytest.mark.parametrize("profile", Profile)
def test_a_profile_lacks_nothing_but_who_may_come_in(profile: Profile) -> None:
    finding = only(PROFILES[profile])
    assert (finding.key, finding.is_blocking) == ("access.sources", True)
    assert plan_findings(replace(PROFILES[profile], access=GOOD.access)) == ()


@pytest.mark.parametrize("name", ["tiepoint", "a-1", "abc", "a" * 20, "studio-2026-b"])
def test_good_names(name: str) -> None:
    assert plan_findings(replace(GOOD, name=name)) == ()


@pytest.mark.parametrize(
    ("name", "like"),
    [
        ("", ""), ("ab", ""), ("a" * 21, "a" * 20), ("My Cluster", "my-cluster"), ("9lives", "lives"), ("a--b", "a-b"),
        ("ends-", "ends"), ("Größe", "gr-e"), ("x\ny", "x-y"), ("*", ""),
    ],
)  # fmt: skip
def test_bad_names_come_with_one_that_reads_alike(name: str, like: str) -> None:
    finding = only(replace(GOOD, name=name))
    assert (finding.key, finding.replacement, finding.is_blocking) == ("cluster.name", like, True)


def test_a_region_has_a_short_name() -> None:
    assert only(replace(GOOD, region="East US 2")).replacement == "eastus2"
    assert only(replace(GOOD, region="")).is_blocking


@pytest.mark.parametrize("source", ["203.0.113.7", "203.0.113.0/24", "203.0.113.7/32", "51.0.0.0/8", "10.9.0.0/16"])
def test_sources_that_may_come_in(source: str) -> None:
    assert not any(each.is_blocking for each in plan_findings(replace(GOOD, access=AccessPlan(sources=(source,)))))


@pytest.mark.parametrize(
    "source",
    [
        "*", "any", "Internet", "0.0.0.0/0", "0.0.0.0", "::/0", "::", "0.0.0.0/1", "128.0.0.0/7", "2000::/3",
        "2001::/16", "10.0.0.0/33", "here", "203.0.113", "127.0.0.1", "224.0.0.1", "AzureCloud", "203.0.113.7-9",
        "0/0", "", "168.63.129.16", "1.2.3.4/0",
    ],
)  # fmt: skip
def test_sources_that_may_not(source: str) -> None:
    found = plan_findings(replace(GOOD, access=AccessPlan(sources=("203.0.113.7", source))))
    assert [each.key for each in found if each.is_blocking] == ["access.sources"]


@given(st.integers(0, 7), st.integers(0, 2**32 - 1))
def test_nothing_wider_than_a_slash_eight_comes_in(prefix: int, number: int) -> None:
    source = f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}/{prefix}"
    assert any(each.is_blocking for each in plan_findings(replace(GOOD, access=AccessPlan(sources=(source,)))))


def test_a_network_written_by_one_of_its_addresses_is_named() -> None:
    finding = only(replace(GOOD, access=AccessPlan(sources=("203.0.113.7/24",))))
    assert (finding.replacement, finding.is_blocking) == ("203.0.113.0/24", False)


def test_only_private_sources_are_worth_a_word() -> None:
    finding = only(replace(GOOD, access=AccessPlan(sources=("192.168.1.0/24",))))
    assert (finding.key, finding.is_blocking) == ("access.sources", False)


TABLE: list[tuple[dict[str, Any], str, bool, str]] = [
    ({"nodes": NodesPlan(count=0)}, "nodes.count", True, "1"),
    ({"nodes": NodesPlan(count=201)}, "nodes.count", True, "200"),
    ({"nodes": NodesPlan(size="Standard_NC24s_v2")}, "nodes.size", True, "Standard_NV36ads_A10_v5"),
    ({"nodes": NodesPlan(size="Standard_NC6s_v3")}, "nodes.size", True, "Standard_NV36ads_A10_v5"),
    ({"nodes": NodesPlan(size="Standard_NC24s_v3")}, "nodes.size", True, "Standard_NC24ads_A100_v4"),
    ({"nodes": NodesPlan(size="Standard_NV12s_v3")}, "nodes.size", True, "Standard_NV12ads_A10_v5"),
    ({"nodes": NodesPlan(size="Standard_NV32as_v4")}, "nodes.size", True, "Standard_NV36ads_A10_v5"),
    ({"nodes": NodesPlan(size="NV36ads_A10_v5")}, "nodes.size", True, "Standard_NV36ads_A10_v5"),
    ({"nodes": NodesPlan(size="large; rm")}, "nodes.size", True, ""),
    ({"nodes": NodesPlan(size="Standard_NV24ads_V710_v5")}, "nodes.size", False, "Standard_NV36ads_A10_v5"),
    ({"scheduler": SchedulerPlan(size="Standard_NC24ads_A100_v4")}, "scheduler.size", False, "Standard_D8s_v5"),
    ({"scheduler": SchedulerPlan(size="Standard_DS2_v2")}, "scheduler.size", False, "Standard_D2s_v5"),
    ({"scheduler": SchedulerPlan(size="Standard_A1_v2")}, "scheduler.size", False, "Standard_D2s_v5"),
    ({"storage": StoragePlan(capacity_tib=5)}, "storage.capacity_tib", True, "8"),
    ({"storage": StoragePlan(capacity_tib=0)}, "storage.capacity_tib", True, "4"),
    ({"storage": StoragePlan(capacity_tib=132)}, "storage.capacity_tib", True, "128"),
    ({"storage": StoragePlan(StorageKind.NETAPP, 0), "directory": AD}, "storage.capacity_tib", True, "1"),
    ({"storage": StoragePlan(StorageKind.NETAPP, 1)}, "directory.kind", True, "active-directory"),
    ({"scheduler": SchedulerPlan(SchedulerOs.WINDOWS)}, "storage.kind", True, "netapp"),
    ({"network": NetworkPlan(address_space="10.0.0.0")}, "network.address_space", True, "10.0.0.0/32"),
    ({"network": NetworkPlan(address_space="10.0.0.0/24")}, "network.address_space", True, ""),
    ({"network": NetworkPlan(address_space="10.0.0.5/16")}, "network.address_space", True, "10.0.0.0/16"),
    ({"network": NetworkPlan(address_space="52.0.0.0/16")}, "network.address_space", True, ""),
    ({"network": NetworkPlan(address_space="ten")}, "network.address_space", True, ""),
    ({"network": NetworkPlan(address_space="0.0.0.0/0")}, "network.address_space", True, ""),
    (
        {"network": NetworkPlan(NetworkKind.PEERED, "10.1.0.0/16", "10.1.128.0/17")},
        "network.storage_address_space",
        True,
        "10.2.0.0/16",
    ),
    ({"access": AccessPlan(AccessKind.JUMP_BOXES, ("203.0.113.7",), False)}, "access.linux_jump_box", False, "true"),
    ({"directory": DirectoryPlan(domain="studio")}, "directory.domain", True, ""),
    ({"directory": DirectoryPlan(domain="-a.b")}, "directory.domain", True, ""),
    ({"directory": replace(AD, domain="averylongstudioname.internal")}, "directory.domain", True, ""),
    ({"directory": replace(AD, domain="studio.local")}, "directory.domain", False, ""),
    ({"secrets": SecretsPlan("studio-vault")}, "secrets.vault", True, ""),
    ({"secrets": SecretsPlan(f"{VAULT}/secrets/x")}, "secrets.vault", True, ""),
    ({"guard": GuardPlan(4)}, "guard.idle_minutes", True, "5"),
    ({"guard": GuardPlan(2000)}, "guard.idle_minutes", True, "1440"),
    ({"guard": GuardPlan(budget=0.0)}, "guard.budget", True, ""),
    ({"guard": GuardPlan(budget=-4.0)}, "guard.budget", True, ""),
    ({"guard": GuardPlan(budget=float("nan"))}, "guard.budget", True, ""),
    ({"engine": Engine.METASHAPE, "package": ARCHIVE, "metashape_seats": 3}, "nodes.count", False, "3"),
    ({"engine": Engine.METASHAPE, "package": ARCHIVE, "metashape_seats": 0}, "cluster.metashape_seats", True, ""),
    ({"engine": Engine.METASHAPE}, "cluster.package", False, ""),
    ({"package": "http://studio.example/tiepoint.whl"}, "cluster.package", True, ""),
    ({"package": f"{ARCHIVE}?sv=2024&sig=abc"}, "cluster.package", True, ""),
    ({"region": "chinanorth3", "nodes": NodesPlan(spot=True)}, "nodes.spot", True, "false"),
]


@pytest.mark.parametrize(("changes", "key", "is_blocking", "replacement"), TABLE)
def test_what_does_not_go(changes: dict[str, Any], key: str, is_blocking: bool, replacement: str) -> None:
    finding = only(replace(GOOD, **changes))
    assert (finding.key, finding.is_blocking, finding.replacement) == (key, is_blocking, replacement)
    assert finding.summary.endswith(".")
    assert finding.remedy.endswith(".")


@pytest.mark.parametrize(
    "changes",
    [
        {"storage": StoragePlan(StorageKind.BLOB, 3)},
        {
            "storage": StoragePlan(StorageKind.NETAPP, 1),
            "directory": AD,
            "scheduler": SchedulerPlan(SchedulerOs.WINDOWS),
        },
        {"network": NetworkPlan(NetworkKind.PEERED)},
        {"network": NetworkPlan(NetworkKind.ONE, "172.16.0.0/16", "172.16.0.0/16")},
        {"secrets": SecretsPlan(VAULT)},
        {"guard": GuardPlan(5, 0.5)},
        {"nodes": NodesPlan(spot=True)},
        {"nodes": NodesPlan(size="Standard_NC4as_T4_v3")},
        {"nodes": NodesPlan(size="Standard_NC16as_T4_v3")},
        {"nodes": NodesPlan(size="Standard_D16-4ds_v5")},
        {"access": AccessPlan(AccessKind.JUMP_BOXES, ("203.0.113.7",), False), "directory": AD},
        {"scheduler": SchedulerPlan(SchedulerOs.WINDOWS), "storage": StoragePlan(StorageKind.BLOB)},
    ],
)
def test_what_goes(changes: dict[str, Any]) -> None:
    assert plan_findings(replace(GOOD, **changes)) == ()


def test_spot_needs_a_cloud_that_has_it() -> None:
    plan = replace(GOOD, nodes=NodesPlan(spot=True))
    assert plan_findings(plan, has_spot=False)[0].key == "nodes.spot"


def test_what_forbids_comes_first() -> None:
    found = plan_findings(replace(GOOD, scheduler=SchedulerPlan(size="Standard_DS2_v2"), guard=GuardPlan(1)))
    assert [each.is_blocking for each in found] == [True, False]


@given(
    st.ip_addresses(v=4).map(lambda address: f"{address}/16") | st.text(max_size=20),
    st.integers(-5, 600),
    st.sampled_from(NetworkKind),
)
def test_a_plan_without_blocking_findings_has_addresses(space: str, capacity: int, kind: NetworkKind) -> None:
    plan = replace(GOOD, network=NetworkPlan(kind, space), storage=StoragePlan(capacity_tib=capacity))
    if not any(each.is_blocking for each in plan_findings(plan)):
        address_plan(plan)


@pytest.mark.parametrize(
    "text", ["lustre", "netapp", "blob", "linux", "windows", "metashape", "open", "bastion", "dns"]
)
def test_what_is_offered_is_not_retired(text: str) -> None:
    assert retired_choice(text) is None


@pytest.mark.parametrize(
    "text", ["", "eastus", "node", "tiepoint", "10.0.0.0/16", "Standard_D8s_v5", "Standard_E4ds_v5"]
)
def test_nothing_else_is_taken_for_retired(text: str) -> None:
    assert retired_anything(text) is None
    assert retired_size(text) is None


def test_an_address_of_the_newer_kind_is_refused() -> None:
    found = plan_findings(replace(GOOD, access=replace(GOOD.access, sources=("2001:db8::7", "203.0.113.7"))))
    assert [(each.key, each.is_blocking) for each in found] == [("access.sources", True)]
    assert "IPv4" in found[0].remedy
