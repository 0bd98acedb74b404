"""Runs a stage's tasks on the nodes of a cluster: each begins where there is room now, and again if it lost its place.

A worker that dies costs its one task a retry, of which it has two; a node that goes costs its tasks theirs, and they
are not to blame. Loop's thread. Cancelling kills the processes that work for the job; what they had finished stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.agent.backend import RunListener, RunOrder
from tiepoint.agent.backends.dask.machine import Loss, Place
from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.outcome import nodes_lost, out_of_memory, worker_lost
from tiepoint.agent.backends.dask.worker import run_in_worker
from tiepoint.domain.errors import error_from_dict
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.pipeline import Listener
from tiepoint.engine.task import Task
from tiepoint.runtime.terminate import signal_name

_log = logging.getLogger(__name__)

ALLOWED_FAILURES: Final = 2
_HEARSAY_S: Final = 1.0
_LOOK_S: Final = 2.0
ALLOWED_NODES: Final = 5
"""A task may lose so many nodes: one that brings a whole machine down must end, too."""


class NodesExecutor:
    """See `engine.pipeline.Executor`.

    Args:
        client: Of dask.
        machines: The cluster's.
        order: The run.
        listener: Hears about tasks, retries and log records.
    """

    def __init__(self, client: Any, machines: Machines, order: RunOrder, listener: RunListener) -> None:
        self._client = client
        self._machines = machines
        self._order = order
        self._listener = listener
        self._stage = ""
        self._runs: dict[str, tuple[Task, Place]] = {}
        self._deaths: dict[str, int] = {}
        self._lost_nodes: dict[str, int] = {}
        self._is_waiting = False

    async def execute(self, job: JobFolder, stage: str, tasks: Sequence[Task], listener: Listener) -> None:
        """Run every task to its end.

        Raises:
            TiepointError: The first failure; the others are stopped.
        """
        del listener  # the run's own listener hears everything; it is the same one
        self._stage = stage
        waiting = deque(tasks)
        running: dict[asyncio.Future[bool], tuple[Task, Place]] = {}
        try:
            while waiting or running:
                news = self._begin(job, waiting, running)
                # A node limit that was raised tells nobody: it is looked at again.
                await asyncio.wait({*running, news}, timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                for finished in [each for each in running if each.done()]:
                    task, _ = running.pop(finished)
                    if not finished.result():
                        waiting.appendleft(task)
        except BaseException:
            await self._stop(running)
            raise

    def reported(self, message: dict[str, Any]) -> None:
        """Take what a worker said about a task of this run."""
        found = self._runs.get(message["run"])
        if found is None:
            return
        task, place = found
        now = datetime.now(UTC)
        has_begun = place.since is not None
        if message["what"] == "started":
            place.since = place.last_line = now
            self._listener.task_started(self._stage, task.key, place.machine.name)
        elif message["what"] == "progress":
            place.last_line = now
            place.share = min(1.0, message["done"] / message["total"]) if message["total"] else None
            self._listener.task_progressed(self._stage, task.key, message["done"], message["total"])
        elif message["what"] == "log":
            place.last_line = now
            self._listener.logged(message["level"], message["source"], message["text"])
        if has_begun:
            self._machines.tell_progress(place.machine)
        else:
            self._machines.tell(place.machine)

    def _begin(
        self, job: JobFolder, waiting: deque[Task], running: dict[asyncio.Future[bool], tuple[Task, Place]]
    ) -> asyncio.Future[Any]:
        """Begin what has room; returns what is done when there may be more."""
        self._machines.news.clear()
        while waiting and (place := self._machines.take(waiting[0], self._order.node_limit())):
            task = waiting.popleft()
            running[asyncio.create_task(self._run(job, task, place), name=task.key)] = task, place
        self._tell_waiting(is_waiting=bool(waiting) and not running)
        return asyncio.ensure_future(self._machines.news.wait())

    async def _run(self, job: JobFolder, task: Task, place: Place) -> bool:
        """Run one task.

        Returns:
            Whether it is done; else it lost its place and is to be tried again.

        Raises:
            TiepointError: Why it failed.
        """
        try:
            outcome = await self._outcome(job, task, place)
            if outcome is None:
                await self._lost(task, place)
                return False
            if "died" in outcome:
                await self._died(task, place, outcome["died"], outcome.get("log", ""), outcome.get("was_memory", False))
                return False
            if "error" in outcome:
                place.machine.errors += 1
                raise error_from_dict(outcome["error"])
            self._listener.task_finished(self._stage, task.key)
            return True
        finally:
            self._machines.give_back(place)

    async def _outcome(self, job: JobFolder, task: Task, place: Place) -> dict[str, Any] | None:
        """Return what became of a task, None when it lost its place before."""
        run = uuid.uuid4().hex[:12]
        self._runs[run] = task, place
        place.label = _label(task)
        order = {
            "run": run,
            "work": str(job.work),
            "logs": str(job.root / "logs"),
            "task": replace(task, threads=place.threads).to_dict(),
            "gpus": list(place.gpus) if place.machine.report.get("gpus") else None,
        }
        future = self._client.submit(
            run_in_worker,
            order,
            key=f"{task.key}-{run}",
            pure=False,
            workers=[place.worker.address],
            allow_other_workers=False,
            resources={"GPU": task.gpus} if task.gpus else None,
        )
        result = asyncio.ensure_future(_result(future))
        try:
            await asyncio.wait((result, place.lost), return_when=asyncio.FIRST_COMPLETED)
            if result.done() and result.exception() is None:
                return result.result()
            # Dask raises when a worker is gone, a moment before or after we hear of it.
            await asyncio.wait((place.lost,), timeout=_HEARSAY_S)
            return None if place.lost.done() else await result
        finally:
            self._runs.pop(run, None)
            result.cancel()
            await asyncio.wait({result})
            if not result.cancelled():
                result.exception()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self._client.cancel([future], force=True), 2.0)
            future.release()

    async def _lost(self, task: Task, place: Place) -> None:
        """Count what a task lost.

        Raises:
            TiepointError: It was too often.
        """
        if place.lost.result() is Loss.WORKER:
            end = await self._machines.end_of(place.worker.name)
            if end is not None:
                await self._died(task, place, end.status, end.log, end.was_memory)
                return
            # It may hang rather than be gone: two must not do the same task.
            await self._machines.free([place])
        place.machine.retries += 1
        times = self._lost_nodes[task.key] = self._lost_nodes.get(task.key, 0) + 1
        if times > ALLOWED_NODES:
            raise nodes_lost(task.key, place.machine.name, times)
        who = place.machine.name if place.lost.result() is Loss.NODE else f"a worker of {place.machine.name}"
        self._return(task, f"{who} is gone; {task.key} is given to another one")

    async def _died(self, task: Task, place: Place, status: int, log: str, was_memory: bool) -> None:  # noqa: FBT001
        """Count the end of a process that ran a task.

        Raises:
            TiepointError: It needed too much memory, or it was too often.
        """
        name = place.machine.name
        place.machine.errors += 1
        if was_memory:
            raise out_of_memory(self._stage, log, node=name)
        deaths = self._deaths[task.key] = self._deaths.get(task.key, 0) + 1
        if deaths > ALLOWED_FAILURES:
            raise worker_lost(task.key, status, deaths, log)
        place.machine.retries += 1
        self._return(task, f"{name} lost a worker by {signal_name(status)} in {task.key}; the task is tried again")

    def _return(self, task: Task, text: str) -> None:
        self._listener.logged("warning", self._stage, text)
        self._listener.task_returned(self._stage, task.key)

    def _tell_waiting(self, *, is_waiting: bool) -> None:
        """Say once that nobody takes tasks, and once that somebody does again."""
        if is_waiting and not self._is_waiting:
            machines = self._machines.all()
            there = sum(machine.link is not None for machine in machines)
            text = f"no node can take tasks now ({there} of {len(machines)} are there); the job waits"
            self._listener.logged("warning", self._stage, text)
        if is_waiting != self._is_waiting:
            self._listener.nodes_suited(0 if is_waiting else None)
        self._is_waiting = is_waiting

    async def _stop(self, running: Mapping[asyncio.Future[bool], tuple[Task, Place]]) -> None:
        """Free the processors: kill the processes that work for this run, then wait for what waited for them."""
        self._tell_waiting(is_waiting=False)
        places = [place for _, place in running.values()]
        for run in running:
            run.cancel()
        await self._machines.free(places)
        await asyncio.gather(*running, return_exceptions=True)
        for place in places:
            self._machines.give_back(place)  # a run that was cancelled before its first step has not


def _label(task: Task) -> str:
    image = task.options.get("image")
    return image if isinstance(image, str) else task.key.partition("/")[2]


async def _result(future: Any) -> dict[str, Any]:
    outcome: dict[str, Any] = await future
    return outcome
