"""Whether the subscription's limits leave room for the plan: by family of machines, and for all together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tiepoint.domain.cluster import Machine
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.node_sizes import size_label
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, QuotaFigures, Remedy
from tiepoint.ports.azure import SizeOffer
from tiepoint.services.preflight_checks.phrases import counted, quota_link
from tiepoint.services.preflight_checks.question import Question

ALL_CORES: Final = "cores"
Offers = Mapping[str, SizeOffer]


async def check(question: Question) -> Check:
    """Compare what is asked, used and free."""
    offers, limits = await question.sizes(), await question.quotas()
    limits = without_own(limits, await question.own_machines(), offers)
    asked = asked_of(question.plan, offers)
    unsaid = [family for family in asked if family not in limits and family != ALL_CORES]
    figures = [replace(limits[family], asked=count) for family, count in asked.items() if family in limits]
    worst = max(figures, key=lambda each: each.missing, default=None)
    if worst is not None and worst.missing:
        return await _too_small(question, worst, offers, limits)
    if unsaid or worst is None:
        detail = f"Azure names no limit for {', '.join(unsaid) or 'these sizes'}."
        return Check(CheckKind.QUOTA, CheckState.UNKNOWN, "Quota is not known", detail)
    shown = next((each for each in figures if each.family.lower() == _family(question.plan, offers)), worst)
    detail = f"{shown.asked} of {shown.free} free vCPU of {shown.label}"
    return Check(CheckKind.QUOTA, CheckState.OK, "Quota is large enough", detail, quota=shown)


def asked_of(plan: ClusterPlan, offers: Offers) -> Counter[str]:
    """Return the vCPU a plan asks of each family (in lower case) and of all; Spot machines count elsewhere."""
    asked: Counter[str] = Counter()
    for machine in planned_machines(plan):
        offer = offers.get(machine.size.lower())
        if offer is not None and not machine.is_spot:
            asked[offer.family.lower()] += offer.vcpu
            asked[ALL_CORES] += offer.vcpu
    return asked


def without_own(
    limits: Mapping[str, QuotaFigures], own: Sequence[Machine], offers: Offers, *, is_spot: bool = False
) -> Mapping[str, QuotaFigures]:
    """Take the cluster's own machines out of what is used: they are part of what is asked.

    Deallocated machines count against a quota too (Azure's page on vCPU quotas).
    """
    used: Counter[str] = Counter()
    for machine in own:
        offer = offers.get(machine.size.lower())
        if offer is not None and machine.is_spot == is_spot:
            used[offer.family.lower()] += offer.vcpu
            used[ALL_CORES] += offer.vcpu
    return {family: replace(each, used=max(0, each.used - used[family])) for family, each in limits.items()}


def most_nodes(plan: ClusterPlan, offers: Offers, limits: Mapping[str, QuotaFigures]) -> int:
    """Return the largest number of nodes, at most the plan's, that fits the limits; 0 = not even one."""
    for count in range(plan.nodes.count, 0, -1):
        asked = asked_of(replace(plan, nodes=replace(plan.nodes, count=count)), offers)
        if all(family not in limits or limits[family].free >= cores for family, cores in asked.items()):
            return count
    return 0


async def _too_small(
    question: Question, worst: QuotaFigures, offers: Offers, limits: Mapping[str, QuotaFigures]
) -> Check:
    plan, where = question.plan, await question.region_label()
    is_nodes = worst.family.lower() in (_family(plan, offers), ALL_CORES)
    what = counted(plan.nodes.count, "node") if is_nodes else "the plan's other machines"
    title = f"Quota in {where} is too small for {what}"
    detail = (
        f"Your subscription may run {worst.limit} vCPU of {worst.label} in {where}. "
        "This is a limit set by Azure for you, not a shortage of machines."
    )
    fixes = quota_link(question.cloud, f"Request {worst.missing} more vCPU")
    fitting = most_nodes(plan, offers, limits) if is_nodes and not plan.nodes.spot else 0
    if fitting:
        label = f"Deploy with {counted(fitting, 'node')}"
        fixes = (*fixes, Fix(Remedy.USE_NODE_COUNT, label, str(fitting)))
    return Check(CheckKind.QUOTA, CheckState.BLOCKED, title, detail, fixes, worst)


def _family(plan: ClusterPlan, offers: Offers) -> str:
    offer = offers.get(plan.nodes.size.lower())
    return offer.family.lower() if offer is not None and not plan.nodes.spot else size_label(plan.nodes.size)
