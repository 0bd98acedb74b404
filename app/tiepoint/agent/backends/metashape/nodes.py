"""Agisoft's workers as nodes, and which of them could take a task. Pure; any thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from tiepoint.agent.backends.metashape.facts import BatchFacts, TaskFacts, WorkerFacts
from tiepoint.agent.backends.metashape.plan import stage_of
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.node import Gpu, Node, NodeLoad, NodeState

_TELL_AGAIN_S: Final = 5.0
_JOINED_PAUSED: Final = "Paused since it joined, as new workers are: release it to let it work."
_OTHER_VERSION: Final = "Its version {} is not the server's, {}: it gets no work."
_SILENT: Final = "Agisoft's server does not answer; this is what was known of it last."


@dataclass(slots=True)
class _Known:
    """What was seen of one worker over time."""

    task: tuple[int, str] = (0, "")
    task_since: datetime | None = None
    last_line: datetime | None = None
    share: float | None = None
    was_released: bool = False
    heard: datetime | None = None
    mask: int = 0
    retries: int = 0
    told: Node | None = None
    connected: float = 0.0


@dataclass(slots=True)
class Nodes:
    """Keeps the nodes as they were told last.

    Args:
        job_of: Job of a batch's number, None when there is none.
        told: Called with every node that changed.
        lost: Called with the batch a worker worked on when it went, and its host.
    """

    job_of: Callable[[int], str | None]
    told: Callable[[Node], None] = lambda node: None
    lost: Callable[[int, str], None] = lambda batch, host: None
    server_version: str = ""
    _known: dict[int, _Known] = field(default_factory=dict)
    _nodes: dict[str, Node] = field(default_factory=dict)

    def all(self) -> tuple[Node, ...]:
        """Return the nodes as they are now."""
        return tuple(self._nodes.values())

    def steered(self, worker: int) -> None:
        """Remember that somebody decided whether this worker works."""
        if worker in self._known:
            self._known[worker].was_released = True

    def update(self, workers: Iterable[WorkerFacts], *, is_silent: bool = False) -> None:
        """Take in what the workers are now.

        Args:
            workers: All of them, as known last.
            is_silent: The server does not answer.
        """
        now = datetime.now(UTC)
        found = {node_name(worker): worker for worker in without_ghosts(workers)}
        online = {worker.id for worker in found.values() if worker.is_online}
        for number, known in self._known.items():
            if known.task[0] and number not in online and not is_silent:
                known.retries += 1
                self.lost(known.task[0], known.told.host if known.told else "")
                known.task = (0, "")
        for name, worker in found.items():
            node = self._node(name, worker, now, is_silent=is_silent)
            self._nodes[name] = node
            self._tell(worker.id, node, now)
        for name in [name for name in self._nodes if name not in found]:
            gone = replace(self._nodes.pop(name), state=NodeState.OFFLINE, job=None, stage=None, load=None, notice="")
            self.told(gone)

    def _node(self, name: str, worker: WorkerFacts, now: datetime, *, is_silent: bool) -> Node:
        known = self._known.setdefault(worker.id, _Known(connected=worker.connected))
        if known.connected != worker.connected:
            # It joined anew; a server that was restarted gives its numbers again.
            known = self._known[worker.id] = _Known(told=known.told, connected=worker.connected)
        if not worker.is_paused:
            known.was_released = True
        if worker.is_online and not is_silent:
            known.heard = now
        task = (worker.batch, worker.task) if worker.batch else (0, "")
        if task != known.task:
            known.task, known.task_since = task, now if worker.batch else None
            known.last_line = known.task_since
        if worker.share != known.share:
            known.share, known.last_line = worker.share, now
        known.mask |= worker.gpu_mask or 0
        job = self.job_of(worker.batch) if worker.batch else None
        return Node(
            id=NodeId(name),
            host=worker.host,
            state=_state(worker),
            job=JobId(job) if job else None,
            stage=stage_of(worker.task) if worker.batch and worker.task else None,
            task=worker.task or None,
            task_progress=worker.share if worker.batch else None,
            task_since=known.task_since,
            last_line=known.last_line,
            heard=known.heard,
            version=worker.version,
            memory_bytes=worker.memory_bytes,
            gpus=tuple(Gpu(f"GPU {number}") for number in range(known.mask.bit_length())),
            load=NodeLoad(worker.cpu or 0.0, worker.ram_bytes or 0)
            if worker.is_online and worker.cpu is not None
            else None,
            errors=worker.errors,
            retries=known.retries,
            capability=worker.capability,
            gpu_mask=worker.gpu_mask,
            cpu_enabled=worker.cpu_enabled,
            notice=_SILENT if is_silent else self._notice(worker, known),
        )

    def _notice(self, worker: WorkerFacts, known: _Known) -> str:
        if not worker.is_online:
            return ""
        if self.server_version and worker.version and worker.version != self.server_version:
            return _OTHER_VERSION.format(worker.version, self.server_version)
        if worker.is_paused and not known.was_released:
            return _JOINED_PAUSED
        return worker.error[:200] if worker.error and not worker.batch else ""

    def _tell(self, worker: int, node: Node, now: datetime) -> None:
        known = self._known[worker]
        told = known.told
        is_same = told is not None and replace(told, heard=node.heard) == node
        is_fresh = told is not None and (
            told.heard == node.heard or (told.heard is not None and (now - told.heard).total_seconds() < _TELL_AGAIN_S)
        )
        if not (is_same and is_fresh):
            known.told = node
            self.told(node)


def node_name(worker: WorkerFacts) -> str:
    """Return the id of a worker's node."""
    return f"{worker.host}-{worker.id}"


def without_ghosts(workers: Iterable[WorkerFacts]) -> list[WorkerFacts]:
    """Leave out workers that went and came back under another number."""
    listed = list(workers)
    online = Counter((worker.host, worker.uuid) for worker in listed if worker.is_online)
    return [worker for worker in listed if worker.is_online or not online[worker.host, worker.uuid]]


def suiting(batch: BatchFacts, workers: Sequence[WorkerFacts], server_version: str) -> tuple[int | None, str]:
    """Count the workers that could take a batch's next task.

    Returns:
        How many, None when there is no next task; and, when there is none, a sentence that says why.
    """
    task = next((task for task in batch.tasks if task.counts.completed < task.counts.total), None)
    if task is None:
        return None, ""
    reasons: Counter[str] = Counter()
    count = 0
    listed = without_ghosts(workers)
    for worker in listed:
        reason = _unfit(worker, task, batch.version or server_version)
        count += not reason
        reasons[reason] += 1
    if count:
        return count, ""
    why = ", ".join(f"{number} {reason}" for reason, number in reasons.most_common()) or "none has joined"
    return 0, f"0 of {len(listed)} workers suit {task.name}: {why}."


def _unfit(worker: WorkerFacts, task: TaskFacts, version: str) -> str:
    if not worker.is_online:
        return "offline"
    if worker.is_paused:
        return "paused"
    if version and worker.version and worker.version != version:
        return "of another version"
    if task.supports_gpu is True and worker.capability == "cpu":
        return "for the processor only"
    if task.supports_gpu is False and worker.capability == "gpu":
        return "for graphics cards only"
    return ""


def _state(worker: WorkerFacts) -> NodeState:
    if not worker.is_online:
        return NodeState.OFFLINE
    if worker.batch:
        return NodeState.LEAVING if worker.is_paused else NodeState.BUSY
    return NodeState.PAUSED if worker.is_paused else NodeState.READY
