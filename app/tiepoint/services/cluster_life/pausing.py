"""Pausing: tasks end, nodes go, then jump boxes and controllers, the scheduler last. On the loop's thread."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.cluster import Machine, MachineRole
from tiepoint.domain.errors import ConfirmationNeeded, SignInNeeded, TiepointError
from tiepoint.services.cluster_life.starting import PARTS
from tiepoint.services.cluster_life.stopping import drain, release
from tiepoint.services.cluster_life.work import Work

_LAST: tuple[tuple[MachineRole, ...], ...] = (
    (MachineRole.NODE,),
    (MachineRole.JUMP_BOX, MachineRole.DIRECTORY),
    (MachineRole.SCHEDULER,),
)


async def pause(work: Work) -> None:
    """Deallocate a cluster's machines.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    facts = await work.first_look()
    await give_up_lease(work)
    for machine in _ordered(facts.machines):
        work.board.expect(machine.id, PARTS[machine.role], machine.name, "deallocate")
    nodes = [machine for machine in facts.machines if machine.role is MachineRole.NODE]
    if work.order.drains:
        await drain(work, nodes)
    for roles in _LAST:
        await release(work, [machine for machine in _ordered(facts.machines) if machine.role in roles])


async def give_up_lease(work: Work) -> None:
    """Say that nobody wants the cluster any more, so that it stops by itself should this program end on its way."""
    work.tools.leases.want_no_more(work.order.id)
    endpoint = work.facts.blob_endpoint
    if not endpoint:
        return
    try:
        await work.ask(lambda: work.azure.control.drop_lease(endpoint))
    except (SignInNeeded, ConfirmationNeeded):
        raise
    except TiepointError:
        return  # it lapses by itself within minutes


def _ordered(machines: Sequence[Machine]) -> list[Machine]:
    order = [role for roles in _LAST for role in roles]
    return sorted(machines, key=lambda machine: (order.index(machine.role), machine.name))
