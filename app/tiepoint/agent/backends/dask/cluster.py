"""Scheduler, client and workers on this computer, started with the first job and ended when there is nothing to do.

The scheduler runs in the agent's loop; it listens on the loopback interface with TLS and keys that live in memory
only. Imports distributed when started, in a thread, for that takes half a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.agent.backends.dask.memory_watch import MemoryWatch
from tiepoint.agent.backends.dask.reporter import TOPIC
from tiepoint.agent.backends.dask.sizing import Sizing
from tiepoint.agent.backends.dask.worker_process import WorkerProcess
from tiepoint.runtime import folders

_log = logging.getLogger(__name__)

_CLOSING_S: Final = 5.0
_ENDING_CHILDREN_S: Final = 1.0
MOST_FAILED_STARTS: Final = 4


@dataclass(frozen=True, slots=True)
class WorkerEnd:
    """How a worker's process ended.

    Args:
        name: The process's name.
        status: Its exit status, negative for a signal.
        task: Key of the task it ran, None when idle.
        used_too_much: It was killed because our processes used too much memory.
        log: The end of its log.
    """

    name: str
    status: int
    task: str | None
    used_too_much: bool
    log: str


class Listening:
    """Who hears what the workers report and how they end; the executor of the running job."""

    def reported(self, message: dict[str, Any]) -> None:
        """A worker reported about its task."""

    def worker_ended(self, end: WorkerEnd) -> None:
        """A worker's process ended."""

    def workers_cannot_start(self, log: str) -> None:
        """Workers end again and again before they are ready."""

    def label_of(self, task: str) -> str:
        """What a task works on, for people: a photo where it is one, else its number; may be empty."""
        return task.partition("/")[2]


class Cluster:
    """The dask cluster of this computer.

    Args:
        sizing: How many workers, and their memory.
        changed: Called with a node's id when it changed.
    """

    def __init__(self, sizing: Sizing, changed: Callable[[str], None]) -> None:
        self.sizing = sizing
        self.listening = Listening()
        self.client: Any = None
        self.ends: deque[WorkerEnd] = deque(maxlen=50)
        self._changed = changed
        self._scheduler: Any = None
        self._security: dict[str, str] = {}
        self._scratch = folders.cache_folder() / "workers"
        self._running: dict[str, str] = {}
        self._shares: dict[str, float] = {}
        self._memory = MemoryWatch(sizing.memory_bytes)
        self.workers = tuple(
            WorkerProcess(
                f"worker-{number}", self._order, folders.user_log_file(f"worker-{number}"), self._worker_ended
            )
            for number in range(1, sizing.workers + 1)
        )

    @property
    def is_started(self) -> bool:
        """Whether scheduler and client are up."""
        return self.client is not None

    async def start(self) -> None:
        """Start scheduler, client and workers as far as they are not running.

        Raises:
            OSError: The loopback interface cannot be listened on.
        """
        if not self.is_started:
            await asyncio.to_thread(shutil.rmtree, self._scratch, ignore_errors=True)
            await self._start_scheduler()
        for worker in self.workers:
            worker.failed_starts = 0 if not worker.is_running else worker.failed_starts
            worker.start()
            self._changed(worker.node)

    async def close(self) -> None:
        """End everything; what was not started is passed over."""
        await asyncio.gather(*(worker.stop() for worker in self.workers))
        client, self.client = self.client, None
        scheduler, self._scheduler = self._scheduler, None
        for part in (client, scheduler):
            if part is not None:
                with contextlib.suppress(TimeoutError, OSError):
                    await asyncio.wait_for(part.close(), _CLOSING_S)
        self._running.clear()
        for worker in self.workers:
            self._changed(worker.node)

    def task_of(self, name: str) -> str | None:
        """Return the task a worker's process runs."""
        return self._running.get(name)

    def share_of(self, name: str) -> float | None:
        """Return how much of its task a worker's process has done, 0 to 1; None when it does not tell."""
        return self._shares.get(name) if name in self._running else None

    def busy_workers(self) -> list[WorkerProcess]:
        """Return the workers that have a task, as they said or as the scheduler knows."""
        if self._scheduler is None:
            return []
        assigned = {state.name for state in self._scheduler.workers.values() if state.processing}
        return [worker for worker in self.workers if worker.name in assigned or worker.name in self._running]

    def idle_address_with_child(self) -> list[str] | None:
        """Return the address of an idle worker that has a stage child, as dask takes it; None when there is none."""
        names = {worker.name for worker in self.workers if worker.child_pid is not None} - set(self._running)
        found = [address for address, state in self._scheduler.workers.items() if state.name in names]
        return found[:1] or None

    async def end_idle_children(self) -> None:
        """End the stage children that workers keep for a next task, by force where a worker does not answer."""
        from tiepoint.agent.backends.dask.worker import end_idle_child

        keeping = [worker for worker in self.workers if worker.child_pid is not None]
        if not keeping or self.client is None:
            return
        try:
            await asyncio.wait_for(self.client.run(end_idle_child, on_error="ignore"), _ENDING_CHILDREN_S)
            for worker in keeping:
                worker.child_pid = None
        except (TimeoutError, OSError):
            for worker in keeping:
                worker.kill_child()

    async def free(self, workers: list[WorkerProcess]) -> None:
        """Kill workers together with what they run; others take their places when they are needed."""
        for worker in workers:
            worker.kill()
        await asyncio.gather(*(worker.stop() for worker in workers))
        for worker in workers:
            self._running.pop(worker.name, None)
            self._changed(worker.node)

    async def watch_memory(self, told: Callable[[int], None]) -> None:
        """Watch the memory of all workers without end, killing the largest when they use too much together.

        Args:
            told: Called with what they use together after each look.
        """
        while True:
            await asyncio.sleep(self._memory.period_s)
            worst = self._memory.check(self.workers)
            told(self._memory.used_bytes)
            for worker in self.workers:
                self._changed(worker.node)
            if worst is not None:
                _log.warning("killing %s: the workers use more memory than they may", worst.node)
                worst.kill()

    def was_for_memory(self, status: int) -> bool:
        """Return whether a stage child that ended so was ended for its memory."""
        return self._memory.was_for_memory("", status)

    def load_of(self, worker: WorkerProcess) -> tuple[float, int]:
        """Return a worker's share of a core and its bytes of memory, stage child included."""
        return self._memory.load_of(worker)

    async def _start_scheduler(self) -> None:
        configuration = await asyncio.to_thread(_imported_configuration)
        configuration.configure()
        security = await asyncio.to_thread(configuration.temporary_security)
        self._security = configuration.security_texts(security)
        scheduler = configuration.QuietScheduler(
            host=configuration.LOOPBACK, port=0, protocol="tls", security=security, dashboard=False
        )
        await scheduler
        self._scheduler = scheduler
        scheduler.add_plugin(_joining_plugin(self._worker_joined), name="tiepoint")
        from distributed import Client

        self.client = await Client(scheduler.address, security=security, asynchronous=True, set_as_default=False)
        self.client.subscribe_topic(TOPIC, self._reported)

    def _order(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "scheduler": self._scheduler.address if self._scheduler is not None else "",
            "security": self._security,
            "memory_bytes": self.sizing.memory_bytes,
            "scratch": str(self._scratch),
        }

    def _worker_joined(self, name: str) -> None:
        for worker in self.workers:
            if worker.name == name:
                worker.is_ready = True
                self._changed(worker.node)

    def _reported(self, event: tuple[float, dict[str, Any]]) -> None:
        message = event[1]
        worker = next((each for each in self.workers if each.name == message.get("name")), None)
        if message["what"] == "started":
            self._running[message["name"]] = message["task"]
            self._shares.pop(message["name"], None)
        elif message["what"] == "progress" and message["total"]:
            self._shares[message["name"]] = min(1.0, message["done"] / message["total"])
        elif message["what"] == "child" and worker is not None:
            worker.child_pid = message["pid"]
        if worker is not None and message["what"] == "started":
            self._changed(worker.node)
        self.listening.reported(message)

    def task_ended(self, task: str) -> None:
        """Note that a task is over, wherever it ran."""
        for name in [name for name, key in self._running.items() if key == task]:
            del self._running[name]
            for worker in self.workers:
                if worker.name == name:
                    self._changed(worker.node)

    def _worker_ended(self, worker: WorkerProcess, status: int) -> None:
        task = self._running.pop(worker.name, None)
        end = WorkerEnd(worker.name, status, task, self._memory.was_for_memory(worker.name, status), worker.log_tail())
        self.ends.append(end)
        self.listening.worker_ended(end)
        self._changed(worker.node)
        if all(each.failed_starts >= MOST_FAILED_STARTS for each in self.workers):
            self.listening.workers_cannot_start(end.log)


def _imported_configuration() -> Any:
    from tiepoint.agent.backends.dask import configuration

    return configuration


def _joining_plugin(joined: Callable[[str], None]) -> Any:
    from distributed import SchedulerPlugin

    class Joining(SchedulerPlugin):  # type: ignore[misc]
        """Tells when a worker has joined."""

        def add_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
            joined(scheduler.workers[worker].name)

    return Joining()
