"""What a failed deployment leaves running before there is a guard to stop it. On the loop's thread."""

from __future__ import annotations

import asyncio

from tiepoint.domain.cluster import Machine
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.resource_names import SCHEDULER
from tiepoint.services.cluster_life.health import last_words
from tiepoint.services.cluster_life.starting import PARTS
from tiepoint.services.cluster_life.work import Work


async def release_unguarded(work: Work) -> None:
    """Release the machines that a failed deployment has made, unless the scheduler's guard is there.

    With it, they stop by themselves once nobody wants them; without it, they would bill for ever. Those that ran
    before stay. As good as it goes: who is signed out can release nothing.
    """
    began, facts = work.board.operation.began, work.facts
    if work.order.kind is not OperationKind.DEPLOY or work.order.follows or facts.heartbeats is None:
        return
    if work.ran_before is None or SCHEDULER in work.ran_before:
        return
    heard = last_words(facts).get(SCHEDULER)
    if heard is not None and (began is None or heard > began):
        return
    ran_before = work.ran_before
    machines = [each for each in facts.machines if each.power.is_billed and each.name not in ran_before]
    await asyncio.gather(*(_release(work, each) for each in machines), return_exceptions=True)


async def _release(work: Work, machine: Machine) -> None:
    line = f"release:{machine.name}"
    work.board.expect(line, PARTS[machine.role], machine.name, "release")
    await work.azure.machines.begin_deallocate(machine.id)
    work.board.done(line, "so that it does not bill: its guard is not there yet; deploy again to go on")
