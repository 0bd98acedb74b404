"""More nodes or fewer: new ones are deployed; the last ones are drained, their licence given back, deleted.

On the loop's thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from tiepoint.domain.cluster import Machine, MachineRole, Power
from tiepoint.domain.cluster_plan import ClusterPlan, Engine
from tiepoint.domain.errors import TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.plan_policy import refuse_forbidden
from tiepoint.domain.resource_names import node_names, node_number
from tiepoint.services.cluster_life.capacity import deploy_nodes_and_all
from tiepoint.services.cluster_life.composing import existing, plan_at_hand
from tiepoint.services.cluster_life.health import last_words, wait_for_answers
from tiepoint.services.cluster_life.plan_tags import tags_of
from tiepoint.services.cluster_life.starting import PARTS
from tiepoint.services.cluster_life.stopping import drain, undo_drain
from tiepoint.services.cluster_life.work import Work

DEACTIVATE = "deactivate"


async def scale(work: Work) -> None:
    """Have as many nodes as the order says.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    facts = await work.first_look()
    known = plan_at_hand(work, await existing(work))
    plan = dataclasses.replace(known, nodes=dataclasses.replace(known.nodes, count=work.order.count))
    nodes = [machine for machine in facts.machines if machine.role is MachineRole.NODE]
    missing = sorted(set(node_names(plan.nodes.count)) - {node.name for node in nodes})
    surplus = sorted((node for node in nodes if node_number(node.name) > plan.nodes.count), key=lambda each: each.name)
    if missing:
        refuse_forbidden(plan, work.tools.policy)
    if (missing or (surplus and plan.engine is Engine.METASHAPE)) and not _runs(facts.machines):
        raise UsageError(f"{work.order.name} does not run.", remedy="Resume it first, then change its nodes.")
    if surplus:
        await _fewer(work, plan, surplus)
    if missing:
        await _more(work, plan, missing)
    await work.ask(lambda: work.azure.resources.tag_group(work.group, tags_of(plan)))
    if work.tools.leases.is_wanted(work.order.id):
        work.tools.leases.want(work.order.id)  # with the prices of the nodes there are now


async def give_back_licences(work: Work, nodes: Sequence[Machine]) -> None:
    """Deactivate Metashape on nodes before they are deleted: a deleted machine keeps its activation for ever."""
    script = work.tools.templates.deactivate_script()

    async def one(node: Machine) -> None:
        work.board.work(node.id, "gives its licence back", doing=DEACTIVATE)
        try:
            await work.ask(lambda: work.azure.machines.run_script(node.id, DEACTIVATE, script))
        except TiepointError as error:
            work.board.fail(node.id, Failure.of(error))
            raise

    await work.side_by_side([lambda each=each: one(each) for each in nodes if each.power is Power.RUNNING])  # type: ignore[misc]


async def _fewer(work: Work, plan: ClusterPlan, surplus: Sequence[Machine]) -> None:
    for node in surplus:
        work.board.expect(node.id, PARTS[node.role], node.name, "delete")
    if work.order.drains:
        await drain(work, surplus)
    if plan.engine is Engine.METASHAPE:
        await give_back_licences(work, surplus)
    await work.side_by_side([lambda each=each: _delete(work, each) for each in surplus])  # type: ignore[misc]
    # Nodes of these names that are made later must not find that they are to take no task.
    await undo_drain(work, [node.name for node in surplus])


async def _delete(work: Work, node: Machine) -> None:
    work.board.work(node.id, doing="delete")
    await work.ask(lambda: work.azure.machines.delete(node.id))
    work.board.done(node.id)


async def _more(work: Work, plan: ClusterPlan, missing: Sequence[str]) -> None:
    before = last_words(work.facts)
    await undo_drain(work, missing)
    await deploy_nodes_and_all(work, plan, names=missing)
    facts = await work.tick()
    new = [machine for machine in facts.machines if machine.name in missing]
    await wait_for_answers(work, new, {name: time for name, time in before.items() if name in missing})


def _runs(machines: Sequence[Machine]) -> bool:
    return any(each.role is MachineRole.SCHEDULER and each.power is Power.RUNNING for each in machines)
