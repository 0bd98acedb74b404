"""What is wrong with a plan that can be said without asking Azure: each choice by itself, and how they go together.

Pure; any thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from tiepoint.domain.addresses import AZURE_DNS, firewall_sources
from tiepoint.domain.cluster_plan import (
    CLUSTER_NAME,
    MOST_NODES,
    AccessKind,
    ClusterPlan,
    DirectoryKind,
    Engine,
    NetworkKind,
    PlanFinding,
    SchedulerOs,
    StorageKind,
)
from tiepoint.domain.lustre import LUSTRE_CAPACITIES
from tiepoint.domain.node_sizes import lacks_cuda, node_size
from tiepoint.domain.retired import retired_size

LEAST_IDLE_MINUTES: Final = 5
MOST_IDLE_MINUTES: Final = 1440
MOST_NETAPP_TIB: Final = 100
"""Of one regular volume (Azure's limits of NetApp Files)."""
_WIDEST_SOURCE: Final = {4: 8, 6: 32}
_WIDEST_SPACE: Final = 8
_NARROWEST_SPACE: Final = 21
"""Eight times 256 addresses: see `domain.addresses`."""
_PRIVATE: Final = tuple(IPv4Network(each) for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_EVERYBODY: Final = ("*", "any", "all", "internet", "0.0.0.0", "::")
_REGION: Final = re.compile(r"[a-z]{2,}[a-z0-9]*")
_SIZE: Final = re.compile(r"(Standard|Basic)_[A-Za-z0-9]+(-\d+)?[A-Za-z0-9]*(_[A-Za-z0-9]+){0,4}")
_DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_VAULT: Final = re.compile(
    r"/subscriptions/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/resourceGroups/[-\w.()]{1,90}"
    r"/providers/Microsoft\.KeyVault/vaults/[a-z][a-z0-9-]{1,22}[a-z0-9]",
    re.IGNORECASE,
)
_LONGEST_NETBIOS: Final = 15


def plan_findings(plan: ClusterPlan, *, has_spot: bool = True) -> tuple[PlanFinding, ...]:
    """Return what is wrong with a plan, what forbids its deployment first.

    Args:
        plan: Any plan.
        has_spot: Whether its cloud has Spot machines.
    """
    checks = (_names, _machines, _storage, _networks, _access, _directory, _secrets, _guard)
    found = [finding for check in checks for finding in check(plan)]
    if plan.nodes.spot and not (has_spot and not plan.region.startswith("china")):
        summary = "There are no Spot machines in this cloud."
        found.append(PlanFinding("nodes.spot", summary, "Set nodes.spot = false.", replacement="false"))
    return tuple(sorted(found, key=lambda finding: not finding.is_blocking))


def _names(plan: ClusterPlan) -> Iterator[PlanFinding]:
    if not CLUSTER_NAME.fullmatch(plan.name):
        summary = f'"{plan.name}" cannot be the name of a cluster.'
        remedy = "Use 3 to 20 lower-case letters, digits and single hyphens, a letter first and no hyphen last."
        yield PlanFinding("cluster.name", summary, remedy, replacement=_name_like(plan.name))
    region = plan.region.lower().replace(" ", "")
    if not _REGION.fullmatch(plan.region):
        fits = region if _REGION.fullmatch(region) else ""
        summary = f'"{plan.region}" is not the short name of a region.'
        remedy = f'Write "{fits}".' if fits else 'Write it as "eastus".'
        yield PlanFinding("cluster.region", summary, remedy, replacement=fits)
    yield from _package(plan)
    if plan.metashape_seats is None:
        return
    if plan.metashape_seats < 1:
        yield PlanFinding("cluster.metashape_seats", "There must be at least one seat.", "Leave it out if not known.")
    elif plan.engine is Engine.METASHAPE and plan.metashape_seats < plan.nodes.count:
        idle = plan.nodes.count - plan.metashape_seats
        summary = (
            f"There are {plan.metashape_seats} seats of Metashape for {plan.nodes.count} nodes: {idle} would wait."
        )
        remedy = f"Use {plan.metashape_seats} nodes, or get more seats."
        yield PlanFinding("nodes.count", summary, remedy, is_blocking=False, replacement=str(plan.metashape_seats))


def _package(plan: ClusterPlan) -> Iterator[PlanFinding]:
    if "sig=" in plan.package.lower():
        summary = "The address of the package carries a signature, which the deployment's record would show."
        yield PlanFinding("cluster.package", summary, "Put the package where no signature is needed.")
    elif plan.package and not plan.package.lower().startswith("https://"):
        yield PlanFinding("cluster.package", "The address of the package does not begin with https://.", "Correct it.")
    elif plan.engine is Engine.METASHAPE and not plan.package:
        summary = "The machines come without Metashape: the plan does not say where its archive lies."
        remedy = "Put the archive from Agisoft where the machines reach it, and give its address as cluster.package."
        yield PlanFinding("cluster.package", summary, remedy, is_blocking=False)


def _machines(plan: ClusterPlan) -> Iterator[PlanFinding]:
    yield from _size("scheduler.size", plan.scheduler.size)
    yield from _size("nodes.size", plan.nodes.size)
    known = node_size(plan.scheduler.size)
    if known is not None and known.gpu and not known.retired:
        summary = "The scheduler has a graphics card that it does not use and that is paid for."
        remedy = "Use Standard_D8s_v5."
        yield PlanFinding("scheduler.size", summary, remedy, is_blocking=False, replacement="Standard_D8s_v5")
    if lacks_cuda(plan.nodes.size) and retired_size(plan.nodes.size) is None:
        summary = f"CUDA does not run on the graphics card of {plan.nodes.size}."
        remedy = "Use Standard_NV36ads_A10_v5."
        yield PlanFinding("nodes.size", summary, remedy, is_blocking=False, replacement="Standard_NV36ads_A10_v5")
    if not 1 <= plan.nodes.count <= MOST_NODES:
        fits = min(max(plan.nodes.count, 1), MOST_NODES)
        summary = f"A cluster has 1 to {MOST_NODES} nodes, not {plan.nodes.count}."
        yield PlanFinding("nodes.count", summary, f"Use {fits}.", replacement=str(fits))


def _size(key: str, size: str) -> Iterator[PlanFinding]:
    retired = retired_size(size)
    if retired is not None:
        yield PlanFinding(key, retired.summary, retired.instead, retired.is_blocking, retired.replacement)
    elif not _SIZE.fullmatch(size):
        prefixed = f"Standard_{size}" if _SIZE.fullmatch(f"Standard_{size}") else ""
        remedy = f"Write {prefixed}." if prefixed else "Write it as Standard_D8s_v5."
        yield PlanFinding(key, f'"{size}" is no name of an Azure size.', remedy, replacement=prefixed)


def _storage(plan: ClusterPlan) -> Iterator[PlanFinding]:
    kind, capacity = plan.storage.kind, plan.storage.capacity_tib
    if kind is StorageKind.LUSTRE and capacity not in LUSTRE_CAPACITIES:
        fits = str(_step(capacity))
        summary = f"Lustre does not come with {capacity} TiB: it has 4 to 128 in steps of 4."
        yield PlanFinding("storage.capacity_tib", summary, f"Use {fits}.", replacement=fits)
    if kind is StorageKind.NETAPP and not 1 <= capacity <= MOST_NETAPP_TIB:
        fits = str(min(max(capacity, 1), MOST_NETAPP_TIB))
        summary = f"NetApp Files does not come with {capacity} TiB: it has 1 to {MOST_NETAPP_TIB}."
        yield PlanFinding("storage.capacity_tib", summary, f"Use {fits}.", replacement=fits)
    if kind is StorageKind.LUSTRE and plan.scheduler.os is SchedulerOs.WINDOWS:
        summary = "A Windows scheduler cannot mount Lustre, which has no client for Windows."
        yield PlanFinding("storage.kind", summary, "Use netapp, or a Linux scheduler.", replacement="netapp")
    if kind is StorageKind.NETAPP and plan.directory.kind is not DirectoryKind.ACTIVE_DIRECTORY:
        summary = "NetApp Files serves Windows and Linux together only with Active Directory."
        remedy = "Set directory.kind = active-directory."
        yield PlanFinding("directory.kind", summary, remedy, replacement="active-directory")


def _networks(plan: ClusterPlan) -> Iterator[PlanFinding]:
    network, problem = _space("network.address_space", plan.network.address_space)
    yield from problem
    if plan.network.kind is not NetworkKind.PEERED:
        return
    storage, problem = _space("network.storage_address_space", plan.network.storage_address_space)
    yield from problem
    if network is not None and storage is not None and network.overlaps(storage):
        free = next(space for space in ("10.1.0.0/16", "10.2.0.0/16") if not IPv4Network(space).overlaps(network))
        summary = f"The storage's network {storage} overlaps the cluster's, {network}; they could not be peered."
        yield PlanFinding("network.storage_address_space", summary, f"Use {free}.", replacement=free)


def _space(key: str, text: str) -> tuple[IPv4Network | None, list[PlanFinding]]:
    try:
        network = IPv4Network(text, strict=False)
    except ValueError:
        return None, [PlanFinding(key, f'"{text}" is no address space.', "Write it as 10.0.0.0/16.")]
    if str(network) != text:
        summary = f"{text} is not the first address of its network."
        return None, [PlanFinding(key, summary, f"Write {network}.", replacement=str(network))]
    if not any(network.subnet_of(private) for private in _PRIVATE):
        summary = f"{network} is not private: other people's computers have these addresses."
        return None, [PlanFinding(key, summary, "Use a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.")]
    if not _WIDEST_SPACE <= network.prefixlen <= _NARROWEST_SPACE:
        return None, [PlanFinding(key, f"{network} is too small for a cluster.", "Use a /16, such as 10.0.0.0/16.")]
    return network, []


def _access(plan: ClusterPlan) -> Iterator[PlanFinding]:
    for source in plan.access.sources:
        yield from _source(source)
    if not plan.access.sources:
        summary = "Nobody may reach the cluster yet: no source address is named."
        yield PlanFinding("access.sources", summary, "Name yours or your studio's, such as 203.0.113.7.")
    elif not firewall_sources(plan.access.sources):
        summary = "No public IPv4 address is among the sources, so Blob can be reached over a private way in only."
        remedy = "Add the public address of your studio, unless you come by VPN."
        yield PlanFinding("access.sources", summary, remedy, is_blocking=False)
    is_joined = plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY
    if plan.access.kind is AccessKind.JUMP_BOXES and not plan.access.linux_jump_box and not is_joined:
        summary = "Without Active Directory the Linux jump box is the only way in; it is made all the same."
        remedy = "Set access.linux_jump_box = true."
        yield PlanFinding("access.linux_jump_box", summary, remedy, is_blocking=False, replacement="true")


def _source(source: str) -> Iterator[PlanFinding]:
    """Say what is wrong with one address that may come in."""
    key, remedy = "access.sources", "Name single addresses or your studio's network, such as 203.0.113.0/24."
    if source.strip().lower() in _EVERYBODY:
        yield PlanFinding(key, f'"{source}" would let everybody in.', remedy)
        return
    try:
        network: IPv4Network | IPv6Network = ip_network(source, strict=False)
    except ValueError:
        yield PlanFinding(key, f'"{source}" is no address and no network.', remedy)
        return
    if network.prefixlen == 0:
        yield PlanFinding(key, f'"{source}" would let everybody in.', remedy)
    elif network.prefixlen < _WIDEST_SOURCE[network.version]:
        yield PlanFinding(key, f'"{source}" is too wide: it holds a large part of the Internet.', remedy)
    elif network.version == 6:
        # Bastion and jump boxes have addresses of IPv4 only, and Azure takes no rule with both kinds in it.
        yield PlanFinding(
            key, f'"{source}" is an IPv6 address; a cluster is reached by IPv4.', "Name your IPv4 address."
        )
    elif network.is_multicast or network.is_loopback or network.is_unspecified or AZURE_DNS in source:
        yield PlanFinding(key, f'Nobody comes from "{source}".', remedy)
    elif "/" in source and str(network) != source:
        summary = f'"{source}" is not the first address of its network.'
        yield PlanFinding(key, summary, f"Write {network}.", is_blocking=False, replacement=str(network))


def _directory(plan: ClusterPlan) -> Iterator[PlanFinding]:
    domain = plan.directory.domain
    if not _DOMAIN.fullmatch(domain):
        summary = f'"{domain}" is no name of a domain.'
        yield PlanFinding("directory.domain", summary, 'Write it as "tiepoint.internal".')
    elif plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY and len(domain.split(".")[0]) > _LONGEST_NETBIOS:
        summary = (
            f"The first part of {domain} is longer than {_LONGEST_NETBIOS} letters, which Active Directory refuses."
        )
        yield PlanFinding("directory.domain", summary, 'Shorten it, as "studio.internal".')
    elif domain.endswith(".local"):
        summary = f"{domain} ends in .local, which many computers look for in their own network only."
        yield PlanFinding("directory.domain", summary, "Use a name that ends in .internal.", is_blocking=False)


def _secrets(plan: ClusterPlan) -> Iterator[PlanFinding]:
    if plan.secrets.vault and not _VAULT.fullmatch(plan.secrets.vault):
        remedy = "Copy the Resource ID from the vault's page in the portal: /subscriptions/…/vaults/NAME."
        yield PlanFinding("secrets.vault", "secrets.vault is no resource id of a key vault.", remedy)


def _guard(plan: ClusterPlan) -> Iterator[PlanFinding]:
    minutes, budget = plan.guard.idle_minutes, plan.guard.budget
    if not LEAST_IDLE_MINUTES <= minutes <= MOST_IDLE_MINUTES:
        fits = str(min(max(minutes, LEAST_IDLE_MINUTES), MOST_IDLE_MINUTES))
        summary = f"A node may wait {LEAST_IDLE_MINUTES} to {MOST_IDLE_MINUTES} minutes, not {minutes}."
        yield PlanFinding("guard.idle_minutes", summary, f"Use {fits}.", replacement=fits)
    if budget is not None and not budget > 0:
        summary = "A budget of nothing would stop the cluster at once."
        yield PlanFinding("guard.budget", summary, "Give one above 0, or leave it out for no limit.")


def _step(capacity: int) -> int:
    step = LUSTRE_CAPACITIES.step
    return min(max((capacity + step - 1) // step * step, LUSTRE_CAPACITIES[0]), LUSTRE_CAPACITIES[-1])


def _name_like(name: str) -> str:
    """Return a name that is allowed and reads alike; empty = there is none."""
    bare = re.sub(r"-{2,}", "-", re.sub(r"[^a-z0-9-]", "-", name.lower())).lstrip("-0123456789")[:20].rstrip("-")
    return bare if CLUSTER_NAME.fullmatch(bare) else ""
