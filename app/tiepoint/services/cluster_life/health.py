"""Waiting until machines answer: power alone does not say that one works, a new word from its guard does.

Clocks are never compared: a machine that was released cannot have spoken, so any word newer than the last known one
was said after its start. On the loop's thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from tiepoint.domain.cluster import Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import LineState
from tiepoint.domain.errors import PartialResult
from tiepoint.domain.failure import Failure
from tiepoint.services.cluster_life.facts import ClusterFacts
from tiepoint.services.cluster_life.work import Work, by_name

FRESH: Final = timedelta(minutes=4)
"""A guard speaks once a minute; one silent for longer is not taken for healthy."""
MOST_LOOKS: Final = 120
"""Twenty minutes of looks until a running machine that does not answer is said to be ill."""
_OFF: Final = (Power.DEALLOCATING, Power.DEALLOCATED, Power.STOPPING, Power.STOPPED)
_LOOKS_OFF: Final = 6
"""So many looks a machine is off until that is taken for somebody's wish: the list of powers is a little late."""
_GUARDED: Final = (MachineRole.SCHEDULER, MachineRole.NODE)


def last_words(facts: ClusterFacts) -> Mapping[str, datetime]:
    """Return when each machine spoke last."""
    return {name: beat.time for name, beat in (facts.heartbeats or {}).items()}


def answers(machine: Machine, facts: ClusterFacts, before: Mapping[str, datetime]) -> bool:
    """Whether a machine runs and has spoken since `before`; those without a guard need only run.

    Args:
        machine: As it was seen last.
        facts: Of its cluster.
        before: When each had spoken last before it was started.
    """
    if machine.power is not Power.RUNNING or machine.provisioning in ("creating", "updating"):
        return False
    if machine.role not in _GUARDED:
        return True
    beat = (facts.heartbeats or {}).get(machine.name)
    return beat is not None and (machine.name not in before or beat.time > before[machine.name])


def is_healthy(machine: Machine, facts: ClusterFacts, now: datetime) -> bool | None:
    """Whether a running machine has spoken lately; None where nothing can be said."""
    if machine.power is not Power.RUNNING or facts.heartbeats is None or machine.role not in _GUARDED:
        return None
    beat = facts.heartbeats.get(machine.name)
    return beat is not None and now - beat.time <= FRESH


async def wait_for_answers(work: Work, machines: Sequence[Machine], before: Mapping[str, datetime]) -> None:
    """Wait until machines that run answer, each told on its own line.

    Raises:
        PartialResult: Some run and do not answer, or were stopped by somebody else meanwhile.
        TiepointError: As `Work.tick`.
    """
    off: Counter[str] = Counter()
    waiting = {machine.name: machine.id for machine in machines if machine.role in _GUARDED}
    for name in waiting:
        _tell(work, waiting[name])
    facts = work.facts
    for _ in range(MOST_LOOKS):
        known = by_name(facts.machines)
        for name in tuple(waiting):
            if name in known and answers(known[name], facts, before):
                work.board.done(waiting.pop(name))
        if not waiting:
            return
        off.update(name for name in waiting if name not in known or known[name].power in _OFF)
        if all(off[name] >= _LOOKS_OFF for name in waiting):
            break
        facts = await work.tick()
    stopped = sorted(name for name in waiting if off[name] >= _LOOKS_OFF)
    failure = _stopped(stopped) if stopped else silent(", ".join(sorted(waiting)), facts)
    for machine_id in waiting.values():
        work.board.fail(machine_id, failure)
    raise failure.as_error()


def _stopped(names: Sequence[str]) -> Failure:
    return Failure.of(
        PartialResult(
            f"Somebody else, or Azure, has stopped or deleted these machines meanwhile: {', '.join(names)}.",
            remedy="Look at the cluster, and resume or deploy it if it is still wanted.",
            retryable=True,
        )
    )


def silent(names: str, facts: ClusterFacts) -> Failure:
    """Say that machines run and do not answer, or that what they say cannot be read here."""
    if facts.heartbeats is None and facts.failure is not None:
        return Failure(
            PartialResult.kind,
            f"The machines run, but what they say cannot be read here: {facts.failure.summary}",
            facts.failure.remedy,
            retryable=True,
            detail=facts.failure.detail,
        )
    return Failure.of(
        PartialResult(
            f"These machines run but do not answer: {names}.",
            remedy="Try again; if they stay silent, look at their set-up in the portal.",
            retryable=True,
        )
    )


def _tell(work: Work, machine_id: str) -> None:
    line = work.board.line(machine_id)
    if line is not None and line.state is not LineState.FAILED:
        work.board.work(machine_id, "runs; waits for its guard")
