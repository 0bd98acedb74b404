import dataclasses
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.addresses import address_plan, firewall_sources
from tiepoint.domain.cluster_plan import (
    MOST_NODES,
    ClusterPlan,
    NetworkKind,
    NetworkPlan,
    StoragePlan,
)
from tiepoint.domain.errors import UsageError
from tiepoint.domain.lustre import LUSTRE_CAPACITIES, lustre_prefix_length, lustre_sku


def plan(space: str = "10.0.0.0/16", **storage: int) -> ClusterPlan:
    return ClusterPlan(network=NetworkPlan(address_space=space), storage=StoragePlan(**storage))


def test_the_architectures_own_addresses_are_kept() -> None:
    at = address_plan(plan())
    assert str(at.scheduler) == "10.0.1.250"
    assert str(at.nodes[0]) == "10.0.1.20"
    assert [str(each) for each in at.controllers] == ["10.0.2.4", "10.0.2.5"]
    assert str(at.bastion) == "10.0.3.0/26"
    assert str(at.lustre) == "10.0.4.0/26"
    assert at.storage_network is None


@given(
    st.integers(8, 21),
    st.integers(0, 2**32 - 1),
    st.sampled_from(list(LUSTRE_CAPACITIES)),
    st.sampled_from(NetworkKind),
)
def test_addresses_are_unique_and_lie_in_subnets_that_are_apart(
    length: int, start: int, capacity: int, kind: NetworkKind
) -> None:
    space = ipaddress.IPv4Network((start >> (32 - length) << (32 - length), length))
    other = "10.0.0.0/16" if not space.overlaps(ipaddress.ip_network("10.0.0.0/16")) else "172.16.0.0/16"
    if space.overlaps(ipaddress.ip_network(other)):
        return
    network = NetworkPlan(kind=kind, address_space=str(space), storage_address_space=other)
    at = address_plan(ClusterPlan(network=network, storage=StoragePlan(capacity_tib=capacity)))
    homes = [
        *((each, at.cluster) for each in (at.scheduler, *at.nodes)),
        *((each, at.directory) for each in at.controllers),
        *((each, at.access) for each in (at.jump_linux, at.jump_windows)),
    ]
    assert len(at.nodes) == MOST_NODES
    assert len({each for each, _ in homes}) == len(homes)
    for address, subnet in homes:
        # Azure keeps the first four addresses and the last one.
        assert subnet.network_address + 3 < address < subnet.broadcast_address
    subnets = [at.access, at.cluster, at.directory, at.bastion, at.lustre, at.netapp]
    for number, subnet in enumerate(subnets):
        assert not any(subnet.overlaps(each) for each in subnets[:number])
        assert any(subnet.subnet_of(each) for each in (at.network, at.storage_network) if each)


@pytest.mark.parametrize(
    ("space", "said"),
    [("10.0.0.0/22", "too small"), ("10.0.1.0/16", "no address space"), ("somewhere", "no address space")],
)
def test_an_address_space_that_cannot_be_used_is_named(space: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        address_plan(plan(space))
    assert caught.value.remedy


def test_two_networks_must_be_apart() -> None:
    peered = NetworkPlan(kind=NetworkKind.PEERED, storage_address_space="10.0.128.0/17")
    with pytest.raises(UsageError, match="overlaps"):
        address_plan(dataclasses.replace(plan(), network=peered))


@pytest.mark.parametrize(
    ("sources", "taken"),
    [
        (["203.0.113.0/24"], ["203.0.113.0/24"]),
        (["203.0.113.7/32", "203.0.113.7"], ["203.0.113.7"]),
        (["203.0.113.6/31"], ["203.0.113.6", "203.0.113.7"]),
        (["10.1.0.0/16", "192.168.1.4", "100.64.0.0/24", "2001:db8::/32", "nonsense"], []),
    ],
)
def test_firewalls_take_public_addresses_only(sources: list[str], taken: list[str]) -> None:
    assert list(firewall_sources(sources)) == taken


@pytest.mark.parametrize("capacity", LUSTRE_CAPACITIES)
def test_every_capacity_of_lustre_has_a_size_of_2_gb_a_second(capacity: int) -> None:
    sku = lustre_sku(capacity)
    assert capacity % sku.step_tib == 0
    assert capacity * sku.mbps_per_tib >= 2000
    assert 23 <= lustre_prefix_length(capacity) <= 26


@pytest.mark.parametrize("capacity", [0, 3, 6, 132])
def test_lustre_does_not_come_in_every_capacity(capacity: int) -> None:
    with pytest.raises(UsageError, match="TiB"):
        lustre_sku(capacity)
