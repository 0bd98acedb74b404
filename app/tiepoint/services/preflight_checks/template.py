"""Whether the plan makes sense by itself, and whether Azure has an objection to its template."""

from __future__ import annotations

from tiepoint.domain.errors import CloudError, ConnectionLost, NotPermitted, QuotaTooSmall, SizeNotOffered, UsageError
from tiepoint.domain.preflight import Check, CheckKind, CheckState
from tiepoint.services.preflight_checks import permissions, quota, sizes, spot_quota
from tiepoint.services.preflight_checks.question import Question


async def check(question: Question) -> Check:
    """Let Azure check the template."""
    plan = question.plan
    wrong = [
        finding
        for finding in question.asking.plans.findings(plan, has_spot=question.cloud.has_spot)
        if finding.is_blocking
    ]
    if wrong:
        more = f" {len(wrong) - 1} more like this." if len(wrong) > 1 else ""
        return _refused(wrong[0].summary, f"{wrong[0].remedy}{more}", tuple(finding.key for finding in wrong))
    try:
        composed = await question.composed()
    except UsageError as error:
        return _refused(error.summary, error.remedy)
    try:
        await question.azure.deployments.validate(
            plan.resource_group, deployment_name(question), composed.template, composed.parameters, region=plan.region
        )
    except ConnectionLost:
        raise
    except CloudError as error:
        if await _is_told_already(question, error):
            detail = f"Azure stopped at what is said above and looked no further: {error.summary}"
            return Check(CheckKind.TEMPLATE, CheckState.UNKNOWN, "The template is not checked in full", detail)
        return _refused(error.summary, error.remedy or error.detail)
    return Check(CheckKind.TEMPLATE, CheckState.OK, "Template checked by Azure", "No finding")


async def _is_told_already(question: Question, error: CloudError) -> bool:
    """Whether another check blocks for the same reason, in better words."""
    others = {
        QuotaTooSmall: (quota.check, spot_quota.check),
        SizeNotOffered: (sizes.check,),
        NotPermitted: (permissions.check,),
    }
    for check in others.get(type(error), ()):
        if (await check(question)).state is CheckState.BLOCKED:
            return True
    return False


def deployment_name(question: Question) -> str:
    """Return the name under which Azure is asked; nothing is ever deployed by it."""
    return f"tiepoint-{question.plan.name}-preflight"


def _refused(title: str, detail: str, keys: tuple[str, ...] = ()) -> Check:
    return Check(CheckKind.TEMPLATE, CheckState.BLOCKED, title.rstrip("."), detail.strip(), missing=keys)
