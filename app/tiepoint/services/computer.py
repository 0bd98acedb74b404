"""This computer: what it is, how busy it is, and the agent that works on it.

Must not look at the computer itself (`ports.system`). On the loop's thread; whatever blocks runs in a thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.computer import LoadSample
from tiepoint.domain.errors import OperationFailed, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.link import LinkState
from tiepoint.domain.node import NodeState
from tiepoint.ports.scheduler import Scheduler
from tiepoint.ports.system import ComputerFacts, EngineFacts, System
from tiepoint.services.event import Event
from tiepoint.services.monitor import JobMonitor, MonitorSnapshot
from tiepoint.services.preferences import Preferences


class AgentState(StrEnum):
    """How the agent of this computer is."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    """It ends by itself once the running job is over, or is just ending."""
    STOPPED = "stopped"
    UNREACHABLE = "unreachable"
    """It should run and does not answer; it is tried again all the time."""


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """The agent.

    Args:
        state: See `AgentState`.
        version: Its version, empty when unknown.
        pid: Its process, None when unknown.
        log_path: Its log.
        problem: Why it cannot be reached.
    """

    state: AgentState
    version: str = ""
    pid: int | None = None
    log_path: str | None = None
    problem: Failure | None = None


@dataclass(frozen=True, slots=True)
class ComputerSnapshot:
    """This computer at one moment; what is not known yet is None.

    Args:
        facts: Interpreter, system, cores, memory.
        captures_folder: Where captures and their jobs are kept.
        disk_free_bytes: Bytes free there.
        disk_floor_bytes: A job stops before less than this is free.
        engine: Versions of the engine's libraries, and whether its code is compiled.
        engine_problem: Why the engine cannot be started.
        is_warming: Whether the engine's code is being compiled in the background.
        workers: How many worker processes a job uses.
        worker_memory_bytes: Most memory of one worker.
        agent: The agent.
    """

    agent: AgentStatus
    facts: ComputerFacts | None = None
    captures_folder: Path | None = None
    disk_free_bytes: int | None = None
    disk_floor_bytes: int = 0
    engine: EngineFacts | None = None
    engine_problem: Failure | None = None
    is_warming: bool = False
    workers: int | None = None
    worker_memory_bytes: int | None = None


_log = logging.getLogger(__name__)
_PERIOD_S: Final = 1.0
_KEPT_SAMPLES: Final = 120
_ENDING_S: Final = 20.0
_ENDING_PERIOD_S: Final = 0.1
_STATES: Final = {
    LinkState.CONNECTING: AgentState.STARTING,
    LinkState.CONNECTED: AgentState.RUNNING,
    LinkState.LOST: AgentState.UNREACHABLE,
    LinkState.STOPPED: AgentState.STOPPED,
}


class Computer:
    """This computer; `changed` tells every new `snapshot`.

    Args:
        system: Looks at it.
        scheduler: The scheduler of this computer.
        monitor: Follows that scheduler.
        preferences: The user's limits.
        sleep: Waits between two samples; a test gives its own.
    """

    def __init__(
        self,
        system: System,
        scheduler: Scheduler,
        monitor: JobMonitor,
        preferences: Preferences,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.changed: Event[ComputerSnapshot] = Event()
        self._system = system
        self._scheduler = scheduler
        self._monitor = monitor
        self._preferences = preferences
        self._sleep = sleep
        floor_bytes = preferences.settings.disk_floor_bytes
        self._snapshot = ComputerSnapshot(AgentStatus(AgentState.STARTING), disk_floor_bytes=floor_bytes)
        self._load_changed: Event[LoadSample] = Event()
        self._listeners = 0
        self._samples: deque[LoadSample] = deque(maxlen=_KEPT_SAMPLES)
        self._sampling: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None
        monitor.changed.subscribe(self._on_monitor_changed)
        preferences.changed.subscribe(lambda settings: self._replace(disk_floor_bytes=settings.disk_floor_bytes))

    @property
    def snapshot(self) -> ComputerSnapshot:
        """What is known now."""
        return self._snapshot

    async def refresh(self, *, engine: bool = False) -> ComputerSnapshot:
        """Look again; the page calls it when it shows and every few seconds while it is seen.

        Args:
            engine: Ask the engine, too (starts a child: a second or so); done by itself the first time.
        """
        facts = await asyncio.to_thread(self._system.computer)
        captures = (await asyncio.to_thread(self._system.folders)).get("captures")
        self._replace(
            facts=facts,
            captures_folder=captures.path if captures else None,
            # Of a folder that cannot be used nothing is known; making a capture in it says why.
            disk_free_bytes=captures.free_bytes if captures and not captures.problem else None,
        )
        if engine or (self._snapshot.engine is None and self._snapshot.engine_problem is None):
            await self._ask_engine()
        return self._snapshot

    async def warm_engine(self) -> None:
        """Have the engine's code compiled where no set-up did, so that the first job need not wait for it.

        Installers and wheels leave it to the first start; from source, set-up has done it.
        """
        if self._snapshot.is_warming or await asyncio.to_thread(self._system.is_engine_warm):
            return
        self._replace(is_warming=True)
        try:
            await self._ask_engine()
            if self._snapshot.engine is not None and not self._snapshot.engine.is_warm:
                await self._system.warm_engine()
                await self._ask_engine()
        except TiepointError as error:
            _log.warning("the engine's code could not be compiled ahead; the first job does it: %s", error)
        finally:
            self._replace(is_warming=False)

    @property
    def load(self) -> tuple[LoadSample, ...]:
        """The samples of the last two minutes, oldest first; empty while nobody listened."""
        return tuple(self._samples)

    def watch_load(self, listener: Callable[[LoadSample], None]) -> Callable[[], None]:
        """Hear the load once a second; it is sampled only while somebody listens.

        Returns:
            Call it to stop listening.
        """
        unsubscribe = self._load_changed.subscribe(listener)
        self._listeners += 1
        if self._sampling is None:
            self._samples.clear()
            self._sampling = asyncio.get_running_loop().create_task(self._sample(), name="load of this computer")
        is_listening = True

        def stop() -> None:
            nonlocal is_listening
            unsubscribe()
            self._listeners -= 1 if is_listening else 0
            is_listening = False
            if self._listeners == 0 and self._sampling is not None:
                self._sampling.cancel()
                self._sampling = None

        return stop

    async def start_agent(self) -> None:
        """Start the agent; the monitor follows it again.

        Raises:
            AgentUnavailable: It does not come up.
        """
        self._monitor.release()
        await self._scheduler.hello()

    async def stop_agent(self, *, now: bool) -> None:
        """Stop the agent and wait until it has ended.

        Args:
            now: At once: the running job can be resumed later. False: once the running job is over; returns at once.

        Raises:
            OperationFailed: It does not end.
            TiepointError: It cannot be told.
        """
        if not self._monitor.is_up():
            await self._monitor.hold()
            return
        if not now:
            self._monitor.expect_end()
            await self._scheduler.stop(now=False)
            self._replace_agent()
            return
        pid = (await self._scheduler.diagnostics()).pid
        await self._monitor.hold()
        await self._scheduler.stop(now=True)
        await self._ended(pid)

    async def stop(self) -> None:
        """Look no more at anything (the agent is not affected)."""
        for task in (self._sampling, self._asking):
            if task is not None:
                task.cancel()
                await asyncio.wait([task])
        self._sampling = self._asking = None

    async def _ask_engine(self) -> None:
        try:
            self._replace(engine=await self._system.engine(), engine_problem=None)
        except TiepointError as error:
            self._replace(engine_problem=Failure.of(error))

    async def _sample(self) -> None:
        await self._system.load(self._snapshot.agent.pid)
        while True:
            await self._sleep(_PERIOD_S)
            sample = await self._system.load(self._snapshot.agent.pid)
            self._samples.append(sample)
            self._load_changed.emit(sample)

    async def _ended(self, pid: int | None) -> None:
        """Wait for the end of the agent's process; it has its workers to end first."""
        for _ in range(round(_ENDING_S / _ENDING_PERIOD_S)):
            if pid is None or not self._system.has_process(pid):
                return
            await self._sleep(_ENDING_PERIOD_S)
        raise OperationFailed(
            "The agent was told to stop and still runs.",
            remedy="Wait a moment and look again; its log says what it does.",
            retryable=True,
        )

    def _on_monitor_changed(self, snapshot: MonitorSnapshot) -> None:
        state = self._agent_state(snapshot)
        agent, nodes = self._snapshot.agent, snapshot.nodes
        workers = len([node for node in nodes if node.state is not NodeState.OFFLINE]) or None
        memory_bytes = nodes[0].memory_bytes if nodes else None
        if (workers, memory_bytes) != (self._snapshot.workers, self._snapshot.worker_memory_bytes):
            self._replace(workers=workers, worker_memory_bytes=memory_bytes)
        if state is not agent.state or snapshot.link.problem != agent.problem:
            self._replace_agent()
            if state is AgentState.RUNNING and (self._asking is None or self._asking.done()):
                self._asking = asyncio.get_running_loop().create_task(self._ask_agent(), name="facts of the agent")

    async def _ask_agent(self) -> None:
        try:
            facts = await self._scheduler.diagnostics()
        except TiepointError:
            return
        agent = dataclasses.replace(self._snapshot.agent, pid=facts.pid, log_path=facts.log_path)
        self._replace(agent=agent)

    def _replace_agent(self) -> None:
        told = self._monitor.snapshot
        state = self._agent_state(told)
        is_there = state in (AgentState.RUNNING, AgentState.STOPPING)
        self._replace(
            agent=dataclasses.replace(
                self._snapshot.agent,
                state=state,
                version=told.agent.agent if told.agent else "",
                pid=self._snapshot.agent.pid if is_there else None,
                problem=told.link.problem,
            )
        )

    def _agent_state(self, snapshot: MonitorSnapshot) -> AgentState:
        if snapshot.link.is_up and self._monitor.is_end_expected:
            return AgentState.STOPPING
        return _STATES[snapshot.link.state]

    def _replace(self, **changes: Any) -> None:
        snapshot = dataclasses.replace(self._snapshot, **changes)
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self.changed.emit(snapshot)
