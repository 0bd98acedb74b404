"""Whether the vault can be used and which secrets a person still has to give; no value is ever read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tiepoint.domain.errors import NotPermitted, NotThere
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.domain.resource_names import ACTIVATION_CODE
from tiepoint.services.preflight_checks.question import Question

_VERSION: Final = "2026-02-01"
_TYPED: Final = (ACTIVATION_CODE,)
"""Secrets that only a person knows; the others are made up by the program."""


async def check(question: Question) -> Check:
    """Look at the vault."""
    composed = await question.composed()
    typed = tuple(name for name in _TYPED if name in composed.secrets)
    ours = [each for each in await question.own() if each.type.lower() == "microsoft.keyvault/vaults"]
    vault = question.plan.secrets.vault or (ours[0].id if ours else "")
    if not vault:
        asked = "The activation code is asked for when you deploy." if typed else "The secrets in it are made up."
        detail = f"A new vault, {composed.vault_name}. {asked}"
        return Check(CheckKind.SECRETS, CheckState.OK, "Secrets", detail, missing=typed)
    name = vault.rstrip("/").rsplit("/", 1)[-1]
    try:
        told = await question.azure.resources.get(vault, _VERSION)
    except NotThere:
        detail = "Choose another vault, or let a new one be made."
        return Check(CheckKind.SECRETS, CheckState.BLOCKED, f"The vault {name} is not there", detail)
    except NotPermitted as error:
        return Check(CheckKind.SECRETS, CheckState.BLOCKED, f"You may not see the vault {name}", error.summary)
    is_own = not question.plan.secrets.vault
    address = str(_properties(told).get("vaultUri", ""))
    return _unfit(name, told) or await _filled(question, name, address, typed, is_own=is_own)


def _unfit(name: str, told: Mapping[str, Any]) -> Check | None:
    properties = _properties(told)
    if not properties.get("enableRbacAuthorization"):
        title = f"The vault {name} does not work with roles"
        detail = "The machines get their secrets by roles. Set its permission model to Azure role-based access control."
        return Check(CheckKind.SECRETS, CheckState.BLOCKED, title, detail)
    if not properties.get("enabledForTemplateDeployment"):
        title = f"The vault {name} is closed to deployments"
        detail = "Allow Azure Resource Manager to take secrets from it: its access settings, template deployment."
        return Check(CheckKind.SECRETS, CheckState.BLOCKED, title, detail)
    return None


async def _filled(question: Question, name: str, address: str, typed: tuple[str, ...], *, is_own: bool) -> Check:
    try:
        lacking = tuple([secret for secret in typed if not await question.azure.vault.has(address, secret)])
    except NotPermitted as error:
        if is_own:
            # Who deploys is given the right, and the plan's addresses are let in, before anything is read from it.
            detail = f"{error.summary} Deploying lets in access.sources and gives you the right to it."
            title = f"The secrets in {name} cannot be looked at yet"
            return Check(CheckKind.SECRETS, CheckState.WARNING, title, detail)
        detail = f"{error.summary} Ask for the role Key Vault Secrets Officer on it."
        return Check(CheckKind.SECRETS, CheckState.BLOCKED, f"You may not use the secrets in {name}", detail)
    if lacking:
        detail = "It is asked for when you deploy, and goes into the vault only."
        fixes = (Fix(Remedy.GIVE_SECRETS, "Give the code", " ".join(lacking)),)
        title = f"The vault {name} has no activation code yet"
        return Check(CheckKind.SECRETS, CheckState.WARNING, title, detail, fixes, missing=lacking)
    return Check(CheckKind.SECRETS, CheckState.OK, "Secrets", f"The vault {name} can be used")


def _properties(told: Mapping[str, Any]) -> Mapping[str, Any]:
    found = told.get("properties")
    return found if isinstance(found, Mapping) else {}
