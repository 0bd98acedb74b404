"""Nodes for which Azure has no capacity: tried again in another zone or later, a few times, and told so meanwhile.

On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import CloudError, NoCapacity, TiepointError
from tiepoint.domain.resource_names import deployment_name, node_names
from tiepoint.ports.azure import DeploymentStep
from tiepoint.services.cluster_life.composing import composed, existing
from tiepoint.services.cluster_life.deployment import Ended, deployed, names_of
from tiepoint.services.cluster_life.plan_tags import zones_of, zones_tag
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.lustre_zone import node_zones
from tiepoint.services.templates import Part

MOST_TRIES: Final = 3
_LOOKS_BEFORE: Final = {2: 3, 3: 12}
"""Looks, ten seconds apart, before the second and the third try: capacity comes back in minutes or not today."""


async def deploy_nodes_and_all(
    work: Work, plan: ClusterPlan, before: Ended | None = None, names: Sequence[str] | None = None
) -> None:
    """Deploy a plan; nodes without capacity are tried again, and at last left out.

    Args:
        work: The operation.
        plan: What to deploy.
        before: How a deployment of it that was followed ended; None = none was.
        names: Nodes to deploy and nothing else; None = all of the plan.

    Raises:
        NoCapacity: All but some nodes are there.
        TiepointError: As `ports.azure`, with the resource that failed.
    """
    wanted = tuple(names) if names is not None else node_names(plan.nodes.count)
    only = () if names is None else ("nodes",)
    group = work.facts.group
    zones, ended = dict(zones_of(group.tags if group else {})), before
    missing: tuple[str, ...] = ()
    offered: tuple[str, ...] | None = None
    for number in range(1, MOST_TRIES + 2):
        if ended is not None:
            if ended.is_good:
                break
            lacking = ended.lacking()
            if not lacking and number > 1:
                raise ended.error()
            missing = names_of(lacking) if number > MOST_TRIES else ()
            wanted = tuple(name for name in wanted if name not in missing)
            offered = await _zones(work, plan) if offered is None else offered
            zone = offered[min(number, len(offered)) - 1] if offered else ""
            await _make_room(work, lacking, number, zone)
            zones.update({name: zone for name in names_of(lacking) if name not in missing and zone})
        found = await existing(work)
        template = composed(work, plan, found, Part(nodes=wanted, only=only), zones)
        name = deployment_name(plan.name, work.tools.now())
        ended = await deployed(work, name if number == 1 else f"{name}-{number}", template)
    if ended is None or not ended.is_good:
        raise ended.error() if ended else CloudError("Nothing was deployed.", retryable=True)
    if zones:
        await work.ask(lambda: work.azure.resources.tag_group(work.group, zones_tag(zones)))
    if missing:
        raise _too_few(missing)


async def _zones(work: Work, plan: ClusterPlan) -> tuple[str, ...]:
    """Return the zones in which the nodes' size is offered, none where the region has none or it cannot be read."""
    try:
        return await work.ask(lambda: node_zones(plan, work.azure.facts))
    except TiepointError:
        return ()


async def _make_room(work: Work, lacking: Sequence[DeploymentStep], number: int, zone: str) -> None:
    """Remove machines that could not be placed, since a zone cannot be changed, and wait a while."""
    is_left_out = number > MOST_TRIES
    where = f"zone {zone} next" if zone else "the same again in a moment"
    note = "no capacity; left out" if is_left_out else f"no capacity; {where}, try {number} of {MOST_TRIES}"
    for step in lacking:
        work.board.retry(step.resource_id, note, step.failure)
        await _removed(work, step)
    for _ in range(_LOOKS_BEFORE.get(number, 0) if lacking else 0):
        await work.tick()


async def _removed(work: Work, step: DeploymentStep) -> None:
    try:
        await work.ask(lambda: work.azure.machines.delete(step.resource_id))
    except TiepointError:
        return  # Azure takes the next deployment all the same, or says why not


def _too_few(names: Sequence[str]) -> TiepointError:
    return NoCapacity(
        f"Azure has no capacity for {', '.join(names)} just now; everything else is there.",
        remedy="Use the cluster with fewer nodes, try again later, or deploy in another region.",
        retryable=True,
    )
