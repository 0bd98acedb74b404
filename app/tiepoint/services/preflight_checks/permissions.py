"""Whether the person may do all that deploying needs, and whether the guards' roles are there to be given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.domain.resource_names import ROLE_DEPLOYER, ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER
from tiepoint.services.preflight_checks.phrases import counted, listed
from tiepoint.services.preflight_checks.question import Question

_GUARDS: Final = (ROLE_GUARD_NODE, ROLE_GUARD_SCHEDULER)
_MAKE: Final = "Microsoft.Authorization/roleDefinitions/write"


async def check(question: Question) -> Check:
    """Compare what is needed with what the person's roles allow."""
    actions = question.asking.templates.deployer_actions(question.plan)
    facts, group = question.azure.facts, question.plan.resource_group
    unsaid, *ids = await asyncio.gather(
        facts.missing_actions(group, (*actions, _MAKE)), *(facts.role_definition(name) for name in _GUARDS)
    )
    lacking = [action for action in unsaid if action in actions]
    if lacking:
        return _may_not(group, lacking, len(actions))
    absent = tuple(name for name, found in zip(_GUARDS, ids, strict=True) if not found)
    if absent:
        return _no_roles(absent, question.plan.region, may_make=_MAKE not in unsaid)
    detail = f"{len(actions)} of {len(actions)} actions on {group}"
    return Check(CheckKind.PERMISSIONS, CheckState.OK, "Your permissions", detail)


def _may_not(group: str, lacking: Sequence[str], needed: int) -> Check:
    detail = (
        f"Your roles lack {listed(lacking, 2)}. Ask an administrator for the role {ROLE_DEPLOYER} on {group}, "
        "or for Contributor together with Role Based Access Control Administrator."
    )
    title = f"You may not do {counted(len(lacking), 'thing')} of the {needed} that deploying needs"
    return Check(CheckKind.PERMISSIONS, CheckState.BLOCKED, title, detail, missing=tuple(lacking))


def _no_roles(absent: tuple[str, ...], region: str, *, may_make: bool) -> Check:
    one = len(absent) == 1
    title = f"{'The role' if one else 'The roles'} {listed(absent)} {'is' if one else 'are'} not there yet"
    why = "Machines need them to stop themselves; they are made once for the subscription."
    if may_make:
        fixes = (Fix(Remedy.MAKE_ROLES, "Make the roles"),)
        detail = f"{why} You may do that."
        return Check(CheckKind.PERMISSIONS, CheckState.BLOCKED, title, detail, fixes, missing=absent)
    command = f"az deployment sub create --location {region} --template-file roles.json"
    detail = f"{why} Ask an administrator to run {command}; tiepoint cluster export --roles writes that file."
    return Check(CheckKind.PERMISSIONS, CheckState.BLOCKED, title, detail, missing=absent)
