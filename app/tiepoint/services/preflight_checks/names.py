"""Whether the names are free that are the only ones of their kind in all of Azure, and the resource group is ours."""

from __future__ import annotations

import asyncio
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.ports.azure import GroupFacts
from tiepoint.services.preflight_checks.phrases import listed
from tiepoint.services.preflight_checks.question import Question

_LONGEST: Final = 20


async def check(question: Question) -> Check:
    """Ask Azure for the names."""
    plan, own = question.plan, await question.own()
    if own and plan.resource_group.lower() not in {each.name.lower() for each in await _groups(question)}:
        detail = "A cluster needs a resource group of its own, because deleting it deletes all in it."
        title = f"{plan.resource_group} already holds something else"
        return Check(CheckKind.NAMES, CheckState.BLOCKED, title, detail, (_other_name(plan),))
    composed = await question.composed()
    ours = {each.name.lower() for each in own}
    account, vault = composed.account_name, "" if plan.secrets.vault else composed.vault_name
    facts = question.azure.facts
    asked = [name for name in (account, vault) if name and name.lower() not in ours]
    free = await asyncio.gather(
        *(facts.is_account_name_free(name) if name == account else facts.is_vault_name_free(name) for name in asked)
    )
    taken = [name for name, is_free in zip(asked, free, strict=True) if not is_free]
    if vault in taken:
        group = await facts.deleted_vault(vault, plan.region)
        if group:
            return _deleted(plan, vault, group)
    if taken:
        title = f"The name {taken[0]} is taken" if len(taken) == 1 else f"The names {listed(taken)} are taken"
        detail = "Such names exist only once in all of Azure. Another name for the cluster gives other ones."
        return Check(CheckKind.NAMES, CheckState.BLOCKED, title, detail, (_other_name(plan),))
    names = [name for name in (vault, account) if name]
    verb = "is" if len(names) == 1 else "are"
    state = f"{verb} this cluster's own" if not asked else f"{verb} free"
    return Check(CheckKind.NAMES, CheckState.OK, "Names", f"{listed(names)} {state}")


async def _groups(question: Question) -> tuple[GroupFacts, ...]:
    return await question.azure.resources.cluster_groups()


def _deleted(plan: ClusterPlan, vault: str, group: str) -> Check:
    """A vault comes back only where it was: in the cluster's own group deploying does that by itself."""
    title = f"A deleted vault holds the name {vault}"
    if group.lower() == plan.resource_group.lower():
        detail = (
            f"It was deleted with {group} and can be brought back for up to 90 days. Deploying does so, with the "
            "secrets in it; with another name for the cluster a new one is made."
        )
        fixes = (Fix(Remedy.RECOVER_VAULT, "Bring the vault back", vault), _other_name(plan))
        return Check(CheckKind.NAMES, CheckState.WARNING, title, detail, fixes)
    detail = f"It belonged to {group} and keeps its name for up to 90 days. Give the cluster another name."
    return Check(CheckKind.NAMES, CheckState.BLOCKED, title, detail, (_other_name(plan),))


def _other_name(plan: ClusterPlan) -> Fix:
    stem, _, number = plan.name.rpartition("-")
    if not (stem and number.isdecimal()):
        stem, number = plan.name, "1"
    ending = f"-{int(number) + 1}"
    name = stem[: _LONGEST - len(ending)].rstrip("-") + ending
    return Fix(Remedy.USE_NAME, f"Call it {name}", name)
