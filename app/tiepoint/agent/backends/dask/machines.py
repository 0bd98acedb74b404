"""All machines of a cluster: their links, their workers as the scheduler sees them, and what tasks hold of them.

Loop's thread. Knows nothing of jobs: whoever runs one takes places here and gives them back.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.agent.backends.dask.machine import Loss, Machine, Place, Worker
from tiepoint.agent.backends.dask.node_choices import NodeChoices
from tiepoint.agent.backends.dask.node_link import LinkLost, NodeLink
from tiepoint.agent.backends.dask.placement import chosen
from tiepoint.engine.task import Task

_log = logging.getLogger(__name__)

_FREEING_S: Final = 3.0
_END_S: Final = 3.0
"""The supervisor tells of a process's end a moment after the scheduler has lost it."""
_MOST_ENDS: Final = 200
_TELLING_S: Final = 0.5
"""Progress of tasks is told so often for a machine, at most."""


@dataclass(frozen=True, slots=True)
class ProcessEnd:
    """How a worker's process ended, as its supervisor saw it."""

    status: int
    was_memory: bool
    log: str


class Machines:
    """The table of machines.

    Args:
        expected: Names of those there should be.
        choices: What people chose for them.
        silent_s: A machine unheard for so long is given up.
        changed: Called with a machine when it changed.
    """

    def __init__(
        self, expected: Sequence[str], choices: NodeChoices, silent_s: float, changed: Callable[[Machine], None]
    ) -> None:
        self._choices = choices
        self._silent_s = silent_s
        self._changed = changed
        self._known: dict[str, Machine] = {}
        self._ends: OrderedDict[str, ProcessEnd] = OrderedDict()
        self._end_waits: dict[str, asyncio.Future[None]] = {}
        self.news = asyncio.Event()
        """Set whenever a task that waits may have found room."""
        self.remove_worker: Callable[[str], None] = lambda address: None
        """Makes the scheduler forget a worker that will not answer any more."""
        for name in expected:
            self._machine(name)

    def all(self) -> tuple[Machine, ...]:
        """Return every machine, in order of names."""
        return tuple(self._known[name] for name in sorted(self._known))

    def get(self, name: str) -> Machine | None:
        """Return one machine."""
        return self._known.get(name)

    # --- Places of tasks ---

    def take(self, task: Task, node_limit: int) -> Place | None:
        """Take a place for a task; None when it has to wait."""
        choice = chosen(task, self._known.values(), node_limit)
        if choice is None:
            return None
        worker = choice.machine.idle_workers()[0]
        lost: asyncio.Future[Loss] = asyncio.get_running_loop().create_future()
        place = Place(choice.machine, worker, choice.slots, choice.threads, choice.gpus, lost, task.key)
        choice.machine.places.append(place)
        self._changed(choice.machine)
        return place

    def give_back(self, place: Place) -> None:
        """Give a place back. Idempotent."""
        if place in place.machine.places:
            place.machine.places.remove(place)
        place.lost.cancel()
        self.tell(place.machine, has_room=True)

    async def free(self, places: Iterable[Place]) -> None:
        """Kill the processes that have these places; a machine that does not answer kills them by itself."""
        by_machine: dict[str, list[str]] = {}
        for place in places:
            by_machine.setdefault(place.machine.name, []).append(place.worker.name)
            place.machine.workers.pop(place.worker.name, None)
        await asyncio.gather(*(self._free(self._known[name], workers) for name, workers in by_machine.items()))

    async def end_of(self, worker: str) -> ProcessEnd | None:
        """Return how a process ended, waiting a moment for it; None when nobody tells."""
        if worker not in self._ends:
            wait = self._end_waits.setdefault(worker, asyncio.get_running_loop().create_future())
            await asyncio.wait({wait}, timeout=_END_S)
            self._end_waits.pop(worker, None)
        return self._ends.get(worker)

    # --- The scheduler's words ---

    def worker_joined(self, name: str, address: str) -> None:
        """A worker's process has joined the scheduler."""
        machine = self._machine(name.rpartition("/")[0])
        if machine.link is None:
            self.remove_worker(address)  # of a supervisor that was given up: its like must not take tasks
            return
        machine.workers[name] = Worker(name, address)
        _spawn(_sent(machine.link, "joined", name=name))
        self.tell(machine, has_room=True)

    def worker_left(self, name: str) -> None:
        """The scheduler has lost a worker's process."""
        machine = self._machine(name.rpartition("/")[0])
        machine.workers.pop(name, None)
        for place in tuple(machine.places):
            if place.worker.name == name:
                place.lose(Loss.WORKER)
        self.tell(machine)

    # --- Links ---

    async def serve(self, link: NodeLink, facts: dict[str, Any]) -> None:
        """Serve a machine's link to its end.

        Args:
            link: Open.
            facts: What the machine said about itself.
        """
        machine = self._machine(str(facts["name"]))
        refusal = self._refusal(machine, facts)
        if refusal:
            await link.send("refused", why=refusal)
            link.close()
            return
        if machine.link is not None:
            machine.link.close()
            self._given_up(machine)
        machine.link, machine.facts, machine.report, machine.is_quitting = link, facts, {}, False
        machine.touch(datetime.now(UTC), time.monotonic())
        _log.info("%s has joined: %s tasks at a time, Tiepoint %s", machine.name, machine.slots, machine.version)
        why = "it has ended the connection"
        try:
            await link.send("welcome")
            self.tell(machine)
            await link.listen(lambda message: self._heard(machine, link, message))
        except LinkLost as lost:
            why = str(lost)
        finally:
            if machine.link is link:
                _log.warning("%s is gone: %s", machine.name, why)
                machine.link = None
                self._given_up(machine)

    def close(self) -> None:
        """End every link."""
        for machine in self._known.values():
            if machine.link is not None:
                machine.link.close()

    def choose(self, machine: Machine) -> None:
        """Keep what people chose for a machine, and tell."""
        self._choices.put(machine.name, machine.choices)
        self.tell(machine, has_room=True)

    def tell(self, machine: Machine, *, has_room: bool = False) -> None:
        """A machine changed.

        Args:
            machine: Which.
            has_room: Tasks that wait may find room on it, or need to know that they will not.
        """
        machine.told_s = time.monotonic()
        if has_room:
            self.news.set()
        self._changed(machine)

    def tell_progress(self, machine: Machine) -> None:
        """A task on a machine has gone on; most of these are passed over."""
        if time.monotonic() - machine.told_s >= _TELLING_S:
            self.tell(machine)

    def _machine(self, name: str) -> Machine:
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = Machine(name, self._choices.get(name))
        return found

    def _refusal(self, machine: Machine, facts: dict[str, Any]) -> str:
        """Two machines with one name would push each other out for ever; one that comes back may."""
        if machine.link is None or machine.facts.get("instance") == facts.get("instance"):
            return ""
        if time.monotonic() - machine.heard_s > self._silent_s / 2:
            return ""
        return f"another machine named {machine.name} is connected"

    def _heard(self, machine: Machine, link: NodeLink, message: dict[str, Any]) -> None:
        now = datetime.now(UTC)
        if message["what"] == "report":
            accepted = machine.accepts
            machine.hear(message, now, time.monotonic())
            _spawn(_sent(link, "heard"))
            self.tell(machine, has_room=accepted != machine.accepts)
        elif message["what"] == "ended":
            machine.touch(now, time.monotonic())
            self._ended(str(message["name"]), ProcessEnd(message["status"], message["was_memory"], str(message["log"])))

    def _ended(self, name: str, end: ProcessEnd) -> None:
        self._ends[name] = end
        while len(self._ends) > _MOST_ENDS:
            self._ends.popitem(last=False)
        wait = self._end_waits.get(name)
        if wait is not None and not wait.done():
            wait.set_result(None)

    def _given_up(self, machine: Machine) -> None:
        """Nothing on it counts any more: it kills its workers by itself."""
        for place in tuple(machine.places):
            place.lose(Loss.NODE)
        workers = tuple(machine.workers.values())
        machine.workers.clear()
        for worker in workers:
            self.remove_worker(worker.address)
        self.tell(machine, has_room=True)

    async def _free(self, machine: Machine, workers: list[str]) -> None:
        if machine.link is None:
            return
        try:
            await machine.link.call("free", timeout_s=_FREEING_S, workers=workers)
        except (LinkLost, TimeoutError):
            _log.warning("%s does not answer; it ends its tasks by itself when it hears nothing", machine.name)


_SPAWNED: Final[set[asyncio.Task[None]]] = set()


def _spawn(work: Any) -> None:
    task = asyncio.get_running_loop().create_task(work)
    _SPAWNED.add(task)
    task.add_done_callback(_SPAWNED.discard)


async def _sent(link: NodeLink, what: str, **content: Any) -> None:
    try:
        await link.send(what, **content)
    except LinkLost:
        link.close()
