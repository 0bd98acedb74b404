"""This computer as a cluster: what the Cluster page shows of it, and the little it does. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.computer import LoadSample
from tiepoint.domain.job import JobState
from tiepoint.domain.space import size_text
from tiepoint.services.computer import AgentState, ComputerSnapshot
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr, tr_count

_COALESCED_MS: Final = 100
_LOOKED_AT_MS: Final = 5000
_UNKNOWN: Final = "—"
_PILLS: Final = {
    AgentState.STARTING: ("starting", "Starting"),
    AgentState.RUNNING: ("ready", "Running"),
    AgentState.STOPPING: ("leaving", "Stopping"),
    AgentState.STOPPED: ("offline", "Stopped"),
    AgentState.UNREACHABLE: ("lost", "Connection lost"),
}


@dataclass(frozen=True, slots=True)
class ClusterView:
    """What is shown; every text is ready for people.

    Args:
        pill: State of `theme.states` and the words for it.
        doing: What the cluster does now, one line.
        problem: What is wrong with it, and what to do; empty = nothing.
        system: Operating system and processor.
        cores: Logical cores.
        memory_bytes: All memory; 0 = not known yet.
        disk_free_bytes: Free where captures are; None = not known yet.
        disk_floor_bytes: A job stops before less is free.
        workers: How many worker processes a job uses.
        worker_memory: Most memory of each.
        agent: Facts about the agent.
        has_log: Whether it is known where its log lies.
        libraries: The engine and its libraries, each with its version.
        engine_note: One line about the engine.
        is_stoppable: Whether the agent can be stopped now.
        is_startable: Whether it can be started now.
        unfinished: How many jobs run or wait.
    """

    pill: tuple[str, str]
    doing: str
    problem: str
    system: str
    cores: str
    memory_bytes: int
    disk_free_bytes: int | None
    disk_floor_bytes: int
    workers: str
    worker_memory: str
    agent: tuple[tuple[str, str], ...]
    has_log: bool
    libraries: tuple[tuple[str, str], ...]
    engine_note: str
    is_stoppable: bool
    is_startable: bool
    unfinished: int


class ClusterModel(QObject):
    """Follows this computer; `view` and `load` are what is shown.

    Signals:
        changed(): `view` is new; at most ten times a second.
        load_changed(): There is a new sample; once a second while the page is seen.

    Args:
        program: The services.
        background: Starts what takes a while.
    """

    changed = Signal()
    load_changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._view = self._made()
        self._soon = QTimer(self, singleShot=True, interval=_COALESCED_MS)
        self._soon.timeout.connect(self._update)
        self._look = QTimer(self, interval=_LOOKED_AT_MS)
        self._look.timeout.connect(self.refresh)
        self._stop_load: Callable[[], None] | None = None
        self._offs = [
            program.computer.changed.subscribe(self._touch),
            program.monitor.changed.subscribe(self._touch),
        ]

    @property
    def view(self) -> ClusterView:
        """What is shown now."""
        return self._view

    @property
    def load(self) -> tuple[LoadSample, ...]:
        """The last two minutes, a sample a second."""
        return self._program.computer.load

    def set_seen(self, is_seen: bool) -> None:
        """Look at the computer while somebody looks at the page, and only then."""
        if is_seen and self._stop_load is None:
            self._stop_load = self._program.computer.watch_load(lambda _sample: self.load_changed.emit())
            self._look.start()
            self.refresh()
        elif not is_seen and self._stop_load is not None:
            self._look.stop()
            self._stop_load()
            self._stop_load = None

    def shut(self) -> None:
        """Follow nothing any more."""
        self.set_seen(False)
        for off in self._offs:
            off()

    def refresh(self) -> None:
        """Look at cores, memory and disk again."""
        self._background.start(self._program.computer.refresh(), on_failure=lambda _failure: None)

    def start_agent(self) -> None:
        """Start the agent; a failure is told."""
        self._background.start(self._program.computer.start_agent())

    def stop_agent(self, *, now: bool) -> None:
        """Stop the agent: now, resumable, or after the running job; a failure is told."""
        self._background.start(self._program.computer.stop_agent(now=now))

    def _touch(self, _told: object) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _update(self) -> None:
        view = self._made()
        if view != self._view:
            self._view = view
            self.changed.emit()

    def _made(self) -> ClusterView:
        return cluster_view(self._program.computer.snapshot, self._program.monitor.snapshot, self._program.version)


def cluster_view(computer: ComputerSnapshot, monitor: MonitorSnapshot, version: str) -> ClusterView:
    """Put what is known of this computer into words."""
    agent, facts = computer.agent, computer.facts
    state, word = _PILLS[agent.state]
    memory_each = computer.worker_memory_bytes
    return ClusterView(
        pill=(state, tr("Cluster", word)),
        doing=_doing(agent.state, monitor),
        problem=_problem(computer),
        system=f"{plain(facts.system)}, {plain(facts.machine)}" if facts else "",
        cores=str(facts.cpu_count) if facts else _UNKNOWN,
        memory_bytes=facts.memory_bytes if facts else 0,
        disk_free_bytes=computer.disk_free_bytes,
        disk_floor_bytes=computer.disk_floor_bytes,
        workers=_UNKNOWN if computer.workers is None else str(computer.workers),
        worker_memory="" if not memory_each else tr("Cluster", "up to {size} each", size=size_text(memory_each)),
        agent=_agent_facts(computer, version),
        has_log=bool(agent.log_path),
        libraries=_libraries(computer, monitor),
        engine_note=_engine_note(computer),
        is_stoppable=agent.state in {AgentState.RUNNING, AgentState.STOPPING},
        is_startable=agent.state is AgentState.STOPPED,
        unfinished=len(monitor.unfinished),
    )


def _doing(state: AgentState, monitor: MonitorSnapshot) -> str:
    running = sum(job.state is JobState.RUNNING for job in monitor.unfinished)
    waiting = len(monitor.unfinished) - running
    if state is AgentState.STOPPED:
        return tr("Cluster", "Jobs wait until it is started")
    if state is AgentState.STARTING:
        return tr("Cluster", "The agent, which runs the jobs, is starting")
    if state is AgentState.STOPPING:
        return tr("Cluster", "Stops when the running jobs are over; no new one begins")
    if state is AgentState.UNREACHABLE:
        return _unheard(monitor)
    if not monitor.unfinished:
        return tr("Cluster", "Idle, ready for a job")
    parts = [tr_count("Cluster", "1 job running", "{count} jobs running", running) if running else ""]
    parts.append(tr("Cluster", "{count} waiting", count=waiting) if waiting else "")
    return ", ".join(part for part in parts if part)


def _unheard(monitor: MonitorSnapshot) -> str:
    heard = monitor.link.heard
    if heard is None:
        return tr("Cluster", "Never heard; it is tried again all the time")
    time = f"{heard.astimezone():%H:%M}"
    return tr("Cluster", "Last heard at {time}; the jobs may run on", time=time)


def _problem(computer: ComputerSnapshot) -> str:
    failure = computer.agent.problem or computer.engine_problem
    return "" if failure is None else plain(f"{failure.summary} {failure.remedy}".strip())


def _agent_facts(computer: ComputerSnapshot, version: str) -> tuple[tuple[str, str], ...]:
    agent = computer.agent
    return (
        (tr("Cluster", "Version"), plain(agent.version) or _UNKNOWN),
        (tr("Cluster", "Process"), _UNKNOWN if agent.pid is None else str(agent.pid)),
        (tr("Cluster", "This window"), plain(version)),
        (tr("Cluster", "Log"), plain(agent.log_path or "") or _UNKNOWN),
    )


def _libraries(computer: ComputerSnapshot, monitor: MonitorSnapshot) -> tuple[tuple[str, str], ...]:
    engine = monitor.agent.engine if monitor.agent is not None else None
    head = ((plain(engine.name), plain(engine.version)),) if engine is not None else ()
    if computer.engine is None:
        return head
    return (*head, *((plain(name), plain(version)) for name, version in computer.engine.versions.items()))


def _engine_note(computer: ComputerSnapshot) -> str:
    if computer.engine_problem is not None:
        return plain(computer.engine_problem.summary)
    if computer.engine is None:
        return tr("Cluster", "Asking the engine for its versions")
    if computer.engine.is_warm:
        return tr("Cluster", "Compiled and ready")
    if computer.is_warming:
        return tr("Cluster", "Being compiled for this computer, in the background")
    return tr("Cluster", "The first job compiles it, half a minute once")
