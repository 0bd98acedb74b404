"""Whether the person may do all that deploying needs, and whether the guards' roles are there to be given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tiepoint.domain.preflight import Check, CheckKind, CheckState
from tiepoint.domain.resource_names import ROLE_DEPLOYER, ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER
from tiepoint.services.preflight_checks.phrases import counted, listed
from tiepoint.services.preflight_checks.question import Question

_GUARDS: Final = (ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER)


async def check(question: Question) -> Check:
    """Compare what is needed with what the person's roles allow."""
    actions = question.asking.templates.deployer_actions(question.plan)
    facts, group = question.azure.facts, question.plan.resource_group
    lacking, *ids = await asyncio.gather(
        facts.missing_actions(group, actions), *(facts.role_definition(name) for name in _GUARDS)
    )
    if lacking:
        return _may_not(group, lacking, len(actions))
    absent = tuple(name for name, found in zip(_GUARDS, ids, strict=True) if not found)
    if absent:
        return _no_roles(absent, question.plan.region)
    detail = f"{len(actions)} of {len(actions)} actions on {group}"
    return Check(CheckKind.PERMISSIONS, CheckState.OK, "Your permissions", detail)


def _may_not(group: str, lacking: Sequence[str], needed: int) -> Check:
    detail = (
        f"Your roles lack {listed(lacking, 2)}. Ask an administrator for the role {ROLE_DEPLOYER} on {group}, "
        "or for Contributor together with Role Based Access Control Administrator."
    )
    title = f"You may not do {counted(len(lacking), 'thing')} of the {needed} that deploying needs"
    return Check(CheckKind.PERMISSIONS, CheckState.BLOCKED, title, detail, missing=tuple(lacking))


def _no_roles(absent: tuple[str, ...], region: str) -> Check:
    title = f"{'The role' if len(absent) == 1 else 'The roles'} {listed(absent)} of the guards are not there yet"
    title = title.replace("are not", "is not") if len(absent) == 1 else title
    detail = (
        "They let machines stop themselves. An administrator of the subscription makes them once: "
        f"az deployment sub create --location {region} --template-file infra/roles.json"
    )
    return Check(CheckKind.PERMISSIONS, CheckState.BLOCKED, title, detail, missing=absent)
