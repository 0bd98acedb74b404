"""Whether the organisation lets this plan be deployed. Nobody is asked."""

from __future__ import annotations

from tiepoint.domain.plan_policy import REGION_KEY, counts_as, policy_findings
from tiepoint.domain.policy import Policy
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.question import Question


def is_asked(policy: Policy) -> bool:
    """Whether a policy says anything about plans."""
    return bool({"region", "allowed_profiles"} & set(policy.names))


async def check(question: Question) -> Check:
    """Compare plan and policy."""
    plan, policy = question.plan, question.asking.plans.policy
    found = policy_findings(plan, policy)
    if not found:
        detail = f"{counts_as(plan).value.capitalize()} in {plan.region} is what your organisation allows."
        return Check(CheckKind.POLICY, CheckState.OK, "Your organisation's policy", detail)
    region = next((each.replacement for each in found if each.key == REGION_KEY and each.replacement), "")
    fixes = (Fix(Remedy.USE_REGION, f"Use {region}", region),) if region else ()
    detail = " ".join(f"{each.summary} {each.remedy}" for each in found)
    return Check(CheckKind.POLICY, CheckState.BLOCKED, "Your organisation does not allow this plan", detail, fixes)
