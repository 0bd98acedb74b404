"""What Agisoft's server tells of batches and workers, in one shape for all its versions. Pure; any thread.

Keys, states and scales changed from PhotoScan 1.4 to Metashape 2.3: nothing is taken for granted, and what cannot be
read is unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.domain.job import TaskCounts

CAPABILITIES: Final = {1: "cpu", 2: "gpu", 3: "any"}
_LARGEST: Final = 2.0**63
"""Whole numbers from here on are none that a message of ours can hold."""
_NAMED: Final = {"cpu": "cpu", "gpu": "gpu", "any": "any", "all": "any"}


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """One task of a batch; `share` is 0 to 1, None = unknown; `supports_gpu` None = unknown."""

    name: str
    state: str = ""
    share: float | None = None
    counts: TaskCounts = TaskCounts(waiting=1)
    supports_gpu: bool | None = None
    spent_s: float = 0.0
    log: str = ""


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One batch; `tasks` is empty where only the list was asked for."""

    id: int
    path: str = ""
    uuid: str = ""
    state: str = ""
    is_paused: bool = False
    priority: int = 0
    node_limit: int = 0
    version: str = ""
    started: datetime | None = None
    finished: datetime | None = None
    current: TaskFacts | None = None
    tasks: tuple[TaskFacts, ...] = ()
    error: str = ""
    error_worker: int = 0
    error_time: float = 0.0


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """One worker; None = this version does not say."""

    id: int
    host: str = ""
    uuid: str = ""
    version: str = ""
    is_online: bool = True
    is_paused: bool = False
    capability: str = ""
    memory_bytes: int = 0
    gpu_mask: int | None = None
    cpu_enabled: bool | None = None
    batch: int = 0
    task: str = ""
    share: float | None = None
    errors: int = 0
    error: str = ""
    connected: float = 0.0
    disconnected: float = 0.0
    cpu: float | None = None
    ram_bytes: int | None = None
    log: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Scale:
    """Whether this version tells progress in percent or as a share; not known until something gives it away."""

    is_percent: bool | None = None

    def share(self, value: Any, *, is_whole: bool = False) -> float | None:
        """Return a share 0 to 1; None = unknown.

        Args:
            value: As it was told.
            is_whole: What it is about is complete.
        """
        told = _number(value)
        if told is None or told < 0:
            return None
        if told > 1:
            self.is_percent = True
        elif told == 1 and is_whole and self.is_percent is None:
            self.is_percent = False
        if told == 0 or is_whole:
            return 1.0 if is_whole else 0.0
        if self.is_percent is None:
            return None
        return min(told / 100 if self.is_percent else told, 1.0)


def read_batch(raw: Mapping[str, Any], scale: Scale) -> BatchFacts | None:
    """Read a batch, from the list or all of it; None when it has no number."""
    number = _first_int(raw, "batch_id", "id")
    if not number:
        return None
    state = _state(raw)
    tasks = raw.get("tasks")
    current = raw.get("task")
    return BatchFacts(
        id=number,
        path=_text(raw.get("path")),
        uuid=_text(raw.get("uuid")),
        state=state,
        is_paused=bool(raw.get("paused")) or state == "paused",
        priority=_first_int(raw, "priority") or 0,
        node_limit=_first_int(raw, "worker_limit", "node_limit") or 0,
        version=_text(raw.get("worker_version") or raw.get("node_version")),
        started=_moment(raw.get("time_started")),
        finished=_moment(raw.get("time_finished")),
        current=read_task(current, scale) if isinstance(current, Mapping) else None,
        tasks=tuple(read_task(task, scale) for task in tasks if isinstance(task, Mapping))
        if isinstance(tasks, list)
        else (),
        error=_text(raw.get("error_message")),
        error_worker=_first_int(raw, "error_worker_id", "error_node_id") or 0,
        error_time=_number(raw.get("error_time")) or 0.0,
    )


def read_task(raw: Mapping[str, Any], scale: Scale) -> TaskFacts:
    """Read a task of a batch."""
    inner = raw.get("task")
    named = inner if isinstance(inner, Mapping) else raw
    state = _state(raw)
    supports_gpu = named.get("supports_gpu")
    return TaskFacts(
        name=_text(named.get("name")),
        state=state,
        share=scale.share(raw.get("progress"), is_whole=state == "completed"),
        counts=_counts(raw, state),
        supports_gpu=supports_gpu if isinstance(supports_gpu, bool) else None,
        spent_s=_number(raw.get("processing_time")) or 0.0,
        log=_text(raw.get("log")),
    )


def read_worker(raw: Mapping[str, Any], scale: Scale) -> WorkerFacts | None:
    """Read a worker; None when it has no number."""
    number = _first_int(raw, "worker_id", "node_id", "id")
    if not number:
        return None
    state = _state(raw)
    task = raw.get("task")
    usage = _last(raw.get("resource_usage"))
    cpu = _number(usage.get("cpu_usage"))
    return WorkerFacts(
        id=number,
        host=_text(raw.get("hostname")) or _text(raw.get("hostaddr")) or f"node-{number}",
        uuid=_text(raw.get("uuid")),
        version=_text(raw.get("version")),
        is_online=state != "offline",
        is_paused=bool(raw.get("paused")) or state == "paused",
        capability=_capability(raw.get("capability")),
        memory_bytes=_first_int(raw, "ram_size") or 0,
        gpu_mask=_first_int(raw, "gpu_mask"),
        cpu_enabled=None if raw.get("cpu_enable") is None else bool(raw["cpu_enable"]),
        batch=_first_int(raw, "batch_id") or 0,
        task=_text(task.get("name")) if isinstance(task, Mapping) else _text(task),
        share=scale.share(raw.get("progress")),
        errors=_first_int(raw, "error_count") or 0,
        error=_text(raw.get("error_message")),
        connected=_number(raw.get("time_connected")) or 0.0,
        disconnected=_number(raw.get("time_disconnected")) or 0.0,
        cpu=None if cpu is None else cpu / 100 if cpu > 1 else cpu,
        ram_bytes=_first_int(usage, "ram_usage"),
        log=_log(raw.get("log")),
    )


def _counts(raw: Mapping[str, Any], state: str) -> TaskCounts:
    names = ("waiting", "working", "completed", "failed")
    told = [_first_int(raw, f"workitems_{name}") or 0 for name in names]
    if any(told):
        return TaskCounts(*told)
    total = max(_first_int(raw, "items_total") or 1, 1)
    done = total if state == "completed" else min(_first_int(raw, "items_done") or 0, total)
    running = 1 if state == "inprogress" and done < total else 0
    return TaskCounts(total - done - running, running, done)


def _state(raw: Mapping[str, Any]) -> str:
    told = _text(raw.get("state") or raw.get("status"))
    return told.lower().replace(" ", "").replace("_", "").rpartition(".")[2]


def _capability(value: Any) -> str:
    if isinstance(value, int):
        return CAPABILITIES.get(value, "")
    return _NAMED.get(_text(value).lower().rpartition(".")[2], "")


def _last(value: Any) -> Mapping[str, Any]:
    if isinstance(value, list):
        value = value[-1] if value else None
    return value if isinstance(value, Mapping) else {}


def _log(value: Any) -> tuple[tuple[str, str], ...]:
    if isinstance(value, str):
        return tuple(("info", line) for line in value.splitlines())
    entries = value if isinstance(value, list) else []
    return tuple(
        (_text(entry.get("type")) or "info", _text(entry.get("text")))
        if isinstance(entry, Mapping)
        else ("info", _text(entry))
        for entry in entries
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _first_int(raw: Mapping[str, Any], *names: str) -> int | None:
    for name in names:
        number = _number(raw.get(name))
        if number is not None and abs(number) < _LARGEST:
            return int(number)
    return None


def _moment(value: Any) -> datetime | None:
    seconds = _number(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (OverflowError, ValueError, OSError):
        return None
