"""This computer: what it is, how busy it is, and the agent that works on it.

Must not look at the computer itself (`ports.system`). On the loop's thread; whatever blocks runs in a thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tiepoint.domain.computer import LoadSample
from tiepoint.domain.failure import Failure
from tiepoint.ports.scheduler import Scheduler
from tiepoint.ports.system import ComputerFacts, EngineFacts, System
from tiepoint.services.event import Event
from tiepoint.services.monitor import JobMonitor
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
    workers: int | None = None
    worker_memory_bytes: int | None = None


class Computer:
    """This computer; `changed` tells every new `snapshot`.

    Args:
        system: Looks at it.
        scheduler: The scheduler of this computer.
        monitor: Follows that scheduler.
        preferences: The user's limits.
        now: The clock.
        sleep: Waits between two samples; a test gives its own.
    """

    def __init__(
        self,
        system: System,
        scheduler: Scheduler,
        monitor: JobMonitor,
        preferences: Preferences,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.changed: Event[ComputerSnapshot] = Event()
        self._snapshot = ComputerSnapshot(AgentStatus(AgentState.STARTING))

    @property
    def snapshot(self) -> ComputerSnapshot:
        """What is known now."""
        return self._snapshot

    async def refresh(self, *, engine: bool = False) -> ComputerSnapshot:
        """Look again; the page calls it when it shows and every few seconds while it is seen.

        Args:
            engine: Ask the engine, too (starts a child: a second or so); done by itself the first time.
        """
        raise NotImplementedError

    @property
    def load(self) -> tuple[LoadSample, ...]:
        """The samples of the last two minutes, oldest first; empty while nobody listened."""
        raise NotImplementedError

    def watch_load(self, listener: Callable[[LoadSample], None]) -> Callable[[], None]:
        """Hear the load once a second; it is sampled only while somebody listens.

        Returns:
            Call it to stop listening.
        """
        raise NotImplementedError

    async def start_agent(self) -> None:
        """Start the agent; the monitor follows it again.

        Raises:
            AgentUnavailable: It does not come up.
        """
        raise NotImplementedError

    async def stop_agent(self, *, now: bool) -> None:
        """Stop the agent and wait until it has ended.

        Args:
            now: At once: the running job can be resumed later. False: once the running job is over; returns at once.
        """
        raise NotImplementedError
