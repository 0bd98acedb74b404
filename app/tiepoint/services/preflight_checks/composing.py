"""The template as Azure is to check it: before there is a vault, and so without a word about secrets.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from tiepoint.domain.cluster import CloudResource
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import NotPermitted
from tiepoint.domain.resource_names import SCHEDULER
from tiepoint.ports.azure import Azure
from tiepoint.services.lustre_principal import lustre_principal
from tiepoint.services.lustre_zone import lustre_zone
from tiepoint.services.templates import PREVIEW_SSH_KEY, ComposedTemplate, Part, Templates

_MACHINES: Final = "microsoft.compute/virtualmachines"
_MACHINE_VERSION: Final = "2024-07-01"
_LUSTRE: Final = "microsoft.storagecache/amlfilesystems"
_LUSTRE_VERSION: Final = "2026-01-01"


async def composed_for(
    plan: ClusterPlan, azure: Azure, templates: Templates, object_id: str, own: Sequence[CloudResource]
) -> ComposedTemplate:
    """Return the template of a plan, with values for all its parameters.

    Args:
        plan: The plan.
        azure: Knows the keys of machines that are there.
        templates: Composes.
        object_id: The person who would deploy.
        own: What is in the group already: its account and vault keep their names.

    Raises:
        TiepointError: As `ports.azure`; the plan cannot be composed.
    """
    part = Part(
        account_name=_name_of(own, "microsoft.storage/storageaccounts"),
        vault_name="" if plan.secrets.vault else _name_of(own, "microsoft.keyvault/vaults"),
        is_preview=True,
    )
    composed = templates.compose(plan, azure.subscription, part)
    if not (plan.secrets.vault or part.vault_name) and await _is_deleted(azure, composed.vault_name, plan.region):
        composed = templates.compose(plan, azure.subscription, replace(part, recovers_vault=True))
    key = await _public_key(azure, own) or PREVIEW_SSH_KEY
    return composed.with_values(
        deployerObjectId=object_id,
        deployerPrincipalType="User",
        sshPublicKey=key,
        lustreServicePrincipal=await lustre_principal(plan, azure.facts),
        availabilityZone=await _zone(plan, azure, own),
    )


async def _zone(plan: ClusterPlan, azure: Azure, own: Sequence[CloudResource]) -> str:
    """Lustre cannot be moved to another zone."""
    lustre = next((each for each in own if each.type.lower() == _LUSTRE), None)
    if lustre is None:
        return await lustre_zone(plan, azure.facts)
    told = await azure.resources.get(lustre.id, _LUSTRE_VERSION)
    return str(next(iter(told.get("zones") or ()), ""))


async def _is_deleted(azure: Azure, vault: str, region: str) -> bool:
    """Whether a deleted vault holds the name; deploying would bring it back."""
    try:
        return bool(await azure.facts.deleted_vault(vault, region))
    except NotPermitted:
        return False


async def _public_key(azure: Azure, own: Sequence[CloudResource]) -> str:
    """Azure refuses another key for a machine that is there."""
    machine = next((each for each in own if each.type.lower() == _MACHINES and each.name == SCHEDULER), None)
    if machine is None:
        return ""
    told = await azure.resources.get(machine.id, _MACHINE_VERSION)
    profile = _inside(told, "properties", "osProfile", "linuxConfiguration", "ssh")
    keys = profile.get("publicKeys") or ()
    return str(keys[0].get("keyData", "")) if keys else ""


def _inside(told: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        told = told.get(name) or {}
    return told


def _name_of(own: Sequence[CloudResource], kind: str) -> str:
    return next((each.name for each in own if each.type.lower() == kind), "")
