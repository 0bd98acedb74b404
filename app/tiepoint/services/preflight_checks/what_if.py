"""What deploying would make, change and leave, as Azure says it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import CloudError
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.domain.preflight import Change, ChangeKind, Check, CheckKind, CheckState
from tiepoint.services.preflight_checks.question import Question
from tiepoint.services.preflight_checks.template import deployment_name

_NO_RESOURCES: Final = ("microsoft.resources/deployments", "microsoft.resources/resourcegroups")
"""What Azure keeps its books by; nobody is billed for it or looks for it."""
_MACHINES: Final = "microsoft.compute/virtualmachines"
_LEFT: Final = (ChangeKind.NO_CHANGE, ChangeKind.IGNORE)


async def check(question: Question) -> tuple[Check, tuple[Change, ...]]:
    """Let Azure say what it would do; the list comes beside the check."""
    plan = question.plan
    if any(finding.is_blocking for finding in question.asking.plans.findings(plan, has_spot=question.cloud.has_spot)):
        detail = "The plan has to be put right first."
        return Check(CheckKind.WHAT_IF, CheckState.UNKNOWN, "What would be deployed is not known", detail), ()
    composed = await question.composed()
    try:
        changes = await question.azure.deployments.what_if(
            plan.resource_group, deployment_name(question), composed.template, composed.parameters, region=plan.region
        )
    except CloudError as error:
        # Whether it blocks is for the template's check to say; without a list there is nothing more to add.
        title = "What would be deployed is not known"
        return Check(CheckKind.WHAT_IF, CheckState.UNKNOWN, title, f"{error.summary} {error.remedy}".strip()), ()
    changes = tuple(change for change in changes if not change.type.lower().startswith(_NO_RESOURCES))
    deleted = [change for change in changes if change.kind is ChangeKind.DELETE]
    if deleted:
        detail = f"{counts_text(changes)}. Look at the list before you deploy."
        title = f"{len(deleted)} of the resources would be deleted"
        return Check(CheckKind.WHAT_IF, CheckState.WARNING, title, detail), changes
    detail = f"{counts_text(changes)}{_unforeseen(plan, changes)}"
    return Check(CheckKind.WHAT_IF, CheckState.OK, "What-if", detail), changes


def _unforeseen(plan: ClusterPlan, changes: Sequence[Change]) -> str:
    """Azure does not look into a step that needs to know what an earlier one makes; the machines are in such steps."""
    seen = {change.name.lower() for change in changes if change.type.lower() == _MACHINES}
    lacking = sum(machine.name not in seen for machine in planned_machines(plan))
    return f"; {lacking} machines more that Azure foresees only once the network is there" if lacking else ""


def counts_text(changes: Sequence[Change]) -> str:
    """Write what a list of changes comes to: `40 to create, 0 to change, 2 left alone`."""
    kinds = Counter(change.kind for change in changes)
    left, unsaid = sum(kinds[kind] for kind in _LEFT), kinds[ChangeKind.UNSUPPORTED]
    parts = [f"{kinds[ChangeKind.CREATE]} to create", f"{kinds[ChangeKind.MODIFY]} to change", f"{left} left alone"]
    parts += [f"{unsaid} that Azure cannot foresee"] if unsaid else []
    return ", ".join(parts)
