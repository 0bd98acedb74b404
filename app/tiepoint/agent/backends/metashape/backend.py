"""Agisoft's network processing as the agent sees it. The loop's thread.

Each job is a project in its folder and a batch at Agisoft's server, which queues, holds and orders batches itself. The
server's word is the truth: what other tools do to our batches is followed, and theirs are shown as foreign jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tiepoint.agent.backend import NodeReach, NodeSteering, OwnQueue, Recorder, RunListener, RunOrder
from tiepoint.agent.backends.metashape.batch_queue import BatchQueue
from tiepoint.agent.backends.metashape.nodes import Nodes, node_name
from tiepoint.agent.backends.metashape.note import BatchNote
from tiepoint.agent.backends.metashape.plan import STAGES
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.agent.backends.metashape.steering import WorkerReach, WorkerSteering, log_file
from tiepoint.agent.config import AgentConfig
from tiepoint.domain.errors import UsageError
from tiepoint.domain.node import Node
from tiepoint.engine.job_folder import JobFolder
from tiepoint.protocol.hello import Capability, EngineVersion
from tiepoint.protocol.methods import RecordResult, SubmitParams
from tiepoint.runtime import folders

_START_PATIENCE_S: Final = 10.0
_ALWAYS: Final = (
    Capability.PAUSE_JOB,
    Capability.RETRY_JOB,
    Capability.PRIORITY,
    Capability.PAUSE_NODE,
    Capability.QUIT_NODE,
    Capability.LOGS,
    Capability.NODE_LOGS,
    Capability.PATHS,
    Capability.TIMINGS,
    Capability.DELIVERY,
    Capability.ADOPT_JOB,
    Capability.RECORD,
)


class MetashapeBackend:
    """See `agent.backend.Backend`.

    Args:
        config: The agent's settings.
    """

    stages = STAGES

    def __init__(self, config: AgentConfig) -> None:
        self._root = config.metashape.root
        self._server = AgisoftServer(config.metashape, self._looked)
        self._queue = BatchQueue(self._server, folders.data_folder() / "metashape-adopted.json")
        self._server.followed = self._queue.followed
        self._nodes = Nodes(self._queue.job_of, lost=self._queue.worker_lost)
        self._steering = WorkerSteering(self._server, self._nodes)
        self._reach = WorkerReach(lambda: tuple(node.id for node in self._nodes.all()))

    @property
    def own_queue(self) -> OwnQueue | None:
        """Agisoft's server queues batches."""
        return self._queue

    @property
    def steering(self) -> NodeSteering | None:
        """Its workers can be steered."""
        return self._steering

    @property
    def reach(self) -> NodeReach | None:
        """Their logs can be read, their paths not."""
        return self._reach

    @property
    def recorder(self) -> Recorder | None:
        """The child writes down what the server says."""
        return self

    @property
    def engine(self) -> EngineVersion:
        """PhotoScan or Metashape, and its version; of the server where that says it."""
        return EngineVersion(self._server.name, self._server.server_version or self._server.version)

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What this version can do; all of it while nothing is known."""
        batch, worker = self._server.batch_calls, self._server.worker_calls
        some = [Capability.NODE_LIMIT] if batch is None or "limit" in batch else []
        some += [Capability.NODE_CAPABILITY] if worker is None or "gpu_mask" in worker else []
        return tuple(each.value for each in (*_ALWAYS, *some))

    async def start(self) -> None:
        """See `agent.backend.Backend`."""
        await self._server.start(_START_PATIENCE_S)

    def prepare(self, request: SubmitParams, root: Path) -> None:
        """See `agent.backend.Backend`."""
        capture = Path(request.capture)
        if not capture.is_relative_to(self._root):
            raise UsageError(
                f"The capture lies outside {self._root}, which is all that Agisoft's workers see.",
                remedy="Put it below that folder.",
            )
        JobFolder.create(
            root,
            capture_folder=capture,
            name=request.name or capture.name,
            preset=request.preset,
            changes=request.parameters,
        )
        BatchNote(priority=request.priority).write(root)

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        """See `agent.backend.Backend`."""
        await self._queue.run(order, listener)

    def nodes(self) -> tuple[Node, ...]:
        """See `agent.backend.Backend`."""
        return self._nodes.all()

    def node_log(self, node: str) -> Path | None:
        """See `agent.backend.Backend`."""
        return log_file(node) if any(each.id == node for each in self._nodes.all()) else None

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """See `agent.backend.Backend`."""
        self._nodes.told = told

    async def rest(self) -> None:
        """Nothing to give back: the child is small and keeps watch."""

    async def close(self) -> None:
        """See `agent.backend.Backend`."""
        await self._server.close()

    async def record(self, *, on: bool) -> RecordResult:
        """See `agent.backend.Recorder`."""
        earlier = self._server.record_path
        fresh = folders.user_log_file(f"agisoft-{datetime.now(UTC):%Y%m%d-%H%M%S}").with_suffix(".jsonl")
        path = Path(earlier) if earlier else fresh
        await self._server.record(str(path) if on else "")
        found = await asyncio.to_thread(lambda: path.stat().st_size if path.exists() else 0)
        return RecordResult(str(path), on, found)

    def _looked(self) -> None:
        """Tell what the last look changed."""
        server = self._server
        self._nodes.server_version = server.server_version
        self._nodes.update(server.workers.values(), is_silent=server.problem is not None)
        if server.problem is not None:
            return
        self._queue.update()
        for number, log in server.worker_logs.items():
            if number in server.workers:
                with contextlib.suppress(OSError):
                    self._reach.take(node_name(server.workers[number]), log)
