"""What of a plan is billed, and by which meter of the price list. Must not ask anybody. Pure; any thread."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.cluster import MachineRole
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, NetworkKind, StorageKind
from tiepoint.domain.lustre import lustre_sku
from tiepoint.domain.node_sizes import node_size, size_label
from tiepoint.domain.planned_machines import PlannedMachine, planned_machines
from tiepoint.ports.azure import PriceQuery
from tiepoint.services import price_meters as meters
from tiepoint.services.cluster_life.versions import (
    BASTION,
    DISK,
    LUSTRE,
    NAT_GATEWAY,
    NETAPP,
    PUBLIC_ADDRESS,
    STORAGE_ACCOUNT,
)

ASSUMED_BLOB_GIB: Final = 1024.0
"""What is taken to lie in Blob: captures and products of some projects; said in the line."""
NETAPP_LEVEL: Final = "Premium"
BASTION_METER: Final = "Standard Gateway"
_EVERYWHERE: Final = "Global"
"""The region of meters that cost the same everywhere (NAT gateways are listed only there)."""
_EVERYWHERE_US_GOVERNMENT: Final = "US Gov"

Rows = Sequence[meters.Row]
_DISK_TIERS: Final = ((32, "P4"), (64, "P6"), (128, "P10"), (256, "P15"), (512, "P20"), (1024, "P30"), (2048, "P40"))
_ROLES: Final = {
    MachineRole.SCHEDULER: (ResourceGroupKind.SCHEDULER, "Scheduler"),
    MachineRole.NODE: (ResourceGroupKind.NODES, "Nodes"),
    MachineRole.JUMP_BOX: (ResourceGroupKind.ACCESS, "Jump boxes"),
    MachineRole.DIRECTORY: (ResourceGroupKind.DIRECTORY, "Domain controllers"),
}


@dataclass(frozen=True, slots=True)
class Part:
    """Some pieces of one thing, as one meter bills them.

    Args:
        count: How many.
        queries: Where its price is looked for, one after the other until it is found.
        price: Picks the price of one piece per hour from the rows.
    """

    count: float
    queries: tuple[PriceQuery, ...]
    price: Callable[[Rows], float | None]


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the estimate before its price is known.

    Args:
        part: Where it is shown.
        label: For people.
        what: The detail before the price of one piece; that is added where there is only one kind of piece.
        parts: What it is made of; empty = billed by use, cents.
        machines: Their names.
        while_paused: Whether it bills while the machines are deallocated.
        while_cold: Whether it bills while the cluster is cold.
        is_data: Whether it stays when the cluster is deleted and its data kept.
        type: Azure's type of the resource that is billed; empty = machines, and what is billed by use.
    """

    part: ResourceGroupKind
    label: str
    what: str
    parts: tuple[Part, ...]
    machines: tuple[str, ...] = ()
    while_paused: bool = True
    while_cold: bool = False
    is_data: bool = False
    type: str = ""


def items_of(plan: ClusterPlan) -> tuple[Item, ...]:
    """Return all that a plan makes people pay for.

    Raises:
        UsageError: Its addresses or its capacity cannot be used.
    """
    machines = planned_machines(plan)
    found = [*_machine_items(plan, machines), _disks(plan, machines), *_storage(plan), *_network(plan, machines)]
    by_use = Item(ResourceGroupKind.GUARD, "Key Vault and logs", "by use, cents a month", (), while_cold=True)
    return (*found, by_use)


def machine_query(region: str, size: str) -> PriceQuery:
    """Return the question for all rows of a machine size."""
    return PriceQuery(region, "Virtual Machines", sku=size)


def _machine_items(plan: ClusterPlan, machines: Sequence[PlannedMachine]) -> list[Item]:
    found = []
    for role, (part, label) in _ROLES.items():
        ours = [each for each in machines if each.role is role]
        if not ours:
            continue
        known = node_size(plan.nodes.size)
        title = "GPU nodes" if role is MachineRole.NODE and known and known.gpu else label
        title = f"{title}, Spot" if ours[0].is_spot else title
        kinds = Counter((each.size, each.is_windows, each.is_spot) for each in ours)
        parts = tuple(_machine_part(plan.region, kind, count) for kind, count in kinds.items())
        what = ", ".join(_machine_text(kind, count) for kind, count in kinds.items())
        names = tuple(each.name for each in ours)
        found.append(Item(part, title, what, parts, names, while_paused=False))
    return found


def _machine_part(region: str, kind: tuple[str, bool, bool], count: int) -> Part:
    size, is_windows, is_spot = kind

    def price(rows: Rows) -> float | None:
        return meters.machine_price(rows, is_windows=is_windows, is_spot=is_spot)

    return Part(count, (machine_query(region, size),), price)


def _machine_text(kind: tuple[str, bool, bool], count: int) -> str:
    size, is_windows, _ = kind
    text = f"{size_label(size)}{' Windows' if is_windows else ''}"
    return text if count == 1 else f"{count} x {text}"


def _disks(plan: ClusterPlan, machines: Sequence[PlannedMachine]) -> Item:
    kinds = Counter(each.disk_gib for each in machines)
    parts = tuple(_disk_part(plan.region, gib, count) for gib, count in kinds.items())
    what = ", ".join(f"{count} x {gib} GiB Premium" for gib, count in kinds.items())
    return Item(ResourceGroupKind.STORAGE, "OS disks", what, parts, while_cold=True, type=DISK)


def _disk_part(region: str, gib: int, count: int) -> Part:
    tier = next((name for most, name in _DISK_TIERS if gib <= most), "P50")
    product, meter = "Premium SSD Managed Disks", f"{tier} LRS Disk"
    query = PriceQuery(region, "Storage", product=product, meter=meter)
    return Part(count, (query,), lambda rows: meters.meter_price(rows, meter, product=product))


def _storage(plan: ClusterPlan) -> list[Item]:
    part, capacity = ResourceGroupKind.STORAGE, plan.storage.capacity_tib
    blob = PriceQuery(plan.region, "Storage", meter="Hot LRS Data Stored")
    found = [
        _capacity(f"Blob, {ASSUMED_BLOB_GIB / 1024:g} TiB assumed", "hot, LRS", ASSUMED_BLOB_GIB, meters.is_blob, blob)
    ]
    if plan.storage.kind is StorageKind.LUSTRE:
        rate = lustre_sku(capacity).mbps_per_tib
        asked = [PriceQuery(plan.region, "Azure Managed Lustre"), PriceQuery(plan.region, product_word="Lustre")]
        what = f"{rate} MB/s per TiB"
        found.append(_capacity(f"Lustre {capacity} TiB", what, capacity * 1024, meters.is_lustre_of(rate), *asked))
    elif plan.storage.kind is StorageKind.NETAPP:
        asked = [PriceQuery(plan.region, "Azure NetApp Files")]
        finds = meters.is_netapp_of(NETAPP_LEVEL)
        found.append(_capacity(f"NetApp Files {capacity} TiB", NETAPP_LEVEL, capacity * 1024, finds, *asked))
    # NetApp Files have no way to Blob of their own and stay when a cluster goes cold; Lustre is archived and removed.
    types = {"Blob": STORAGE_ACCOUNT, "Lustre": LUSTRE, "NetApp": NETAPP}
    kinds = [next(name for name in types if item.label.startswith(name)) for item in found]
    return [
        dataclasses.replace(item, part=part, while_cold=kind != "Lustre", is_data=kind == "Blob", type=types[kind])
        for item, kind in zip(found, kinds, strict=True)
    ]


def _capacity(label: str, what: str, gib: float, finds: Callable[[meters.Row], bool], *queries: PriceQuery) -> Item:
    def price(rows: Rows) -> float | None:
        return meters.capacity_price(rows, gib, finds)

    return Item(ResourceGroupKind.STORAGE, label, what, (Part(1, queries, price),))


def _network(plan: ClusterPlan, machines: Sequence[PlannedMachine]) -> list[Item]:
    # A storage network of its own needs its own way out: Lustre talks to Azure itself.
    gateways = 2 if plan.network.kind is NetworkKind.PEERED and plan.storage.kind is StorageKind.LUSTRE else 1
    gateway = _hourly(plan, "NAT Gateway", "Standard Gateway", gateways, everywhere_first=True)
    label = "NAT gateway and IP" if gateways == 1 else "NAT gateways and IPs"
    extra = "plus traffic by use"
    found = [Item(ResourceGroupKind.NETWORK, label, extra, (gateway, _addresses(plan, gateways)), type=NAT_GATEWAY)]
    if plan.access.kind is AccessKind.BASTION:
        bastion = _hourly(plan, "Azure Bastion", BASTION_METER, 1)
        parts = (bastion, _addresses(plan, 1))
        found.append(Item(ResourceGroupKind.ACCESS, "Bastion", "Standard, with its IP", parts, type=BASTION))
    else:
        boxes = sum(each.role is MachineRole.JUMP_BOX for each in machines)
        what = f"{boxes} public IP{'' if boxes == 1 else 's'}"
        addresses = (_addresses(plan, boxes),)
        named = "Jump boxes' addresses"
        found.append(Item(ResourceGroupKind.ACCESS, named, what, addresses, while_cold=True, type=PUBLIC_ADDRESS))
    return found


def _addresses(plan: ClusterPlan, count: int) -> Part:
    return _hourly(plan, "Virtual Network", "Standard IPv4 Static Public IP", count, product="IP Addresses")


def _hourly(
    plan: ClusterPlan, service: str, meter: str, count: int, *, product: str = "", everywhere_first: bool = False
) -> Part:
    everywhere = _EVERYWHERE_US_GOVERNMENT if plan.region.startswith(("usgov", "usdod")) else _EVERYWHERE
    regions = (everywhere, plan.region) if everywhere_first else (plan.region, everywhere)
    more: dict[str, Any] = {"product": product, "meter": meter}
    queries = tuple(PriceQuery(region, service, **more) for region in regions)
    return Part(count, queries, lambda rows: meters.meter_price(rows, meter, product=product))
