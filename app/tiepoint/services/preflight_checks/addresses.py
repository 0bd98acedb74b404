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
    free = free_spaces(len(wanted), taken)
    fixes = (Fix(Remedy.USE_ADDRESS_SPACE, f"Use {listed(free)}", ",".join(free)),) if free else ()
    if len(wanted) > 1 and wanted[0].overlaps(wanted[1]):
        title, detail = "The two networks of the plan overlap", f"{wanted[0]} and {wanted[1]} cannot be joined."
        return Check(CheckKind.ADDRESSES, CheckState.BLOCKED, title, detail, fixes)
    clash = [name.rsplit("/", 1)[-1] for name, networks in others.items() if _overlap(wanted, networks)]
    if clash:
        is_one = len(clash) == 1
        title = f"{listed([str(network) for network in wanted])} {'overlaps' if len(wanted) == 1 else 'overlap'} "
        title += "another network" if is_one else f"{len(clash)} other networks"
        detail = (
            f"{listed(clash)} {'uses' if is_one else 'use'} some of the same addresses. Deploying works, "
            "but the cluster can never be joined with such a network."
        )
        return Check(CheckKind.ADDRESSES, CheckState.WARNING, title, detail, fixes)
    shown = listed([str(network) for network in wanted])
    verb = "overlaps" if len(wanted) == 1 else "overlap"
    detail = f"{shown} {verb} none of {counted(len(others), 'network')}" if others else f"{shown}, the only network"
    return Check(CheckKind.ADDRESSES, CheckState.OK, "Addresses", detail)


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
