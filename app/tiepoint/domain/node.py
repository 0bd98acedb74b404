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
    """What a node is using right now: `cpu` and `gpu` as shares of all its cores or cards, memory in bytes."""

    cpu: float = 0.0
    memory_bytes: int = 0
    gpu: float | None = None
    gpu_memory_bytes: int | None = None
    disk_bytes_s: float | None = None


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
