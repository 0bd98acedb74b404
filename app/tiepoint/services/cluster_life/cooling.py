"""Going cold: paused, the working storage in Blob, and gone what bills while paused. On the loop's thread.

Machines stay with their disks and licences; so do the addresses of jump boxes, at half a cent an hour each.
"""

from __future__ import annotations

from tiepoint.domain.cluster import CloudResource
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.resource_names import deployment_name
from tiepoint.services.cluster_life.composing import composed, existing, plan_at_hand
from tiepoint.services.cluster_life.deployment import deployed
from tiepoint.services.cluster_life.pausing import pause
from tiepoint.services.cluster_life.plan_tags import COLD, STATE_TAG
from tiepoint.services.cluster_life.removing import archive, remove, unattached_addresses
from tiepoint.services.cluster_life.versions import BASTION, LUSTRE, NAT_GATEWAY, NETAPP
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.templates import Part


async def cool(work: Work) -> None:
    """Make a cluster cold.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    await pause(work)
    resources = await work.ask(lambda: work.azure.resources.list(work.group))
    lustres = _of_type(resources, LUSTRE)
    for lustre in lustres:
        await archive(work, lustre)
    gateways = _of_type(resources, NAT_GATEWAY)
    if gateways:
        await _detach_gateways(work)
    for account in _of_type(resources, NETAPP):
        work.board.expect(account.id, ResourceGroupKind.STORAGE, "NetApp", "delete", type_name=account.type)
        work.board.skip(account.id, "stays and bills: NetApp has no way to Blob of its own")
    await remove(work, [*lustres, *_of_type(resources, BASTION), *gateways])
    await remove(work, await unattached_addresses(work, resources))
    await work.ask(lambda: work.azure.resources.tag_group(work.group, {STATE_TAG: COLD}))
    work.tools.follower.forget_details(work.order.id)


async def _detach_gateways(work: Work) -> None:
    """Deploy the network without its way out: Azure deletes no gateway that a subnet uses."""
    found = await existing(work)
    plan = plan_at_hand(work, found)
    part = Part(only=("network",), is_cold=True)
    name = deployment_name(plan.name, work.tools.now())
    ended = await deployed(work, name, composed(work, plan, found, part))
    if not ended.is_good:
        raise ended.error()


def _of_type(resources: tuple[CloudResource, ...], resource_type: str) -> list[CloudResource]:
    return [each for each in resources if each.type.lower() == resource_type.lower()]
