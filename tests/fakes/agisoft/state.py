"""What the stand-in's server knows: batches, their tasks and work items, and workers. No input or output."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

CPU, GPU = 1, 2
TRIES = 2


@dataclass(eq=False)  # looked for by identity
class Item:
    state: str = "waiting"  # waiting, working, completed, failed
    progress: float = 0.0
    tries: int = 0


@dataclass
class Task:
    name: str
    params: dict[str, Any]
    supports_gpu: bool
    items: list[Item]
    spent_s: float = 0.0
    log: str = ""

    def count(self, state: str) -> int:
        return sum(item.state == state for item in self.items)

    @property
    def is_done(self) -> bool:
        return self.count("completed") == len(self.items)

    @property
    def share(self) -> float:
        return sum(1.0 if item.state == "completed" else item.progress for item in self.items) / max(len(self.items), 1)


@dataclass
class Batch:
    id: int
    path: str
    tasks: list[Task]
    meta: dict[str, Any]
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    paused: bool = True
    is_aborted: bool = False
    has_failed: bool = False
    priority: int = 0
    node_limit: int = 0
    started: float = 0.0
    finished: float = 0.0
    error_time: float = 0.0
    error_worker: int = 0
    error_message: str = ""
    revision: int = 0

    @property
    def is_over(self) -> bool:
        return self.is_aborted or self.has_failed or self.is_completed

    @property
    def is_completed(self) -> bool:
        return all(task.is_done for task in self.tasks)

    @property
    def current(self) -> Task | None:
        return next((task for task in self.tasks if not task.is_done), None)


@dataclass
class Worker:
    id: int
    host: str
    version: str
    capability: int
    gpu_mask: int
    cpu_enable: bool
    paused: bool
    ram_size: int
    uuid: str = ""
    is_online: bool = True
    priority: int = 0
    connected: float = field(default_factory=time.time)
    disconnected: float = 0.0
    batch: Batch | None = None
    task: Task | None = None
    item: Item | None = None
    errors: int = 0
    error_batch: int = 0
    error_time: float = 0.0
    error_message: str = ""
    usage: list[dict[str, float]] = field(default_factory=list)
    log: list[dict[str, str]] = field(default_factory=list)
    revision: int = 0


class Farm:
    """All of it; `clock` numbers every change."""

    def __init__(self, version: str, *, resumes_workers: bool, on_failure: str) -> None:
        self.version = version
        self.resumes_workers = resumes_workers
        self.on_failure = on_failure  # what becomes of a batch whose task failed: failed, paused, aborted
        self.batches: dict[int, Batch] = {}
        self.workers: dict[int, Worker] = {}
        self.licences = 99
        self.clock = 1
        self._last_batch = 0
        self._last_worker = 0

    def touch(self, *things: Batch | Worker | None) -> None:
        self.clock += 1
        for thing in things:
            if thing is not None:
                thing.revision = self.clock

    def add_batch(self, path: str, tasks: list[Task], meta: dict[str, Any]) -> Batch:
        self._last_batch += 1
        batch = Batch(self._last_batch, path, tasks, meta)
        self.batches[batch.id] = batch
        self.touch(batch)
        return batch

    def add_worker(self, **facts: Any) -> Worker:
        self._last_worker += 1
        worker = Worker(self._last_worker, paused=not self.resumes_workers, **facts)
        self.workers[worker.id] = worker
        self.touch(worker)
        return worker

    def assignments(self) -> list[Worker]:
        """Give waiting items to free workers and return those workers."""
        given = []
        for batch in sorted(self.batches.values(), key=lambda batch: (-batch.priority, batch.id)):
            task = batch.current
            if batch.paused or batch.is_over or task is None:
                continue
            for item in task.items:
                busy = sum(worker.batch is batch for worker in self.workers.values())
                if item.state != "waiting" or (batch.node_limit and busy >= batch.node_limit):
                    continue
                worker = self._free_worker(task)
                if worker is None:
                    break
                worker.batch, worker.task, worker.item = batch, task, item
                item.state, item.progress = "working", 0.0
                batch.started = batch.started or time.time()
                self.touch(batch, worker)
                given.append(worker)
        return given

    def _free_worker(self, task: Task) -> Worker | None:
        wanted = GPU if task.supports_gpu else CPU
        free = [
            worker
            for worker in self.workers.values()
            if worker.is_online
            and not worker.paused
            and worker.item is None
            and worker.version == self.version
            and worker.capability & wanted
        ]
        return max(free, key=lambda worker: (worker.priority, -worker.id), default=None)

    def completed(self, worker: Worker, seconds: float) -> None:
        if worker.item is not None and worker.task is not None and worker.batch is not None:
            worker.item.state, worker.item.progress = "completed", 1.0
            worker.task.spent_s += seconds
            if worker.batch.is_completed:
                worker.batch.finished = time.time()
        self._free(worker)

    def failed(self, worker: Worker, text: str) -> None:
        item, task, batch = worker.item, worker.task, worker.batch
        if item is None or task is None or batch is None:
            return
        now = time.time()
        item.tries += 1
        task.log += f"Error: {text}\n"
        worker.errors += 1
        worker.error_time, worker.error_batch, worker.error_message = now, batch.id, text
        batch.error_time, batch.error_worker, batch.error_message = now, worker.id, text
        item.state, item.progress = "waiting", 0.0
        if item.tries >= TRIES:
            item.state = "failed"
            batch.finished = now
            batch.has_failed = self.on_failure == "failed"
            batch.is_aborted = self.on_failure == "aborted"
            batch.paused = batch.paused or self.on_failure == "paused"
        self._free(worker)

    def lost(self, worker: Worker) -> None:
        if worker.item is not None and worker.item.state == "working":
            worker.item.state, worker.item.progress = "waiting", 0.0
        worker.is_online, worker.disconnected = False, time.time()
        self._free(worker)

    def _free(self, worker: Worker) -> None:
        batch, worker.batch, worker.task, worker.item = worker.batch, None, None, None
        self.touch(worker, batch)
