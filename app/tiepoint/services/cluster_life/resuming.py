"""Bringing a paused or cold cluster back: directory, storage, scheduler, nodes. On the loop's thread.

Directory and storage must answer before anything that needs them starts. Nodes are asked to start as soon as Azure has
taken the scheduler's start, and not when that has booted: they find it by trying again, and the cluster is ready in the
time of one start and not of two. If the scheduler does not come up, the nodes are released at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from tiepoint.domain.cluster import CloudResource, Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, StorageKind
from tiepoint.domain.errors import CloudError, TiepointError, UsageError
from tiepoint.domain.resource_names import deployment_name
from tiepoint.services.cluster_life.composing import composed, existing, plan_at_hand
from tiepoint.services.cluster_life.deployment import deployed
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.health import last_words
from tiepoint.services.cluster_life.plan_tags import COLD, STATE_TAG
from tiepoint.services.cluster_life.starting import PARTS, Starts
from tiepoint.services.cluster_life.stopping import undo_drain
from tiepoint.services.cluster_life.versions import LUSTRE, NAT_GATEWAY, api_version
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.templates import Part

STORAGE_LINE: Final = "storage"
_MOST_STORAGE_LOOKS: Final = 90
_USABLE: Final = ("available", "degraded")


async def resume(work: Work) -> None:
    """Start a cluster.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    facts = await work.first_look()
    machines = facts.machines
    if not machines:
        raise UsageError(
            f"{work.order.name} has no machines.", remedy="Deploy its plan again; what is there stays.", retryable=True
        )
    for machine in sorted(machines, key=lambda each: list(PARTS.values()).index(PARTS[each.role])):
        work.board.expect(machine.id, PARTS[machine.role], machine.name, "start")
    starts = Starts(work, last_words(facts))
    controllers = _with_role(machines, MachineRole.DIRECTORY)
    await starts.ask(controllers)
    await starts.wait(controllers)
    await _storage(work)
    work.tools.leases.want(work.order.id, is_new_run=_is_new_run(facts))
    await undo_drain(work, [machine.name for machine in _with_role(machines, MachineRole.NODE)])
    await _machines(work, starts, machines)


def _is_new_run(facts: ClusterFacts) -> bool:
    """Whether the meter begins anew: not where only a node is missing, unless the run's budget is spent."""
    budget = facts.plan.guard.budget if facts.plan is not None else None
    if budget is not None and facts.meter is not None and facts.meter.spent >= budget:
        return True
    return not any(each.role is MachineRole.SCHEDULER and each.power is Power.RUNNING for each in facts.machines)


async def _machines(work: Work, starts: Starts, machines: Sequence[Machine]) -> None:
    schedulers, nodes = _with_role(machines, MachineRole.SCHEDULER), _with_role(machines, MachineRole.NODE)
    jump_boxes = _with_role(machines, MachineRole.JUMP_BOX)
    await starts.ask(schedulers)
    await starts.ask(jump_boxes)
    await starts.ask(nodes)
    try:
        await starts.wait(schedulers)
    except TiepointError:
        await _released(work, nodes)
        raise
    await starts.wait([*nodes, *jump_boxes])


async def _released(work: Work, nodes: Sequence[Machine]) -> None:
    """Let nodes go that would only cost money; as good as it goes, their guards see to the rest."""
    if work.tools.follower.look.failure is not None:
        return
    results = await asyncio.gather(
        *(work.azure.machines.begin_deallocate(node.id) for node in nodes), return_exceptions=True
    )
    for node, result in zip(nodes, results, strict=True):
        if not isinstance(result, BaseException):
            work.board.retry(node.id, "released again: the scheduler did not start")


async def _storage(work: Work) -> None:
    """Bring back what a cold cluster lacks, and wait until the storage answers."""
    facts = work.facts
    resources = await work.ask(lambda: work.azure.resources.list(work.group))
    is_cold = facts.group is not None and facts.group.tags.get(STATE_TAG) == COLD
    if is_cold or (facts.plan is not None and _lacks(resources, facts.plan)):
        await _redeploy(work)
        resources = await work.ask(lambda: work.azure.resources.list(work.group))
    lustre = next((each for each in resources if each.type.lower() == LUSTRE.lower()), None)
    if lustre is None:
        work.board.expect(STORAGE_LINE, ResourceGroupKind.STORAGE, "Storage", "wait")
        work.board.skip(STORAGE_LINE, "is always there")
        return
    work.board.expect(lustre.id, ResourceGroupKind.STORAGE, "Lustre", "wait", type_name=lustre.type)
    work.board.work(lustre.id)
    for _ in range(_MOST_STORAGE_LOOKS):
        told = await work.ask(lambda: work.azure.resources.get(lustre.id, api_version(LUSTRE)))
        state = str(((told.get("properties") or {}).get("health") or {}).get("state") or "Available")
        if state.lower() in _USABLE:
            work.board.done(lustre.id, "" if state.lower() == "available" else "degraded")
            return
        work.board.work(lustre.id, state.lower())
        await work.tick()
    raise CloudError("Lustre does not become available.", remedy="Look at it in the portal, or try again later.")


def _lacks(resources: Sequence[CloudResource], plan: ClusterPlan) -> bool:
    """Whether something is gone without which machines start in vain, as when going cold was not finished."""
    there = {each.type.lower() for each in resources}
    needed = [NAT_GATEWAY, *([LUSTRE] if plan.storage.kind is StorageKind.LUSTRE else [])]
    return any(each.lower() not in there for each in needed)


async def _redeploy(work: Work) -> None:
    found = await existing(work)
    plan = plan_at_hand(work, found)
    part = Part(only=removed_when_cold(plan))
    name = deployment_name(plan.name, work.tools.now())
    ended = await deployed(work, name, composed(work, plan, found, part))
    if not ended.is_good:
        raise ended.error()
    await work.ask(lambda: work.azure.resources.tag_group(work.group, {STATE_TAG: ""}))
    work.tools.follower.forget_details(work.order.id)


def removed_when_cold(plan: ClusterPlan) -> tuple[str, ...]:
    """Return the template's families that are taken away when a cluster goes cold, and come back with it."""
    storage = {StorageKind.LUSTRE: ("storage-lustre",), StorageKind.NETAPP: ("storage-netapp",)}
    access = ("access",) if plan.access.kind is AccessKind.BASTION else ()
    return ("network", *access, *storage.get(plan.storage.kind, ()))


def _with_role(machines: Sequence[Machine], role: MachineRole) -> list[Machine]:
    return sorted((machine for machine in machines if machine.role is role), key=lambda machine: machine.name)
