"""Which machine takes a task: pure choice over what machines have free. Any thread.

A task goes to a machine only when it can begin there at once, so nothing ever waits in a machine's own queue, and what
a machine takes with it when it dies is what it had begun.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from tiepoint.agent.backends.dask.machine import Machine
from tiepoint.engine.task import Task


@dataclass(frozen=True, slots=True)
class Choice:
    """A machine, and what of it a task gets."""

    machine: Machine
    slots: int
    threads: int
    gpus: tuple[int, ...] = ()


def chosen(task: Task, machines: Collection[Machine], node_limit: int) -> Choice | None:
    """Choose where a task begins now; None when it has to wait.

    A task of many threads waits for as much room as the largest machine has at most: it runs alone, and would hold up
    the whole job on a small one. Of those with room the one with the largest share of it free is taken.

    Args:
        task: What to begin.
        machines: All of them.
        node_limit: Most machines with tasks at a time, 0 = no limit.
    """
    fitting = [machine for machine in machines if _suits(machine, task)]
    busy = [machine for machine in machines if machine.places]
    if node_limit and len(busy) >= node_limit:
        fitting = [machine for machine in fitting if machine in busy]
    if not fitting:
        return None
    needed = min(task.threads, max(machine.slots for machine in fitting))
    free = [machine for machine in fitting if _has_room(machine, needed, task.gpus)]
    if not free:
        return None
    best = max(free, key=lambda machine: (machine.free_slots / machine.slots, machine.slots, machine.name))
    # Who has the whole machine may use all its cores: slots also count memory.
    threads = min(task.threads, max(best.cpu_count, needed)) if needed == best.slots else needed
    return Choice(best, needed, max(1, threads), best.free_gpus()[: task.gpus])


def _suits(machine: Machine, task: Task) -> bool:
    if not machine.accepts or machine.slots < 1:
        return False
    if task.gpus:
        return len(machine.gpus()) >= task.gpus
    return machine.choices.cpu


def _has_room(machine: Machine, slots: int, gpus: int) -> bool:
    return machine.free_slots >= slots and len(machine.free_gpus()) >= gpus and bool(machine.idle_workers())
