"""Nodes: the computers, or processes of this computer, that do a job's tasks.

Must not know how they are reached. Sizes in bytes, shares 0 to 1, times aware datetimes in UTC. Any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tiepoint.domain.identifiers import JobId, NodeId


class NodeState(StrEnum):
    """Where a node is in its life."""

    OFFLINE = "offline"
    STARTING = "starting"
    READY = "ready"
    BUSY = "busy"
    PAUSED = "paused"
    LEAVING = "leaving"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class NodeLoad:
    """What a node is using right now: `cpu` and `gpu` as shares of all its cores or cards, memory in bytes.

    `disk_bytes_s` of its own disks, `work_bytes_s` of the shared file system, both read and written together.
    """

    cpu: float = 0.0
    memory_bytes: int = 0
    gpu: float | None = None
    gpu_memory_bytes: int | None = None
    disk_bytes_s: float | None = None
    work_bytes_s: float | None = None


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics card of a node."""

    name: str
    memory_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One node as the scheduler sees it.

    Args:
        id: Unique while the node lives.
        host: Name of the computer.
        state: See `NodeState`.
        job: Job it works on, None when idle.
        stage: Stage it works on, None when idle.
        task: What of the stage it works on, for people: a photo's name or a number; None when idle.
        task_progress: Share 0 to 1 of its running task, None when unknown.
        heard: When it was last heard of.
        version: Version of its engine.
        cpu_count: Logical cores it may use.
        memory_bytes: Memory it may use.
        gpus: Graphics cards it may use.
        load: What it uses now, None when unknown.
        errors: Tasks that failed on it since it joined.
        power: Power state on a cluster (`deallocated`, ...), None where it means nothing.
        task_since: When its running task began; None = none runs, or unknown.
        last_line: When its task last said something: progress or a line of log.
        capability: What its tasks may use, in Metashape's words: `any`, `cpu` or `gpu`; empty = it cannot be set.
        gpu_mask: Bit mask of the graphics cards in use, 1 = the first; None = it cannot be set.
        cpu_enabled: Whether the processor computes beside graphics cards; None = it cannot be set.
        notice: One sentence for people: evicted at 14:07, paused since it joined; empty = nothing.
        retries: Tasks that came back from it and were given to another.
    """

    id: NodeId
    host: str
    state: NodeState
    job: JobId | None = None
    stage: str | None = None
    task_progress: float | None = None
    heard: datetime | None = None
    version: str = ""
    cpu_count: int = 0
    memory_bytes: int = 0
    gpus: tuple[Gpu, ...] = ()
    load: NodeLoad | None = None
    errors: int = 0
    power: str | None = None
    task: str | None = None
    task_since: datetime | None = None
    last_line: datetime | None = None
    capability: str = ""
    gpu_mask: int | None = None
    cpu_enabled: bool | None = None
    notice: str = ""
    retries: int = 0
