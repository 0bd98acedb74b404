"""The agent put together: store, jobs, queue, engine and the clients' sessions. One asyncio loop, one thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path

from tiepoint.agent.backend import Backend
from tiepoint.agent.dialogue import AgentDialogue
from tiepoint.agent.job_queue import JobQueue
from tiepoint.agent.jobs import Jobs
from tiepoint.agent.journal import Journal
from tiepoint.agent.methods import AgentMethods
from tiepoint.agent.node.guard_folder import WorkMarker
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.store import JobStore
from tiepoint.daemon.clients import Clients
from tiepoint.daemon.idle import IdleTimer
from tiepoint.daemon.session import Session
from tiepoint.protocol.events import NodeChanged
from tiepoint.runtime.endpoint import AGENT

_log = logging.getLogger(__name__)

_REST_AFTER_S = 60.0
_ENDING_S = 10.0
_LAST_LINES_S = 3.0


class Agent:
    """Serves clients and runs jobs until told to stop or idle for long.

    Args:
        database: File of the jobs.
        backend: The engine.
        idle_s: Ends after so many seconds without clients and jobs; 0 = never.
        work: Shared folder of the cluster; empty = this computer alone.
        run_folder: The guard's, see `node.guard_folder`; empty = there is none.
    """

    def __init__(
        self, database: Path, backend: Backend, *, idle_s: float = 0.0, work: str = "", run_folder: str = ""
    ) -> None:
        self._marker = WorkMarker(run_folder)
        self._stopping: asyncio.Event = asyncio.Event()
        self._stops_when_idle = False
        self._backend = backend
        self._clients = Clients(self._session, lambda: self._exit_timer.touch())
        self._store = JobStore(database)
        if self._store.set_aside is not None:
            _log.error("the database of jobs was broken and is kept as %s", self._store.set_aside)
        self._publisher = Publisher(Journal())
        self._jobs = Jobs(self._store, self._publisher, backend.stages, goes_on=backend.own_queue is not None)
        self._queue = JobQueue(self._jobs, self._publisher, backend, self._work_changed)
        self._methods = AgentMethods(
            self._jobs,
            self._queue,
            backend,
            epoch=self._publisher.journal.epoch,
            stop=self.stop,
            set_aside=str(self._store.set_aside or ""),
            work=work,
        )
        self._exit_timer = IdleTimer(idle_s, self._is_idle, self._stopping.set)
        self._rest_timer = IdleTimer(_REST_AFTER_S, lambda: not self._queue.is_busy, self._rest)
        self._resting: asyncio.Task[None] | None = None

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Listen until stopped, then end everything that was started.

        Args:
            ready: Called once clients can connect.

        Raises:
            OSError: The endpoint cannot be made.
        """
        self._backend.watch_nodes(lambda node: self._publisher.tell(NodeChanged(node)))
        if self._backend.own_queue is not None:
            self._backend.own_queue.watch_foreign(self._jobs.put_foreign, self._jobs.is_ours)
            self._backend.own_queue.watch_woken(self._queue.wake)
        server = None
        try:
            await self._backend.start()
            server = await AGENT.serve(self._clients.serve)
            self._queue.start_next()
            ready()
            await self._stopping.wait()
        finally:
            if server is not None:
                server.close()
                AGENT.remove()
            await self._end()

    def stop(self, when: str = "now") -> None:
        """End soon: "now", or "idle" for after the running job; in the engine's own queue it goes on without us."""
        if when == "idle" and self._queue.is_busy and self._backend.own_queue is None:
            self._stops_when_idle = True
            self._queue.hold()
        else:
            self._stopping.set()

    def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Session:
        return Session(reader, writer, lambda wake: AgentDialogue(self._methods, self._publisher, wake), AGENT.title)

    def _is_idle(self) -> bool:
        return not self._clients.are_there and not self._queue.is_busy

    def _work_changed(self) -> None:
        self._marker.show(is_working=self._queue.is_busy)
        if self._stops_when_idle and not self._queue.is_busy:
            self._stopping.set()
        self._exit_timer.touch()
        self._rest_timer.touch()

    def _rest(self) -> None:
        self._resting = asyncio.get_running_loop().create_task(self._backend.rest(), name="rest")

    async def _end(self) -> None:
        self._exit_timer.cancel()
        await self._queue.close()
        self._rest_timer.cancel()
        if self._resting is not None:
            await asyncio.wait({self._resting}, timeout=_ENDING_S)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._backend.close(), _ENDING_S)
        await self._jobs.logs.close(_LAST_LINES_S)
        self._marker.show(is_working=False)
        self._publisher.close()
        await self._clients.end()
        self._store.close()
