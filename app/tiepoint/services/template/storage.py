"""Steps of the working storage. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.addresses import AddressPlan
from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.lustre import lustre_sku
from tiepoint.domain.resource_names import ADMIN_PASSWORD, private_zone
from tiepoint.services.template.foundation import name_servers, subnet_id
from tiepoint.services.template.step import Secret, Step

_TIB = 2**40


def storage_steps(plan: ClusterPlan, at: AddressPlan) -> list[Step]:
    """Return the steps of what the nodes work on; Blob alone needs none.

    Raises:
        UsageError: Lustre does not come in the capacity asked for.
    """
    if plan.storage.kind is StorageKind.LUSTRE:
        values = {
            "subnetId": subnet_id(plan, "lustre"),
            "skuName": lustre_sku(plan.storage.capacity_tib).name,
            "capacityTib": plan.storage.capacity_tib,
            "zone": private_zone(plan),
        }
        needs = ("network", "storage-network", "storage-account", "storage-lustre-rights", "directory-dns")
        return [Step("storage-lustre", "storage-lustre", "storage-lustre", needs, values)]
    if plan.storage.kind is StorageKind.NETAPP:
        values = {
            "subnetId": subnet_id(plan, "netapp"),
            "capacityBytes": plan.storage.capacity_tib * _TIB,
            "networkPrefix": str(at.network),
            "domain": plan.directory.domain,
            "dnsServers": ",".join(name_servers(at)),
            "adminPassword": Secret(ADMIN_PASSWORD),
            "zone": private_zone(plan),
        }
        needs = ("network", "storage-network", "peering", "directory-second", "directory-dns")
        return [Step("storage-netapp", "storage-netapp", "storage-netapp", needs, values)]
    return []
