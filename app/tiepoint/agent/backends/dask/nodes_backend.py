"""The open engine on a cluster as the agent sees it: the same stages, on machines that have joined. Loop's thread."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import NodeReach, NodeSteering, OwnQueue, Recorder, RunListener, RunOrder
from tiepoint.agent.backends.dask.backend import DaskBackend, Pipeline
from tiepoint.agent.backends.dask.machine import Machine
from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.new_jobs import create_job_folder
from tiepoint.agent.backends.dask.node_choices import NodeChoices
from tiepoint.agent.backends.dask.nodes_reach import NodesReach
from tiepoint.agent.backends.dask.nodes_scheduler import NodesScheduler
from tiepoint.agent.backends.dask.nodes_steering import NodesSteering
from tiepoint.agent.config import AgentConfig, TlsFiles
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.node import Node
from tiepoint.domain.stages import OPEN_ENGINE_STAGES
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.pipeline import run_pipeline
from tiepoint.protocol.hello import Capability
from tiepoint.protocol.methods import SubmitParams
from tiepoint.runtime import folders
from tiepoint.runtime.folder_calls import in_folder

_log = logging.getLogger(__name__)

_ENDING_CHILDREN_S: Final = 2.0
_AGAIN_S: Final = 5.0
"""An agent that ends holds the port for a moment."""


class NodesBackend:
    """See `agent.backend.Backend`.

    Args:
        config: What the scheduler's machine was told.
        tls: Its certificate.
        pipeline: Drives the stages.
        stages: Their names, in order.
    """

    engine = DaskBackend.engine
    own_queue: OwnQueue | None = None
    recorder: Recorder | None = None
    capabilities = (
        *DaskBackend.capabilities,
        Capability.PAUSE_NODE.value,
        Capability.QUIT_NODE.value,
        Capability.NODE_CAPABILITY.value,
        Capability.NODE_LOGS.value,
        Capability.NODE_PATHS.value,
    )

    def __init__(
        self,
        config: AgentConfig,
        tls: TlsFiles,
        *,
        pipeline: Pipeline = run_pipeline,
        stages: tuple[str, ...] = OPEN_ENGINE_STAGES,
    ) -> None:
        self.stages = stages
        self._pipeline = pipeline
        self._told: Callable[[Node], None] = lambda node: None
        self._job: str | None = None
        self._running: Any = None
        choices = NodeChoices(folders.data_folder() / "nodes.json")
        self._machines = Machines(config.nodes, choices, config.silent_s, self._machine_changed)
        self._scheduler = NodesScheduler(config.scheduler, tls, self._machines, config.silent_s, self._reported)
        self._lock = asyncio.Lock()
        self._trying: asyncio.Task[None] | None = None
        self.steering: NodeSteering | None = NodesSteering(self._machines, self._seen)
        self.reach: NodeReach | None = NodesReach(self._machines)

    async def start(self) -> None:
        """See `agent.backend.Backend`; a scheduler that cannot listen yet is tried again and again."""
        if not await self._is_listening():
            self._trying = asyncio.create_task(self._try_to_listen(), name="listen for nodes")

    def prepare(self, request: SubmitParams, root: Path) -> None:
        """See `agent.backend.Backend`."""
        create_job_folder(request, root)

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """See `agent.backend.Backend`."""
        job = await in_folder(order.root, functools.partial(JobFolder.open, order.root))
        await self._listen()
        from tiepoint.agent.backends.dask.nodes_executor import NodesExecutor

        executor = NodesExecutor(self._scheduler.client, self._machines, order, listener)
        self._job, self._running = order.job, executor
        try:
            await self._pipeline(job, executor, listener)
        finally:
            self._job, self._running = None, None
            await self._end_idle_children()
            for machine in self._machines.all():
                self._machine_changed(machine)

    def nodes(self) -> tuple[Node, ...]:
        """See `agent.backend.Backend`."""
        return tuple(self._seen(machine) for machine in self._machines.all())

    def node_log(self, node: str) -> Path | None:
        """See `agent.backend.Backend`; nodes' logs lie on their own machines, `reach` has them."""
        del node
        return None

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """See `agent.backend.Backend`."""
        self._told = told

    async def rest(self) -> None:
        """See `agent.backend.Backend`; a machine of a cluster has nothing else to do."""

    async def close(self) -> None:
        """See `agent.backend.Backend`."""
        if self._trying is not None:
            self._trying.cancel()
            await asyncio.wait({self._trying})
        async with self._lock:
            await self._scheduler.close()

    async def _is_listening(self) -> bool:
        try:
            await self._listen()
        except TiepointError as error:
            _log.error("%s %s (%s)", error.summary, error.remedy, error.detail)
            return False
        return True

    async def _try_to_listen(self) -> None:
        while True:
            await asyncio.sleep(_AGAIN_S)
            if await self._is_listening():
                return

    async def _listen(self) -> None:
        async with self._lock:
            if self._scheduler.client is None:
                await self._scheduler.start()

    async def _end_idle_children(self) -> None:
        """End the stage children that workers keep for a next task: their memory is wanted no more."""
        from tiepoint.agent.backends.dask.worker import end_idle_child

        addresses = [worker.address for machine in self._machines.all() for worker in machine.workers.values()]
        if not addresses or self._scheduler.client is None:
            return
        with contextlib.suppress(TimeoutError, OSError, asyncio.CancelledError):
            work = self._scheduler.client.run(end_idle_child, workers=addresses, on_error="ignore")
            await asyncio.wait_for(work, _ENDING_CHILDREN_S)

    def _reported(self, message: dict[str, Any]) -> None:
        if self._running is not None:
            self._running.reported(message)

    def _machine_changed(self, machine: Machine) -> None:
        self._told(self._seen(machine))

    def _seen(self, machine: Machine) -> Node:
        return machine.seen(self._job)
