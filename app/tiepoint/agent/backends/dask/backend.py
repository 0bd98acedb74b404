"""The open engine as the agent sees it. The loop's thread; nothing heavy is imported before the first job."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from tiepoint import __version__
from tiepoint.agent.backend import NodeReach, NodeSteering, OwnQueue, Recorder, RunListener, RunOrder
from tiepoint.agent.backends.dask.new_jobs import create_job_folder
from tiepoint.agent.backends.dask.sizing import Sizing, sizing_of_this_computer
from tiepoint.agent.user_settings import user_settings
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.node import Node, NodeLoad, NodeState
from tiepoint.domain.stages import OPEN_ENGINE_STAGES
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.pipeline import Executor, run_pipeline
from tiepoint.protocol.hello import Capability, EngineVersion
from tiepoint.protocol.methods import SubmitParams
from tiepoint.runtime import folders
from tiepoint.runtime.folder_calls import in_folder

Pipeline: TypeAlias = Callable[[JobFolder, Executor, RunListener], Awaitable[None]]


class DaskBackend:
    """See `agent.backend.Backend`.

    Args:
        sizing: How many workers, and their memory; None = what this computer carries.
        pipeline: Drives the stages.
        stages: Their names, in order.
    """

    engine = EngineVersion("tiepoint", __version__)
    own_queue: OwnQueue | None = None
    steering: NodeSteering | None = None
    reach: NodeReach | None = None
    recorder: Recorder | None = None
    capabilities = (
        Capability.PAUSE_JOB.value,
        Capability.RETRY_JOB.value,
        Capability.PRIORITY.value,
        Capability.NODE_LIMIT.value,
        Capability.LOGS.value,
        Capability.PATHS.value,
        Capability.TIMINGS.value,
        Capability.DELIVERY.value,
    )

    def __init__(
        self,
        sizing: Sizing | None = None,
        *,
        pipeline: Pipeline = run_pipeline,
        stages: tuple[str, ...] = OPEN_ENGINE_STAGES,
    ) -> None:
        self.stages = stages
        self._size: Callable[[], Sizing] = (lambda: sizing) if sizing else _size_now
        self._sizing = self._size()
        self._pipeline = pipeline
        self._cluster: Any = None
        self._job: str | None = None
        self._stage: str | None = None
        self._told: Callable[[Node], None] = lambda node: None
        self._lock = asyncio.Lock()
        self._starting: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """See `agent.backend.Backend`; the workers of this computer start with the first job."""

    def prepare(self, request: SubmitParams, root: Path) -> None:
        """See `agent.backend.Backend`."""
        create_job_folder(request, root)

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """See `agent.backend.Backend`."""
        from tiepoint.agent.backends.dask.cluster import Listening
        from tiepoint.agent.backends.dask.executor import DaskExecutor

        job = await in_folder(order.root, functools.partial(JobFolder.open, order.root))
        # Cancelled half-way, a starting cluster would be left without an owner: it starts to the end in any case.
        self._starting = asyncio.create_task(self._start_cluster(), name="start cluster")
        await asyncio.shield(self._starting)
        executor = DaskExecutor(self._cluster, order, listener)
        self._cluster.listening = executor
        self._job = order.job
        watch = asyncio.create_task(self._cluster.watch_memory(listener.memory_used), name="memory watch")
        try:
            await self._pipeline(job, executor, listener)
        finally:
            self._job = None
            self._cluster.listening = Listening()
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch
            await self._cluster.end_idle_children()
            self._tell_all()

    def nodes(self) -> tuple[Node, ...]:
        """See `agent.backend.Backend`."""
        return tuple(self._node(f"worker-{number}") for number in range(1, self._sizing.workers + 1))

    def node_log(self, node: str) -> Path | None:
        """See `agent.backend.Backend`."""
        known = {each.id for each in self.nodes()}
        return folders.log_folder() / f"{node}.log" if node in known else None

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """See `agent.backend.Backend`."""
        self._told = told

    async def rest(self) -> None:
        """See `agent.backend.Backend`."""
        async with self._lock:
            if self._cluster is not None and self._job is None:
                await self._cluster.close()

    async def close(self) -> None:
        """See `agent.backend.Backend`."""
        async with self._lock:
            if self._cluster is not None:
                await self._cluster.close()

    async def _start_cluster(self) -> None:
        from tiepoint.agent.backends.dask.cluster import Cluster

        async with self._lock:
            await self._resize()
            self._cluster = self._cluster or Cluster(self._sizing, self._node_changed)
            await self._cluster.start()

    async def _resize(self) -> None:
        """Take the user's limits as they are now: a job that begins finds other workers when they have changed."""
        sizing = await asyncio.to_thread(self._size)
        if sizing == self._sizing:
            return
        gone = self.nodes()[sizing.workers :]
        cluster, self._cluster, self._sizing = self._cluster, None, sizing
        if cluster is not None:
            await cluster.close()
        for node in gone:
            self._told(replace(node, state=NodeState.OFFLINE, load=None))

    def _node_changed(self, node: str) -> None:
        self._told(self._node(node))

    def _tell_all(self) -> None:
        for node in self.nodes():
            self._told(node)

    def _node(self, name: str) -> Node:
        worker = next((each for each in self._cluster.workers if each.node == name), None) if self._cluster else None
        task = self._cluster.task_of(worker.name) if worker is not None else None
        cpu, memory_bytes = self._cluster.load_of(worker) if worker is not None else (0.0, 0)
        return Node(
            id=NodeId(name),
            host=socket.gethostname(),
            state=_state(worker, task),
            job=JobId(self._job) if self._job and task else None,
            stage=task.partition("/")[0] if task else None,
            task=self._cluster.listening.label_of(task) or None if task else None,
            task_progress=self._cluster.share_of(worker.name) if task and worker is not None else None,
            heard=datetime.now(UTC),
            version=__version__,
            cpu_count=1,
            memory_bytes=self._sizing.worker_memory_bytes,
            load=NodeLoad(cpu, memory_bytes),
            errors=worker.deaths if worker is not None else 0,
        )


def _size_now() -> Sizing:
    return sizing_of_this_computer(user_settings())


def _state(worker: Any, task: str | None) -> NodeState:
    """A worker that is not running is started when a job needs it, so it counts as ready."""
    if worker is None or not worker.is_running:
        return NodeState.READY
    if worker.is_ready:
        return NodeState.BUSY if task else NodeState.READY
    return NodeState.FAILED if worker.failed_starts > 1 else NodeState.STARTING
