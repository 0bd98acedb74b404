"""Whether the one limit for all Spot machines of a region leaves room for the plan's Spot nodes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.phrases import counted, quota_link
from tiepoint.services.preflight_checks.question import Question
from tiepoint.services.preflight_checks.quota import ALL_CORES, without_own

SPOT_CORES: Final = "lowprioritycores"


async def check(question: Question) -> Check:
    """Compare what is asked, used and free."""
    nodes = question.plan.nodes
    if not nodes.spot:
        return Check(CheckKind.SPOT_QUOTA, CheckState.NOT_NEEDED, "Spot quota", "The plan has no Spot nodes.")
    offers, limits = await question.sizes(), await question.quotas()
    offer, limit = offers.get(nodes.size.lower()), limits.get(SPOT_CORES)
    if offer is None or limit is None:
        detail = "Azure names no limit for Spot machines here."
        return Check(CheckKind.SPOT_QUOTA, CheckState.UNKNOWN, "Spot quota is not known", detail)
    own = without_own({ALL_CORES: limit}, await question.own_machines(), offers, is_spot=True)[ALL_CORES]
    figures = replace(own, asked=nodes.count * offer.vcpu, label="Spot machines")
    if not figures.missing:
        detail = f"{figures.asked} of {figures.free} free vCPU of Spot machines"
        return Check(CheckKind.SPOT_QUOTA, CheckState.OK, "Spot quota is large enough", detail, quota=figures)
    where = await question.region_label()
    fixes = quota_link(question.cloud, f"Request {figures.missing} more Spot vCPU")
    fitting = figures.free // offer.vcpu if offer.vcpu else 0
    if fitting:
        fixes = (*fixes, Fix(Remedy.USE_NODE_COUNT, f"Deploy with {counted(fitting, 'node')}", str(fitting)))
    detail = (
        f"Your subscription may run {figures.limit} vCPU of Spot machines in {where}, of all sizes together. "
        "This is a limit set by Azure for you, not a shortage of machines."
    )
    title = f"Spot quota in {where} is too small for {counted(nodes.count, 'node')}"
    return Check(CheckKind.SPOT_QUOTA, CheckState.BLOCKED, title, detail, fixes, figures)
