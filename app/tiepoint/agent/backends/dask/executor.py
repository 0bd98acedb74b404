"""Runs a stage's tasks on the dask cluster: as many at a time as there are workers, retried when a worker dies.

Tasks are handed to dask one per free worker, so that a dying worker never takes the blame for tasks that only waited.
The loop's thread. Cancelling kills the processes that work for the job; what they had finished stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Sequence
from typing import Any

from tiepoint.agent.backend import RunListener, RunOrder
from tiepoint.agent.backends.dask.cluster import Cluster, Listening, WorkerEnd
from tiepoint.agent.backends.dask.outcome import out_of_memory, worker_lost
from tiepoint.agent.backends.dask.worker import run_in_worker
from tiepoint.domain.errors import SetupError, TiepointError, error_from_dict
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.pipeline import Listener
from tiepoint.engine.task import Task
from tiepoint.runtime.terminate import signal_name

_log = logging.getLogger(__name__)

ALLOWED_FAILURES = 2


class DaskExecutor(Listening):
    """See `engine.pipeline.Executor`.

    Args:
        cluster: The started cluster.
        order: The run.
        listener: Hears about tasks, retries and log records.
    """

    def __init__(self, cluster: Cluster, order: RunOrder, listener: RunListener) -> None:
        self._cluster = cluster
        self._order = order
        self._listener = listener
        self._stage = ""
        self._runs: dict[str, Task] = {}
        self._interrupts: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._last_end: dict[str, WorkerEnd] = {}
        self._deaths: dict[str, int] = {}

    async def execute(self, job: JobFolder, stage: str, tasks: Sequence[Task], listener: Listener) -> None:
        """Run every task to its end.

        Raises:
            TiepointError: The first failure; the others are stopped.
        """
        del listener  # the run's own listener hears everything; it is the same one
        self._stage = stage
        waiting = deque(tasks)
        running: dict[asyncio.Task[None], Task] = {}
        try:
            while waiting or running:
                while waiting and self._has_room(waiting[0], list(running.values())):
                    task = waiting.popleft()
                    running[asyncio.create_task(self._run(job, task), name=task.key)] = task
                done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for finished in done:
                    running.pop(finished)
                    finished.result()
        except BaseException:
            await self._stop(list(running))
            raise

    def reported(self, message: dict[str, Any]) -> None:
        """Pass on what a worker said about a task of this run."""
        task = self._runs.get(message["run"])
        if task is None:
            return
        if message["what"] == "started":
            self._listener.task_started(self._stage, task.key, message["name"].partition(".")[0])
        elif message["what"] == "progress":
            self._listener.task_progressed(self._stage, task.key, message["done"], message["total"])
        elif message["what"] == "log":
            self._listener.logged(message["level"], message["source"], message["text"])

    def worker_ended(self, end: WorkerEnd) -> None:
        """Note how the worker of a task ended; dask itself gives the task to another one."""
        if end.task is None:
            return
        self._last_end[end.task] = end
        if end.used_too_much:
            self._interrupt(end.task, out_of_memory(self._stage, end.log))
            return
        deaths = self._deaths[end.task] = self._deaths.get(end.task, 0) + 1
        if deaths <= ALLOWED_FAILURES:
            self._tell_retry(end.task, end.name.partition(".")[0], end.status)

    def workers_cannot_start(self, log: str) -> None:
        """Fail what runs: no worker will ever take it."""
        for task in self._runs.values():
            self._interrupt(
                task.key,
                SetupError(
                    "The workers cannot be started.",
                    remedy="Run tiepoint doctor; the log of the workers says more.",
                    retryable=True,
                    detail=log,
                ),
            )

    def label_of(self, task: str) -> str:
        """What a task works on, for people."""
        known = next((each for each in self._runs.values() if each.key == task), None)
        image = known.options.get("image") if known is not None else None
        return image if isinstance(image, str) else super().label_of(task)

    def _has_room(self, task: Task, running: Sequence[Task]) -> bool:
        limit = self._order.node_limit() or self._cluster.sizing.workers
        room = max(1, min(limit, self._cluster.sizing.workers))
        used = sum(min(each.threads, room) for each in running)
        return not running or used + min(task.threads, room) <= room

    async def _run(self, job: JobFolder, task: Task) -> None:
        """Run one task, again when its stage child died.

        Raises:
            TiepointError: Why it failed.
        """
        try:
            while True:
                outcome = await self._outcome(job, task)
                if "died" not in outcome:
                    break
                if self._cluster.was_for_memory(outcome["died"]):
                    raise out_of_memory(self._stage, outcome.get("log", ""))
                deaths = self._deaths[task.key] = self._deaths.get(task.key, 0) + 1
                if deaths > ALLOWED_FAILURES:
                    raise worker_lost(task.key, outcome["died"], deaths, outcome.get("log", ""))
                self._tell_retry(task.key, "its stage child", outcome["died"])
            if "error" in outcome:
                raise error_from_dict(outcome["error"])
            self._listener.task_finished(self._stage, task.key)
        finally:
            self._cluster.task_ended(task.key)

    async def _outcome(self, job: JobFolder, task: Task) -> dict[str, Any]:
        run = uuid.uuid4().hex[:12]
        interrupt: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._runs[run] = task
        self._interrupts[task.key] = interrupt
        order = {"run": run, "work": str(job.work), "logs": str(job.root / "logs"), "task": task.to_dict()}
        # A worker that has a stage child with everything imported saves the start of another one.
        preferred = self._cluster.idle_address_with_child() if task.isolated else None
        future = self._cluster.client.submit(
            run_in_worker,
            order,
            key=f"{task.key}-{run}",
            pure=False,
            workers=preferred,
            allow_other_workers=preferred is not None,
        )
        result = asyncio.ensure_future(_result(future))
        try:
            await asyncio.wait({result, interrupt}, return_when=asyncio.FIRST_COMPLETED)
            return interrupt.result() if interrupt.done() else await self._told(task, result)
        finally:
            self._runs.pop(run, None)
            self._interrupts.pop(task.key, None)
            interrupt.cancel()
            result.cancel()
            await asyncio.wait({result})
            with contextlib.suppress(Exception):
                await self._cluster.client.cancel([future], force=True)
            future.release()

    async def _told(self, task: Task, result: asyncio.Future[dict[str, Any]]) -> dict[str, Any]:
        from distributed.scheduler import KilledWorker

        try:
            return await result
        except KilledWorker as killed:
            # The watcher of the process may hear of its end a moment after the scheduler.
            await asyncio.sleep(0.2)
            end = self._last_end.get(task.key) or self._end_named(str(killed.last_worker.name))
            status = end.status if end else None
            raise worker_lost(task.key, status, killed.allowed_failures + 1, end.log if end else "") from killed

    def _end_named(self, name: str) -> WorkerEnd | None:
        return next((end for end in self._cluster.ends if end.name == name), None)

    def _interrupt(self, task: str, error: TiepointError) -> None:
        future = self._interrupts.get(task)
        if future is not None and not future.done():
            future.set_exception(error)
            future.exception()  # it is read by whoever waits; this keeps the loop from calling it forgotten

    def _tell_retry(self, task: str, who: str, status: int) -> None:
        text = f"{who} was ended by {signal_name(status)} in {task}; the task is tried again"
        self._listener.logged("warning", self._stage, text)
        self._listener.task_returned(self._stage, task)

    async def _stop(self, running: Sequence[asyncio.Task[None]]) -> None:
        """Free the processor: kill the processes that work for this run, then wait for what waited for them."""
        busy = self._cluster.busy_workers()
        for task in running:
            task.cancel()
        await self._cluster.free(busy)
        if running:
            await asyncio.wait(running)


async def _result(future: Any) -> dict[str, Any]:
    outcome: dict[str, Any] = await future
    return outcome
