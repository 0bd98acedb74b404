"""In which availability zone Lustre stands: one in which the nodes' size is offered, too. On the loop's thread."""

from __future__ import annotations

from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.errors import CloudError, ConnectionLost, NotPermitted
from tiepoint.ports.azure import RegionFacts

FIRST_ZONE = "1"


async def lustre_zone(plan: ClusterPlan, facts: RegionFacts) -> str:
    """Return the zone; empty = the region has none, or the plan has no Lustre.

    Where it cannot be read it is the first one, as nearly every region has it.
    """
    if plan.storage.kind is not StorageKind.LUSTRE:
        return ""
    try:
        regions, zones = await facts.regions(), await node_zones(plan, facts)
    except (CloudError, ConnectionLost, NotPermitted):
        return FIRST_ZONE
    region = next((each for each in regions if each.name == plan.region), None)
    if region is not None and not region.zones:
        return ""
    return zones[0] if zones else FIRST_ZONE


async def node_zones(plan: ClusterPlan, facts: RegionFacts) -> tuple[str, ...]:
    """Return the zones of the plan's region in which its nodes' size is offered."""
    sizes = await facts.sizes(plan.region)
    return next((tuple(sorted(each.zones)) for each in sizes if each.name.lower() == plan.nodes.size.lower()), ())
