"""Where the same plan would fit when quota or size is the trouble: other regions, other sizes in the same one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import SignInNeeded, TiepointError
from tiepoint.domain.node_sizes import NODE_SIZES, node_size, size_label
from tiepoint.domain.plan_policy import policy_findings
from tiepoint.domain.preflight import Alternative, Check, CheckKind, CheckState, Fix, QuotaFigures, Remedy
from tiepoint.ports.azure import SizeOffer
from tiepoint.services.preflight_checks.places import by_nearness
from tiepoint.services.preflight_checks.question import Question
from tiepoint.services.preflight_checks.quota import ALL_CORES, asked_of
from tiepoint.services.preflight_checks.spot_quota import SPOT_CORES
from tiepoint.services.preflight_checks.storage import STORAGE_TYPES

MOST: Final = 5
TROUBLES: Final = (CheckKind.SIZES, CheckKind.QUOTA, CheckKind.SPOT_QUOTA)
_MOST_REGIONS: Final = 7
"""So many are looked at; the best of them are told."""
_MOST_SIZES: Final = 2
_AT_ONCE: Final = 3
"""A region's list of sizes is long; more of them at once would be throttled."""


def is_troubled(checks: Sequence[Check]) -> bool:
    """Whether looking elsewhere can help."""
    return any(check.kind in TROUBLES and check.state is CheckState.BLOCKED for check in checks)


async def alternatives(question: Question) -> tuple[Alternative, ...]:
    """Return where the plan would fit: what fits first, the cheapest of it first.

    Raises:
        SignInNeeded: The sign-in holds no more; anything else only makes the list shorter.
    """
    plan, limit = question.plan, asyncio.Semaphore(_AT_ONCE)

    async def look(region: str, size: str) -> Alternative | None:
        async with limit:
            try:
                return await _look(question, region, size)
            except SignInNeeded:
                raise
            except TiepointError:
                return None

    there = await asyncio.gather(*(look(region, plan.nodes.size) for region in await _regions(question)))
    here = await asyncio.gather(*(look(plan.region, size) for size in await _sizes(question)))
    sizes = sorted((each for each in here if each and each.count), key=_rank)[:_MOST_SIZES]
    regions = sorted((each for each in there if each), key=_rank)[: MOST - len(sizes)]
    priced = await asyncio.gather(*(_priced(question, each) for each in (*regions, *sizes)))
    return tuple(sorted(priced, key=_rank))


def fixes_of(found: Sequence[Alternative], plan: ClusterPlan, labels: Mapping[str, str]) -> tuple[Fix, ...]:
    """Return the buttons that the best of them give: another region, another size, where all nodes fit."""
    fixes, whole = [], [each for each in found if each.count == plan.nodes.count]
    region = next((each for each in whole if each.region != plan.region), None)
    if region:
        label = f"Use {labels.get(region.region, region.region)}"
        fixes.append(Fix(Remedy.USE_REGION, label, region.region))
    size = next((each for each in whole if each.region == plan.region), None)
    if size:
        fixes.append(Fix(Remedy.USE_SIZE, f"Use {size_label(size.size)}", size.size))
    return tuple(fixes)


async def _regions(question: Question) -> list[str]:
    plan, labels = question.plan, await question.region_labels()
    places: list[str] = list(labels)
    if plan.storage.kind in STORAGE_TYPES:
        having = set(await question.provider_regions(STORAGE_TYPES[plan.storage.kind][0]))
        places = [region for region in places if region in having]
    places = [region for region in places if _is_allowed(question, region, plan.nodes.size)]
    return by_nearness(plan.region, labels, places)[:_MOST_REGIONS]


async def _sizes(question: Question) -> list[str]:
    """Sizes whose cards have at least the memory of the plan's: what fits there fits them."""
    offers, now = await question.sizes(), question.plan.nodes.size.lower()
    known = node_size(now)
    least = known.gpu_memory_gib if known else 0
    usable = [size for size in NODE_SIZES if size.has_cuda and size.gpu_memory_gib >= least]
    others = [size.name for size in usable if size.name.lower() in offers and size.name.lower() != now]
    return [size for size in others if _is_allowed(question, question.plan.region, size)]


def _is_allowed(question: Question, region: str, size: str) -> bool:
    plan = replace(question.plan, region=region, nodes=replace(question.plan.nodes, size=size))
    return not policy_findings(plan, question.asking.plans.policy)


async def _look(question: Question, region: str, size: str) -> Alternative:
    offers, limits = await question.sizes(region), await question.quotas(region)
    nodes, offer = question.plan.nodes, offers.get(size.lower())
    if offer is None or offer.is_restricted or (nodes.spot and not offer.has_spot):
        return Alternative(region, size, 0, None, None)
    free = _free(question.plan, offer, offers, limits)
    return Alternative(region, size, min(nodes.count, free // offer.vcpu) if offer.vcpu else 0, free, None)


def _free(
    plan: ClusterPlan, offer: SizeOffer, offers: Mapping[str, SizeOffer], limits: Mapping[str, QuotaFigures]
) -> int:
    """What is left for nodes once the plan's other machines have theirs."""
    if plan.nodes.spot:
        return limits[SPOT_CORES].free if SPOT_CORES in limits else 0
    others = asked_of(replace(plan, nodes=replace(plan.nodes, count=0)), offers)
    names = [name for name in (offer.family.lower(), ALL_CORES) if name in limits]
    return max(0, min((limits[name].free - others[name] for name in names), default=0))


async def _priced(question: Question, found: Alternative) -> Alternative:
    if found.free_vcpu is None:
        return found
    nodes = replace(question.plan.nodes, size=found.size, count=found.count or question.plan.nodes.count)
    try:
        estimate = await question.asking.prices.estimate(replace(question.plan, region=found.region, nodes=nodes))
    except TiepointError:
        return found
    is_known = all("nodes" not in line.part for line in estimate.unknown)
    return replace(found, running=estimate.running if is_known else None)


def _rank(found: Alternative) -> tuple[bool, int, bool, float]:
    price = found.running if found.running is not None else float("inf")
    return found.count == 0, -found.count, found.free_vcpu is None, price
