"""Addresses of a cluster: its networks, and what stands at which fixed address.

The plan of the 2018 architecture, kept: access 10.0.0.0/24, cluster 10.0.1.0/24 with nodes from .20 and the scheduler
at .250, domain controllers 10.0.2.0/24; Bastion 10.0.3.0/26 and storage beside them. 200 nodes end at .219, so a /24
holds the most a plan may ask for. Azure keeps the first four addresses and the last one of every subnet. Pure; any
thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError, ip_network
from typing import Final

from tiepoint.domain.cluster_plan import MOST_NODES, ClusterPlan, NetworkKind, StorageKind
from tiepoint.domain.errors import UsageError
from tiepoint.domain.lustre import lustre_prefix_length

AZURE_DNS: Final = "168.63.129.16"
"""Azure's own name server, the same in every network."""
_FIRST_NODE: Final = 20
_SCHEDULER: Final = 250
_LONGEST_PREFIX: Final = 21
"""The plan needs eight times 256 addresses."""
_ADDRESSES_ALONE: Final = 31
_PRIVATE: Final = tuple(
    IPv4Network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16")
)


@dataclass(frozen=True, slots=True)
class AddressPlan:
    """Who has which address.

    Args:
        network: Of the cluster.
        access: Subnet of the jump boxes.
        cluster: Subnet of scheduler and nodes.
        directory: Subnet of the domain controllers.
        bastion: Subnet of Bastion, named AzureBastionSubnet.
        lustre: Subnet of Lustre, in the storage's network where there is one.
        netapp: Subnet of NetApp Files, likewise.
        storage_network: The storage's own network; None = there is none.
        scheduler: Its address.
        nodes: Of `node-01` and so on, as many as a plan may have.
        controllers: Of the domain controllers.
        jump_windows: Its private address.
        jump_linux: Its private address.
    """

    network: IPv4Network
    access: IPv4Network
    cluster: IPv4Network
    directory: IPv4Network
    bastion: IPv4Network
    lustre: IPv4Network
    netapp: IPv4Network
    storage_network: IPv4Network | None
    scheduler: IPv4Address
    nodes: tuple[IPv4Address, ...]
    controllers: tuple[IPv4Address, IPv4Address]
    jump_windows: IPv4Address
    jump_linux: IPv4Address


def address_plan(plan: ClusterPlan) -> AddressPlan:
    """Return the addresses of a plan.

    Raises:
        UsageError: An address space is none, too small, or lies in the other one.
    """
    network = _space(plan.network.address_space)
    storage = _space(plan.network.storage_address_space) if plan.network.kind is NetworkKind.PEERED else None
    if storage is not None and storage.overlaps(network):
        raise UsageError(
            f"The storage's network {storage} overlaps the cluster's, {network}.",
            remedy="Give them address spaces that have nothing in common.",
        )
    at, kept = network.network_address, storage or network
    cluster, access, directory = _subnet(network, 1, 24), _subnet(network, 0, 24), _subnet(network, 2, 24)
    is_lustre = plan.storage.kind is StorageKind.LUSTRE
    return AddressPlan(
        network=network,
        access=access,
        cluster=cluster,
        directory=directory,
        bastion=_subnet(network, 3, 26),
        lustre=_subnet(kept, 4, lustre_prefix_length(plan.storage.capacity_tib) if is_lustre else 26),
        netapp=_subnet(kept, 6, 26),
        storage_network=storage,
        scheduler=at + 256 + _SCHEDULER,
        nodes=tuple(at + 256 + _FIRST_NODE + number for number in range(MOST_NODES)),
        controllers=(at + 512 + 4, at + 512 + 5),
        jump_windows=at + 4,
        jump_linux=at + 5,
    )


def refuse_everybody(sources: Sequence[str]) -> None:
    """Make sure that nothing is opened to everybody, whatever was checked before.

    Raises:
        UsageError: One of the sources is everywhere, or no address.
    """
    for source in sources:
        try:
            is_everywhere = ip_network(source, strict=False).prefixlen == 0
        except ValueError:
            is_everywhere = True
        if is_everywhere:
            raise UsageError(
                f"A cluster cannot be opened to {source}.", remedy="Name addresses or networks, such as 203.0.113.0/24."
            )


def firewall_sources(sources: Sequence[str]) -> tuple[str, ...]:
    """Return those source addresses that the firewalls of Blob and Key Vault take: public ones of IPv4.

    Private addresses reach both through their subnets. Single addresses stand alone and two as two: Blob's firewall
    refuses /31 and /32.
    """
    found: list[str] = []
    for source in sources:
        try:
            network = IPv4Network(source, strict=False)
        except (AddressValueError, NetmaskValueError, ValueError):
            continue
        if any(network.overlaps(private) for private in _PRIVATE):
            continue
        found += [str(address) for address in network] if network.prefixlen >= _ADDRESSES_ALONE else [str(network)]
    return tuple(dict.fromkeys(found))


def _space(text: str) -> IPv4Network:
    try:
        network = IPv4Network(text)
    except ValueError as error:
        raise UsageError(f"{text} is no address space.", remedy="Give one as 10.0.0.0/16.", detail=str(error)) from None
    if network.prefixlen > _LONGEST_PREFIX:
        raise UsageError(f"The address space {text} is too small for a cluster.", remedy="Give one as 10.0.0.0/16.")
    return network


def _subnet(network: IPv4Network, third: int, length: int) -> IPv4Network:
    return IPv4Network((network.network_address + 256 * third, length))
