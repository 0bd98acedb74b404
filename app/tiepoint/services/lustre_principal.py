"""Who reads and writes Blob for Lustre: the identity that rights on the account are given to. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.errors import CloudError, ConnectionLost, SignInNeeded
from tiepoint.domain.lustre import LUSTRE_APPLICATION
from tiepoint.ports.azure import RegionFacts

LUSTRE_PRINCIPAL_REMEDY = (
    f"Ask an administrator for what `az ad sp show --id {LUSTRE_APPLICATION} --query id` prints, and write it into the "
    "plan as storage.lustre_principal."
)


async def lustre_principal(plan: ClusterPlan, facts: RegionFacts) -> str:
    """Return the object id of Lustre's service; empty where the plan has no Lustre or nobody would say.

    A tenant may keep this application from its directory while everything else goes well: what Graph wants of the
    person is no reason to ask them, the plan can name the service as well.
    """
    if plan.storage.kind is not StorageKind.LUSTRE or plan.storage.lustre_principal:
        return plan.storage.lustre_principal
    try:
        return await facts.service_principal(LUSTRE_APPLICATION)
    except (CloudError, ConnectionLost, SignInNeeded):
        return ""
