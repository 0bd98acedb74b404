"""Letting machines go: nodes are drained first, then deallocated so that they cost nothing. On the loop's thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.cluster import Machine, Power
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.errors import CloudError, Conflict, NotThere, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.health import FRESH
from tiepoint.services.cluster_life.starting import PARTS
from tiepoint.services.cluster_life.work import Work, by_name

DRAIN_LINE: Final = "drain"
_MOST_SILENT_LOOKS: Final = 3
_HEARS_WITHIN: Final = timedelta(minutes=4)
"""A node that takes tasks even then cannot read the wish, or somebody has undone it: idle, it is not waited for."""
_LOOKS_TO_MOVE: Final = 6
_MOST_TRIES: Final = 4


async def drain(work: Work, machines: Sequence[Machine]) -> None:
    """Let machines end their tasks and take no new ones, and wait for it.

    What cannot be asked, because the account is gone or closed to this computer, is not waited for.
    """
    board, endpoint = work.board, work.facts.blob_endpoint
    board.expect(DRAIN_LINE, ResourceGroupKind.NODES, "Running tasks", "drain")
    running = [machine for machine in machines if machine.power is Power.RUNNING]
    if not running or not endpoint:
        board.skip(DRAIN_LINE, "no node runs" if endpoint or not running else "the cluster's account is not there")
        return
    board.work(DRAIN_LINE)
    names, silent = [machine.name for machine in running], 0
    try:
        await work.ask(lambda: work.azure.control.ask_to_drain(endpoint, names))
    except (CloudError, TiepointError) as error:
        board.skip(DRAIN_LINE, f"not asked: {Failure.of(error).summary}")
        return
    asked = work.tools.now()
    while silent < _MOST_SILENT_LOOKS:
        facts = await work.tick()
        silent = silent + 1 if facts.heartbeats is None else 0
        busy = [name for name in names if _is_busy(facts, name, asked, work.tools.now())]
        if facts.heartbeats is not None and not busy:
            board.done(DRAIN_LINE)
            return
        board.work(DRAIN_LINE, f"{len(busy)} of {len(names)} nodes are still at work" if busy else "asks the nodes")
    board.skip(DRAIN_LINE, "nothing is heard of the nodes")


async def undo_drain(work: Work, names: Sequence[str]) -> None:
    """Let machines take tasks again; where that cannot be said, their next word is about it."""
    endpoint = work.facts.blob_endpoint
    if endpoint and names:
        try:
            await work.ask(lambda: work.azure.control.ask_to_drain(endpoint, names, drains=False))
        except (CloudError, TiepointError) as error:
            work.board.set(failure=Failure.of(error))


async def release(work: Work, machines: Sequence[Machine]) -> None:
    """Deallocate machines and wait until they are.

    Raises:
        TiepointError: As `ports.azure`.
    """
    for machine in machines:
        work.board.expect(machine.id, PARTS[machine.role], machine.name, "deallocate")
    left = {machine.name: 0 for machine in machines}
    asked: dict[str, int] = {}
    while left:
        look = work.tools.follower.look.number
        known = by_name(work.facts.machines)
        for name in tuple(left):
            found = known.get(name)
            if found is None:
                del left[name]
            elif found.power is Power.DEALLOCATED:
                if name in asked:
                    work.board.done(found.id)
                else:
                    work.board.skip(found.id, "is released already")
                del left[name]
        to_ask = [
            known[name]
            for name in left
            if known[name].power is not Power.DEALLOCATING
            and (name not in asked or look - asked[name] >= _LOOKS_TO_MOVE)
        ]
        for machine in to_ask:
            left[machine.name] += 1
            asked[machine.name] = look
            if left[machine.name] > _MOST_TRIES:
                raise _stuck(work, machine)
        await work.side_by_side([lambda each=each: _release(work, each) for each in to_ask])  # type: ignore[misc]
        if left:
            await work.tick()


async def _release(work: Work, machine: Machine) -> None:
    work.board.work(machine.id)
    try:
        await work.ask(lambda: work.azure.machines.begin_deallocate(machine.id))
    except NotThere:
        work.board.skip(machine.id, "is gone")
    except Conflict as error:
        work.board.retry(machine.id, "Azure is at it already; asked again in a moment.", Failure.of(error))


def _is_busy(facts: ClusterFacts, name: str, asked: datetime, now: datetime) -> bool:
    """Whether a node may still be at work: it says so, or has not heard of the wish yet."""
    machine, beat = by_name(facts.machines).get(name), (facts.heartbeats or {}).get(name)
    if machine is None or machine.power is not Power.RUNNING or beat is None or now - beat.time > FRESH:
        return False
    return beat.is_busy or (not beat.is_draining and beat.time - asked <= _HEARS_WITHIN)


def _stuck(work: Work, machine: Machine) -> TiepointError:
    error = CloudError(
        f"{machine.name} cannot be released: Azure has been asked {_MOST_TRIES} times.",
        remedy="Stop it in the portal, or try again.",
        retryable=True,
    )
    work.board.fail(machine.id, Failure.of(error))
    return error
