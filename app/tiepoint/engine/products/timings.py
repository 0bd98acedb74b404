"""What a job's stages cost, from the manifests of their tasks. Standard library only; reads, any thread."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tiepoint.domain.stages import OPEN_ENGINE_STAGES


def read_manifests(work: Path) -> dict[str, list[Mapping[str, Any]]]:
    """Return the manifests that can be read, by stage, in the order of the stages."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for stage in OPEN_ENGINE_STAGES:
        folder = work / "manifests" / stage
        files = [*sorted(folder.rglob("*.json")), work / "manifests" / f"{stage}.json"]
        manifests = [manifest for file in files if (manifest := _read(file)) is not None]
        if manifests:
            found[stage] = manifests
    return found


def stage_times(manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Return name, tasks, seconds and cpu_seconds of each stage.

    Seconds are wall time: time in which at least one of the stage's tasks ran, pauses between two runs left out.
    """
    return [
        {
            "name": stage,
            "tasks": len(tasks),
            "seconds": round(_busy_s(tasks), 2),
            "cpu_seconds": round(sum(float(task.get("cpu_seconds") or 0) for task in tasks), 2),
        }
        for stage, tasks in manifests.items()
    ]


def peak_memory_bytes(manifests: Mapping[str, Sequence[Mapping[str, Any]]]) -> int:
    """Return the most memory any one process of the job held."""
    return max((int(task.get("peak_memory_bytes") or 0) for tasks in manifests.values() for task in tasks), default=0)


def _busy_s(tasks: Sequence[Mapping[str, Any]]) -> float:
    spans = sorted(
        (float(task["finished"]) - float(task["seconds"]), float(task["finished"]))
        for task in tasks
        if "finished" in task and "seconds" in task
    )
    total, until = 0.0, float("-inf")
    for start, end in spans:
        total += max(end - max(start, until), 0.0)
        until = max(until, end)
    return total


def _read(path: Path) -> Mapping[str, Any] | None:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None
