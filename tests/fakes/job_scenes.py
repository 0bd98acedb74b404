"""Jobs in every state, as pages and rules of the panel meet them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from fakes.scheduler import T0
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Progress, Stage, StageState, TaskCounts
from tiepoint.domain.node import Node, NodeLoad, NodeState

NO_OVERLAP = Failure("input", "No two of the photos show the same details.", "Take photos that overlap.", False, "raw")
AGENT_ENDED = Failure("interrupted", "The job was interrupted because the agent ended.", "Resume it.", True)


def later(seconds: float) -> datetime:
    """A moment after the beginning of every scene."""
    return T0 + timedelta(seconds=seconds)


def a_stage(name: str, state: str = "waiting", *, done: int = 0, of: int = 0, running: int = 0, **more: Any) -> Stage:
    """A stage with so many tasks."""
    tasks = TaskCounts(waiting=max(0, of - done - running), running=running, completed=done)
    if state == "completed":
        more = {"started": T0, "finished": later(10), **more}
    if state in ("running", "failed"):
        more = {"started": later(10), **more}
    return Stage(name, StageState(state), tasks, **more)


RUNNING_STAGES = (
    a_stage("check", "completed", done=1, of=1),
    a_stage("alignment", "completed", done=1, of=1),
    a_stage("depth_maps", "running", done=7, of=18, running=2),
    a_stage("mesh"),
)


def a_job(name: str = "Beach", state: JobState = JobState.RUNNING, **changes: Any) -> Job:
    """A job of 18 photos; a running one is in its depth maps."""
    number = sum(name.encode()) % 0xFFFFFF
    usual: dict[str, Any] = {
        "id": JobId(f"20261122-scene-{number:06x}"),
        "stage": "depth_maps",
        "stages": RUNNING_STAGES,
        "started": None if state is JobState.QUEUED else T0,
        "finished": later(100) if state.is_over else None,
        "folder": f"/captures/c/jobs/{number:06x}",
        "preset": "draft",
        "photos": 18,
        "user": "ada",
        "submitted": T0,
        "progress": Progress(44, 100, "percent"),
    }
    if state is JobState.QUEUED:
        usual |= {"stage": None, "stages": tuple(a_stage(each.name) for each in RUNNING_STAGES), "progress": None}
    if state is JobState.FAILED:
        failed = a_stage("depth_maps", "failed", done=7, of=18, finished=later(90))
        usual |= {"error": NO_OVERLAP, "stages": (*RUNNING_STAGES[:2], failed, RUNNING_STAGES[3])}
    return Job(name=name, capture="/captures/c", state=state, **{**usual, **changes})


def a_node(number: int = 1, state: NodeState = NodeState.BUSY, **changes: Any) -> Node:
    """A worker; a busy one works on depth maps of the job of `a_job()`."""
    is_busy = state is NodeState.BUSY
    usual: dict[str, Any] = {
        "id": NodeId(f"worker-{number}"),
        "job": a_job().id if is_busy else None,
        "stage": "depth_maps" if is_busy else None,
        "heard": T0,
        "version": "0.1.0",
        "cpu_count": 1,
        "memory_bytes": 8_000_000_000,
        "load": NodeLoad(0.5, 281_000_000),
    }
    return Node(state=state, **{"host": "workshop", **usual, **changes})
