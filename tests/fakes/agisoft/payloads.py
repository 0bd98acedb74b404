"""The server's knowledge in the dictionaries of each generation: other keys, other states, lists or dictionaries."""

from __future__ import annotations

from typing import Any

from fakes.agisoft.state import Batch, Farm, Task, Worker

VERSIONS = {"A": "1.4.5.7354", "B": "1.8.4.14856", "C": "2.3.0.21330"}


def _state(batch: Batch, generation: str) -> str:
    if batch.has_failed:
        return "failed"
    if batch.is_aborted:
        return {"A": "aborted", "B": "Aborted", "C": "aborted"}[generation]
    if batch.is_completed:
        return {"A": "completed", "B": "Completed", "C": "completed"}[generation]
    if batch.paused and generation == "A":
        return "paused"
    is_working = any(task.count("working") for task in batch.tasks) or (batch.started and not batch.paused)
    return {"A": ("inprogress", "pending"), "B": ("InProgress", "Pending"), "C": ("inprogress", "pending")}[generation][
        0 if is_working else 1
    ]


def task_status(task: Task, generation: str, *, with_log: bool) -> dict[str, Any]:
    done, scale = task.count("completed"), 1.0 if generation == "C" else 100.0
    state = "completed" if task.is_done else "inprogress" if task.count("working") or done else "pending"
    status: dict[str, Any] = {
        "progress": round(task.share * scale, 4),
        "workitems_waiting": task.count("waiting"),
        "workitems_working": task.count("working"),
        "workitems_completed": done,
        "workitems_failed": task.count("failed"),
        "items_total": len(task.items),
        "items_done": done,
        "processing_time": task.spent_s,
    }
    if generation == "A":
        short = {key: status[key] for key in ("progress", "items_total", "items_done")}
        return {**short, "name": task.name, "params": task.params, "status": state, "log": task.log if with_log else ""}
    inner = {"name": task.name, "params": task.params, "supports_gpu": task.supports_gpu}
    key, told = ("status", state.title().replace("Inprogress", "InProgress")) if generation == "B" else ("state", state)
    return {"task": inner, key: told, **status, **({"log": task.log} if with_log else {})}


def batch_item(batch: Batch, farm: Farm, generation: str) -> dict[str, Any]:
    current = batch.current
    if generation == "A":
        return {
            "id": batch.id,
            "path": batch.path,
            "status": _state(batch, generation),
            "priority": batch.priority,
            "progress": current.share * 100 if current else 100.0,
        }
    item: dict[str, Any] = {
        "batch_id": batch.id,
        "path": batch.path,
        "uuid": batch.uuid,
        "meta": batch.meta,
        "paused": batch.paused,
        "priority": batch.priority,
        "time_started": batch.started,
        "time_finished": batch.finished,
        "task": task_status(current, generation, with_log=False) if current else None,
    }
    if generation == "B":
        return {**item, "status": _state(batch, "B"), "node_limit": batch.node_limit, "node_version": farm.version}
    return {**item, "state": _state(batch, "C"), "worker_limit": batch.node_limit, "worker_version": farm.version}


def batch_status(batch: Batch, farm: Farm, generation: str) -> dict[str, Any]:
    item = {key: value for key, value in batch_item(batch, farm, generation).items() if key != "task"}
    status = {**item, "tasks": [task_status(task, generation, with_log=True) for task in batch.tasks]}
    if generation == "A":
        return status
    who = "error_node_id" if generation == "B" else "error_worker_id"
    return {
        **status,
        "error_time": batch.error_time,
        who: batch.error_worker,
        "error_message": batch.error_message,
        "next_revision": farm.clock,
    }


def worker_item(worker: Worker, generation: str) -> dict[str, Any]:
    state = "offline" if not worker.is_online else "inprogress" if worker.item else "ready"
    scale = 1.0 if generation == "C" else 100.0
    progress = worker.item.progress * scale if worker.item else 0.0
    if generation == "A":
        return {
            "id": worker.id,
            "hostname": worker.host,
            "version": worker.version,
            "status": "paused" if worker.paused and state == "ready" else state,
            "batch_id": worker.batch.id if worker.batch else 0,
            "task": worker.task.name if worker.task else "",
            "progress": progress,
        }
    item: dict[str, Any] = {
        "uuid": worker.uuid,
        "hostaddr": "127.0.0.1",
        "hostname": worker.host,
        "version": worker.version,
        "paused": worker.paused,
        "priority": worker.priority,
        "time_connected": worker.connected,
        "time_disconnected": worker.disconnected,
        "capability": worker.capability,
        "ram_size": worker.ram_size,
        "gpu_mask": worker.gpu_mask,
        "cpu_enable": worker.cpu_enable,
        "batch_id": worker.batch.id if worker.batch else 0,
        "progress": progress,
        "task": {"name": worker.task.name, "params": worker.task.params} if worker.task else {},
        "error_count": worker.errors,
        "error_time": worker.error_time,
        "error_batch_id": worker.error_batch,
        "error_message": worker.error_message,
        "resource_usage": worker.usage[-3:],
    }
    if generation == "B":
        told = {"offline": "Offline", "inprogress": "InProgress", "ready": "Ready"}[state]
        return {**item, "node_id": worker.id, "status": told}
    return {**item, "worker_id": worker.id, "state": state}
