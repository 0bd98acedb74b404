"""Starting machines: all asked at once, told one by one, tried again where Azure has no capacity.

On the loop's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import LineState, ResourceGroupKind
from tiepoint.domain.errors import Conflict, NoCapacity, PartialResult, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.health import FRESH, MOST_LOOKS, answers, silent
from tiepoint.services.cluster_life.work import Work, by_name

PARTS: Final = {
    MachineRole.SCHEDULER: ResourceGroupKind.SCHEDULER,
    MachineRole.NODE: ResourceGroupKind.NODES,
    MachineRole.JUMP_BOX: ResourceGroupKind.ACCESS,
    MachineRole.DIRECTORY: ResourceGroupKind.DIRECTORY,
}
_MOST_TRIES: Final = 3
_LOOKS_TO_MOVE: Final = 3
"""Looks after which a machine that is still released was not started, whatever Azure answered."""
_LOOKS_BETWEEN: Final = 3
_OFF: Final = (Power.DEALLOCATED, Power.STOPPED, Power.UNKNOWN)


class Starts:
    """Starts machines of one operation.

    Args:
        work: The operation.
        before: When each had spoken last before it was started.
        needs_word: Whether a machine must also be heard; one whose guard is not set up yet can only run.
    """

    def __init__(self, work: Work, before: Mapping[str, datetime], *, needs_word: bool = True) -> None:
        self._work, self._before, self._needs_word = work, before, needs_word
        self._tries: dict[str, int] = {}
        self._asked: dict[str, int] = {}
        self._ran: dict[str, int] = {}
        self._missing: Counter[str] = Counter()
        self._failed: dict[str, Failure] = {}

    async def ask(self, machines: Sequence[Machine]) -> None:
        """Ask machines to start; returns once Azure has taken all of it."""
        work, now = self._work, self._work.tools.now()
        for machine in machines:
            work.board.expect(machine.id, PARTS[machine.role], machine.name, "start")
        off = []
        for machine in machines:
            beat = (work.facts.heartbeats or {}).get(machine.name)
            if machine.power not in (Power.RUNNING, Power.STARTING):
                off.append(machine)
            elif machine.power is Power.RUNNING and (beat is None or now - beat.time > FRESH):
                work.board.work(machine.id, "runs; waits for its guard")
            elif machine.power is Power.RUNNING:
                work.board.skip(machine.id, "runs already")
        await work.side_by_side([lambda each=each: self._ask(each) for each in off])  # type: ignore[misc]

    async def wait(self, machines: Sequence[Machine]) -> None:
        """Wait until machines answer.

        Raises:
            NoCapacity, PartialResult: Some did not start, or do not answer.
            TiepointError: As `ports.azure`.
        """
        work, open_ids = self._work, {machine.name: machine.id for machine in machines}
        while True:
            facts = work.facts
            known = by_name(facts.machines)
            for name in tuple(open_ids):
                line = work.board.line(open_ids[name])
                is_skipped = line is not None and line.state is LineState.SKIPPED
                if name in self._failed or is_skipped or await self._settled(known.get(name), name, open_ids, facts):
                    del open_ids[name]
            if not open_ids:
                break
            await work.tick()
        failed = {machine.name: self._failed[machine.name] for machine in machines if machine.name in self._failed}
        if failed:
            raise _error(failed, len(machines))

    async def _ask(self, machine: Machine) -> None:
        work, name = self._work, machine.name
        self._asked[name] = work.tools.follower.look.number
        tried = self._tries.get(name, 0) + 1
        work.board.work(machine.id, f"try {tried} of {_MOST_TRIES}" if tried > 1 else "")
        try:
            await work.ask(lambda: work.azure.machines.begin_start(machine.id))
        except Conflict as error:
            # It is on its way down, or somebody else is at it: the next look says more.
            work.board.retry(machine.id, "Azure is at it already; asked again in a moment.", Failure.of(error))
            self._asked[name] = -_LOOKS_TO_MOVE
        except NoCapacity as error:
            self._tries[name] = tried
            self._lacks(machine.id, name, Failure.of(error))
        except TiepointError as error:
            self._failed[name] = Failure.of(error)
            work.board.fail(machine.id, self._failed[name])

    async def _settled(self, machine: Machine | None, name: str, ids: Mapping[str, str], facts: ClusterFacts) -> bool:
        """Whether nothing more is to be waited for with a machine."""
        work, look = self._work, self._work.tools.follower.look.number
        if machine is None:
            self._missing[name] += 1
            if self._missing[name] > _LOOKS_TO_MOVE:
                self._failed[name] = _gone(name)
                work.board.fail(ids[name], self._failed[name])
            return name in self._failed
        self._missing[name] = 0
        is_on = machine.power is Power.RUNNING and machine.provisioning not in ("creating", "updating")
        if (is_on and not self._needs_word) or answers(machine, facts, self._before):
            work.board.done(ids[name])
            return True
        if machine.power is Power.RUNNING:
            work.board.work(ids[name], "runs; waits for its guard")
            self._ran.setdefault(name, look)
            if look - self._ran[name] > MOST_LOOKS:
                self._failed[name] = silent(name, facts)
                work.board.fail(ids[name], self._failed[name])
            return name in self._failed
        is_still_off = machine.power in _OFF and look - self._asked.get(name, 0) >= _LOOKS_TO_MOVE
        if is_still_off or (machine.power in _OFF and machine.failure is not None and look > self._asked.get(name, 0)):
            await self._again(machine, look)
        return name in self._failed

    async def _again(self, machine: Machine, look: int) -> None:
        name, asked = machine.name, self._asked.get(machine.name, 0)
        line = self._work.board.line(machine.id)
        is_waiting = line is not None and line.state is LineState.RETRYING
        if not is_waiting:
            self._tries[name] = self._tries.get(name, 0) + 1
            self._lacks(machine.id, name, machine.failure or _not_started(name))
            self._asked[name] = look
        elif look - asked >= _LOOKS_BETWEEN:
            await self._ask(machine)

    def _lacks(self, machine_id: str, name: str, failure: Failure) -> None:
        tried = self._tries[name]
        if tried >= _MOST_TRIES or not failure.retryable:
            self._failed[name] = failure
            self._work.board.fail(machine_id, failure)
            return
        note = f"{failure.summary.rstrip('.')}: try {tried + 1} of {_MOST_TRIES} in a moment"
        self._work.board.retry(machine_id, note, failure)


def _gone(name: str) -> Failure:
    return Failure.of(
        PartialResult(
            f"{name} is gone: somebody has deleted it.",
            remedy="Deploy the plan again, if it is wanted.",
            retryable=True,
        )
    )


def _not_started(name: str) -> Failure:
    return Failure.of(
        NoCapacity(
            f"{name} did not start: Azure released it again.",
            remedy="Try again later; Azure may have no capacity of this size just now.",
            retryable=True,
        )
    )


def _error(failed: Mapping[str, Failure], count: int) -> TiepointError:
    names, first = ", ".join(sorted(failed)), next(iter(failed.values()))
    if len(failed) == count:
        error = first.as_error()
        return type(error)(first.summary, remedy=first.remedy, retryable=True, detail=first.detail)
    return PartialResult(
        f"{count - len(failed)} of {count} machines are ready; not {names}: {first.summary}",
        remedy=first.remedy or "Try again for those that are missing.",
        retryable=True,
        detail=first.detail,
    )
