"""Deleting a cluster: all of it, or all but the account with captures and products. On the loop's thread."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Final

from tiepoint.domain.cluster import CloudResource, Machine, MachineRole
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import Engine
from tiepoint.domain.errors import NotPermitted, NotThere, TiepointError
from tiepoint.domain.resource_labels import label_of
from tiepoint.domain.resource_names import part_of
from tiepoint.services.cluster_life.pausing import give_up_lease
from tiepoint.services.cluster_life.plan_tags import DATA_KEPT, STATE_TAG
from tiepoint.services.cluster_life.removing import archive, remove
from tiepoint.services.cluster_life.scaling import give_back_licences
from tiepoint.services.cluster_life.stopping import release
from tiepoint.services.cluster_life.versions import LUSTRE, RIGHT, STORAGE_ACCOUNT, VAULT, api_version
from tiepoint.services.cluster_life.work import Work

GROUP_LINE: Final = "group"
_KEPT: Final = (STORAGE_ACCOUNT.lower(), "microsoft.authorization/")


async def delete(work: Work) -> None:
    """Delete a cluster; one that is half gone is finished off.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    facts = await work.first_look()
    if facts.group is None:
        return
    await _cancel_deployments(work)
    await give_up_lease(work)
    if facts.group.state != "deleting":
        nodes = [machine for machine in facts.machines if machine.role is MachineRole.NODE]
        if facts.plan is not None and facts.plan.engine is Engine.METASHAPE:
            for node in nodes:
                work.board.expect(node.id, ResourceGroupKind.NODES, node.name, "delete")
            await give_back_licences(work, nodes)
    if work.order.keeps_data and facts.group.state != "deleting":
        await _all_but_data(work)
    else:
        await _group(work)


async def _all_but_data(work: Work) -> None:
    resources = await work.ask(lambda: work.azure.resources.list(work.group))
    lustres = [each for each in resources if each.type.lower() == LUSTRE.lower()]
    if lustres:
        # What a node writes after an archive has begun would be lost.
        await release(work, work.facts.machines)
    for lustre in lustres:
        await archive(work, lustre)
    kept = [each for each in resources if each.type.lower().startswith(_KEPT)]
    for resource in kept:
        name = label_of(resource.type, resource.name, resource.id)
        work.board.expect(resource.id, part_of(resource.type, resource.name), name, "keep", type_name=resource.type)
        work.board.skip(resource.id, "kept, with captures and products")
    await remove(work, [each for each in resources if each not in kept])
    await work.ask(lambda: work.azure.resources.tag_group(work.group, {STATE_TAG: DATA_KEPT}))
    work.tools.follower.forget_details(work.order.id)


async def _group(work: Work) -> None:
    """Delete the group with all in it, and tell what is left of it look by look."""
    board = work.board
    board.expect(GROUP_LINE, ResourceGroupKind.NETWORK, f"Resource group {work.group}", "delete")
    resources = await _left(work)
    for resource in resources:
        name = label_of(resource.type, resource.name, resource.id)
        board.expect(resource.id, part_of(resource.type, resource.name), name, "delete", type_name=resource.type)
    rights = await _rights_elsewhere(work)
    await work.ask(lambda: work.azure.resources.begin_delete_group(work.group))
    board.work(GROUP_LINE)
    for resource in resources:
        board.work(resource.id)
    while (await work.tick()).group is not None:
        left = {each.id.lower() for each in await _left(work)}
        for resource in resources:
            if resource.id.lower() not in left:
                _gone(work, resource)
    for resource in resources:
        _gone(work, resource)
    await _give_back(work, rights)
    board.done(GROUP_LINE)


async def _rights_elsewhere(work: Work) -> list[str]:
    """Return what machines may do in a vault of the studio's own: that does not go with the group."""
    plan, here = work.facts.plan, f"/resourcegroups/{work.group}/".lower()
    if plan is None or not plan.secrets.vault:
        return []
    found: list[str] = []

    async def one(machine: Machine) -> None:
        rights = await work.ask(lambda: work.azure.machines.rights(machine.id))
        found.extend(each for each in rights if here not in f"{each}/".lower())

    await work.side_by_side([lambda each=each: one(each) for each in work.facts.machines])  # type: ignore[misc]
    return found


async def _give_back(work: Work, rights: Sequence[str]) -> None:
    """Delete role assignments; who may not leaves them, where they give nobody anything any more."""

    async def one(right: str) -> None:
        with contextlib.suppress(NotPermitted):
            await work.ask(lambda: work.azure.resources.delete(right, api_version(RIGHT)))

    await work.side_by_side([lambda each=each: one(each) for each in rights])  # type: ignore[misc]


def _gone(work: Work, resource: CloudResource) -> None:
    note = "kept by Azure for 90 days, as its protection says" if resource.type.lower() == VAULT.lower() else ""
    work.board.done(resource.id, note)


async def _left(work: Work) -> tuple[CloudResource, ...]:
    try:
        return await work.ask(lambda: work.azure.resources.list(work.group))
    except NotThere:
        return ()


async def _cancel_deployments(work: Work) -> None:
    """Stop what makes new resources while others are deleted."""
    try:
        for name in await work.ask(lambda: work.azure.deployments.active(work.group)):
            await work.ask(lambda each=name: work.azure.deployments.cancel(work.group, each))  # type: ignore[misc]
    except NotThere:
        return
    except TiepointError:
        return  # the deletion says what stands in its way
