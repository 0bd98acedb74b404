"""One machine of a cluster as the agent knows it: what it said, its workers, and which task has which part of it.

Loop's thread. Names of workers' processes are `MACHINE/worker-NUMBER.GENERATION`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from tiepoint import __version__
from tiepoint.agent.backends.dask.node_link import NodeLink
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState

_CLOCK_S: Final = 5.0
"""A clock this far off is said: logs of both machines cannot be read side by side."""
_MOST_LABELS: Final = 3


class Loss(StrEnum):
    """Why a task lost its place."""

    WORKER = "worker"
    NODE = "node"


@dataclass(slots=True)
class Choices:
    """What people chose for a machine: it rests; its processor computes; cards in use as a bit mask, None = all."""

    is_paused: bool = False
    cpu: bool = True
    gpu_mask: int | None = None


@dataclass(slots=True)
class Worker:
    """A worker's process that has joined the scheduler."""

    name: str
    address: str


@dataclass(slots=True, eq=False)
class Place:
    """The part of a machine that one task has.

    Args:
        machine: Where.
        worker: Which process runs it.
        slots: How many tasks of one thread would have had room.
        threads: Threads it may use.
        gpus: Cards it may use, by index.
        lost: Is set with the reason when the process or the machine is gone.
        task: Its key.
        label: What it works on, for people.
        share: How much of it is done, 0 to 1; None when it does not tell.
        since: When it began; None = not yet.
        last_line: When it said something last.
    """

    machine: Machine
    worker: Worker
    slots: int
    threads: int
    gpus: tuple[int, ...]
    lost: asyncio.Future[Loss]
    task: str
    label: str = ""
    share: float | None = None
    since: datetime | None = None
    last_line: datetime | None = None

    def lose(self, reason: Loss) -> None:
        """Tell that it is gone. Idempotent."""
        if not self.lost.done():
            self.lost.set_result(reason)


@dataclass(slots=True, eq=False)
class Machine:
    """See the module. `heard` is in the agent's time; `ahead_s` is how far the machine's clock is ahead of it."""

    name: str
    choices: Choices = field(default_factory=Choices)
    facts: Mapping[str, Any] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)
    link: NodeLink | None = None
    heard: datetime | None = None
    heard_s: float = 0.0
    told_s: float = 0.0
    ahead_s: float = 0.0
    workers: dict[str, Worker] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    is_quitting: bool = False
    errors: int = 0
    retries: int = 0

    @property
    def slots(self) -> int:
        """How many tasks of one thread have room on it."""
        return int(self.facts.get("slots", 0))

    @property
    def cpu_count(self) -> int:
        """Its cores."""
        return int(self.facts.get("cpu_count", 0))

    @property
    def version(self) -> str:
        """Of its engine."""
        return str(self.facts.get("version", ""))

    @property
    def is_leaving(self) -> bool:
        """Whether it will soon be gone, or is told to begin nothing."""
        return self.is_quitting or bool(self.report.get("is_leaving") or self.report.get("is_draining"))

    @property
    def accepts(self) -> bool:
        """Whether tasks may begin on it."""
        is_there = self.link is not None and self.version == __version__
        return is_there and not self.choices.is_paused and not self.is_leaving and not self.report.get("is_broken")

    @property
    def free_slots(self) -> int:
        """How many more tasks of one thread have room on it now."""
        return self.slots - sum(place.slots for place in self.places)

    def idle_workers(self) -> list[Worker]:
        """Return the processes that have joined and have no task."""
        taken = {place.worker.name for place in self.places}
        return [worker for worker in self.workers.values() if worker.name not in taken]

    def gpus(self) -> tuple[int, ...]:
        """Return the cards that tasks may use, by index."""
        count, mask = len(self.report.get("gpus") or ()), self.choices.gpu_mask
        return tuple(index for index in range(count) if mask is None or mask >> index & 1)

    def free_gpus(self) -> tuple[int, ...]:
        """Return the cards that no task uses."""
        taken = {index for place in self.places for index in place.gpus}
        return tuple(index for index in self.gpus() if index not in taken)

    def hear(self, report: Mapping[str, Any], now: datetime, now_s: float) -> None:
        """Take what it said about itself."""
        self.report = report
        self.touch(now, now_s)
        with contextlib.suppress(KeyError, TypeError, ValueError):
            self.ahead_s = (datetime.fromisoformat(report["time"]) - now).total_seconds()

    def touch(self, now: datetime, now_s: float) -> None:
        """It was heard of."""
        self.heard, self.heard_s = now, now_s

    def seen(self, job: str | None) -> Node:
        """Return it as the protocol has it.

        Args:
            job: The running job.
        """
        running = sorted((place for place in self.places if place.since), key=lambda place: place.since or _LONG_AGO)
        first = running[0] if running else None
        shares = [place.share for place in running if place.share is not None]
        lines = [place.last_line for place in running if place.last_line is not None]
        cards = self.report.get("gpus") or ()
        return Node(
            id=NodeId(self.name),
            host=str(self.facts.get("host") or self.name),
            state=self._state(is_busy=bool(self.places)),
            job=JobId(job) if job and self.places else None,  # also of a task that is on its way there
            stage=first.task.partition("/")[0] if first else None,
            task=_labels([place.label for place in running]),
            task_progress=round(sum(shares) / len(shares), 3) if shares else None,
            task_since=first.since if first else None,
            last_line=max(lines) if lines else None,
            heard=self.heard,
            version=self.version,
            cpu_count=self.cpu_count,
            memory_bytes=int(self.facts.get("memory_bytes", 0)),
            gpus=tuple(Gpu(str(name), int(size)) for name, size, *_ in cards),
            load=_load(self.report.get("load")) if self.link is not None else None,
            errors=self.errors,
            retries=self.retries,
            capability=self._capability() if cards else "",
            gpu_mask=sum(1 << index for index in self.gpus()) if cards else None,
            cpu_enabled=self.choices.cpu if cards else None,
            notice=self._notice(),
        )

    def _state(self, *, is_busy: bool) -> NodeState:
        if self.link is None:
            return NodeState.OFFLINE
        if self.is_leaving:
            return NodeState.LEAVING
        if self.choices.is_paused:
            return NodeState.PAUSED
        if is_busy:
            return NodeState.BUSY
        if self.version != __version__:
            return NodeState.PAUSED
        if self.workers:
            return NodeState.READY
        return NodeState.FAILED if self.report.get("is_broken") else NodeState.STARTING

    def _capability(self) -> str:
        if not self.gpus():
            return "cpu"
        return "any" if self.choices.cpu else "gpu"

    def _notice(self) -> str:
        """Say the one thing that matters most."""
        if self.report.get("notice") and (self.link is not None or self.report.get("is_leaving")):
            return str(self.report["notice"])  # why it is gone is still to be read once it is
        if self.link is None:
            return ""
        if self.version != __version__:
            return (
                f"Has Tiepoint {self.version}, the scheduler {__version__}: it gets no tasks until both are the same."
            )
        if self.is_quitting:
            return "Ends."
        if self.report.get("is_draining"):
            return "Is asked to rest before it is stopped."
        if self.report.get("is_broken"):
            return "Its workers end again and again before they are ready; its log says why."
        if abs(self.ahead_s) >= _CLOCK_S:
            where = "ahead of" if self.ahead_s > 0 else "behind"
            return f"Its clock is {abs(self.ahead_s):.0f} s {where} the scheduler's."
        return ""


def _load(said: Any) -> NodeLoad | None:
    """Read what it uses; a node of another version may say more, or nothing."""
    if not isinstance(said, Mapping):
        return None
    return NodeLoad(**{name: value for name, value in said.items() if name in _LOAD_FIELDS})


_LOAD_FIELDS: Final = frozenset(each.name for each in fields(NodeLoad))
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


def _labels(labels: list[str]) -> str | None:
    """Name what several tasks work on, the first few of them."""
    told = [label for label in labels if label]
    if not told:
        return None
    return ", ".join(told[:_MOST_LABELS]) + ("…" if len(told) > _MOST_LABELS else "")
