"""Whether the region has the storage that the nodes are to work on."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.cluster_plan import StorageKind
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.lustre_principal import LUSTRE_PRINCIPAL_REMEDY, lustre_principal
from tiepoint.services.lustre_zone import lustre_zone, node_zones
from tiepoint.services.preflight_checks.places import by_nearness
from tiepoint.services.preflight_checks.question import Question

STORAGE_TYPES: Final = {
    StorageKind.LUSTRE: ("Microsoft.StorageCache/amlFilesystems", "Managed Lustre"),
    StorageKind.NETAPP: ("Microsoft.NetApp/netAppAccounts", "NetApp Files"),
}
_MOST_PLACES: Final = 2
_ACCOUNTS: Final = "microsoft.storage/storageaccounts"


async def check(question: Question) -> Check:
    """Look where the storage exists."""
    plan = question.plan
    if plan.storage.kind not in STORAGE_TYPES:
        return Check(CheckKind.STORAGE, CheckState.OK, "Storage in this region", "Blob is in every region.")
    kind, name = STORAGE_TYPES[plan.storage.kind]
    regions = await question.provider_regions(kind)
    if plan.region in regions and not await _has_rights(question):
        detail = "Azure makes no Lustre before its service has rights on the account, and nobody would say which it is."
        title = "Lustre's service is not known in your tenant"
        return Check(CheckKind.STORAGE, CheckState.BLOCKED, title, f"{detail} {LUSTRE_PRINCIPAL_REMEDY}")
    if plan.region in regions:
        detail = f"{name}, {plan.storage.capacity_tib} TiB"
        zone = await lustre_zone(plan, question.azure.facts)
        if zone and not await node_zones(plan, question.azure.facts):
            title = "Nodes and Lustre cannot stand in one zone"
            detail += f", in zone {zone}; the nodes' size is in no zone here. They may work on it more slowly."
            return Check(CheckKind.STORAGE, CheckState.WARNING, title, detail)
        detail += f", zone {zone}" if zone else ""
        return Check(CheckKind.STORAGE, CheckState.OK, "Storage in this region", detail)
    labels = await question.region_labels()
    near = by_nearness(plan.region, labels, [region for region in regions if region in labels])[:_MOST_PLACES]
    where = labels.get(plan.region, plan.region)
    return Check(
        CheckKind.STORAGE,
        CheckState.BLOCKED,
        f"{name} is not in {where}",
        "Choose a region that has it, or another storage.",
        tuple(Fix(Remedy.USE_REGION, f"Use {labels[region]}", region) for region in near),
    )


async def _has_rights(question: Question) -> bool:
    """Whether Lustre's service can be given its rights; an account that is there has them."""
    if question.plan.storage.kind is not StorageKind.LUSTRE:
        return True
    is_there = any(each.type.lower() == _ACCOUNTS for each in await question.own())
    return is_there or bool(await lustre_principal(question.plan, question.azure.facts))
