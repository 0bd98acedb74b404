"""Whether the plan's address spaces overlap each other or the subscription's other networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, ip_network

from tiepoint.domain.cluster_plan import ClusterPlan, NetworkKind
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.phrases import counted, listed
from tiepoint.services.preflight_checks.question import Question


async def check(question: Question) -> Check:
    """Compare the address spaces."""
    plan, own = question.plan, f"/resourcegroups/{question.plan.resource_group}/".lower()
    spaces = await question.azure.facts.address_spaces()
    others = {name: _networks(prefixes) for name, prefixes in spaces.items() if own not in name.lower()}
    wanted, taken = _wanted(plan), [network for networks in others.values() for network in networks]
    if len(wanted) > 1 and wanted[0].overlaps(wanted[1]):
        title, detail = "The two networks of the plan overlap", f"{wanted[0]} and {wanted[1]} cannot be joined."
        return Check(CheckKind.ADDRESSES, CheckState.BLOCKED, title, detail, _fixes([*wanted[1:], *taken]))
    clash = [name.rsplit("/", 1)[-1] for name, networks in others.items() if _overlap(wanted, networks)]
    if clash:
        return _overlapping(wanted, clash, taken)
    shown = listed([str(network) for network in wanted])
    verb = "overlaps" if len(wanted) == 1 else "overlap"
    detail = f"{shown} {verb} none of {counted(len(others), 'network')}" if others else f"{shown}, the only network"
    return Check(CheckKind.ADDRESSES, CheckState.OK, "Addresses", detail)


def _overlapping(wanted: list[IPv4Network], clash: list[str], taken: list[IPv4Network]) -> Check:
    bad, alone = [network for network in wanted if _overlap([network], taken)], len(clash) == 1
    verb, whom = "overlaps" if len(bad) == 1 else "overlap", "another network" if alone else f"{len(clash)} networks"
    detail = (
        f"{listed(clash)} {'uses' if alone else 'use'} some of the same addresses. Deploying works, "
        "but the cluster can never be joined with such a network."
    )
    storage = free_spaces(1, [*wanted[:1], *taken]) if bad[-1] is not wanted[0] else ()
    detail += f" For the storage's network {storage[0]} is free." if storage else ""
    fixes = _fixes([*wanted[1:], *taken]) if bad[0] is wanted[0] else ()
    title = f"{listed([str(network) for network in bad])} {verb} {whom}"
    return Check(CheckKind.ADDRESSES, CheckState.WARNING, title, detail, fixes)


def _fixes(taken: Sequence[IPv4Network]) -> tuple[Fix, ...]:
    return tuple(Fix(Remedy.USE_ADDRESS_SPACE, f"Use {free}", free) for free in free_spaces(1, taken))


def free_spaces(count: int, taken: Sequence[IPv4Network]) -> tuple[str, ...]:
    """Return so many networks below 10.0.0.0/8 that overlap nothing; fewer where there are not as many."""
    found: list[str] = []
    for candidate in ip_network("10.0.0.0/8").subnets(new_prefix=16):
        if len(found) == count:
            break
        if isinstance(candidate, IPv4Network) and not any(candidate.overlaps(each) for each in taken):
            found.append(str(candidate))
    return tuple(found) if len(found) == count else ()


def _wanted(plan: ClusterPlan) -> list[IPv4Network]:
    is_peered = plan.network.kind is NetworkKind.PEERED
    texts = [plan.network.address_space, *([plan.network.storage_address_space] if is_peered else [])]
    return _networks(texts)


def _networks(texts: Iterable[str]) -> list[IPv4Network]:
    """Read networks; IPv6 never overlaps ours, and what cannot be read is told by the plan's own findings."""
    found = []
    for text in texts:
        try:
            network = ip_network(text.strip(), strict=False)
        except ValueError:
            continue
        if isinstance(network, IPv4Network):
            found.append(network)
    return found


def _overlap(some: Iterable[IPv4Network], others: Sequence[IPv4Network]) -> bool:
    return any(one.overlaps(other) for one in some for other in others)
