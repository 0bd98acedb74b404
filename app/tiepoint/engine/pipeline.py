"""The order of the stages, and running them over an executor. Asyncio; light enough to run in the agent.

It knows no scheduler: an `Executor` runs a stage's tasks wherever it likes, a `Listener` hears what happens.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
from collections.abc import Sequence
from typing import Any, Final, Protocol

from tiepoint.domain.stages import OPEN_ENGINE_STAGES
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.task import Progress, Task, is_done, manifest_path, run_task
from tiepoint.runtime.folder_calls import in_folder

ALIGNMENT_STAGES: Final = ("features", "matching", "alignment")
MOST_ALIGNMENT_ROUNDS: Final = 3


class Listener(Protocol):
    """Hears what happens to a job; called in the pipeline's own thread, must return at once."""

    def stage_started(self, stage: str, tasks: Sequence[str], done: Sequence[str]) -> None:
        """A stage has its tasks; those in `done` were finished by an earlier run."""

    def task_started(self, stage: str, task: str, worker: str) -> None:
        """A worker took the task."""

    def task_progressed(self, stage: str, task: str, done: int, total: int | None) -> None:
        """The task is this far, in its own unit."""

    def task_finished(self, stage: str, task: str) -> None:
        """The task is done."""

    def stage_finished(self, stage: str, *, seconds: float, cpu_seconds: float) -> None:
        """All tasks of the stage are done; figures are sums over its tasks, earlier runs included."""


class Executor(Protocol):
    """Runs the tasks of one stage side by side.

    Cancel safety: when its task is cancelled, `execute` stops what runs before it returns.
    """

    async def execute(self, job: JobFolder, stage: str, tasks: Sequence[Task], listener: Listener) -> None:
        """Run every task to its end.

        Raises:
            TiepointError: The first failure; the others are stopped.
        """


async def run_pipeline(
    job: JobFolder, executor: Executor, listener: Listener, *, stages: Sequence[str] = OPEN_ENGINE_STAGES
) -> None:
    """Run a job's stages in order, skipping tasks that are done.

    Raises:
        TiepointError: The first failure of any stage.
    """
    for stage in stages:
        await _run_stage(job, stage, executor, listener)
        if stage == "alignment":
            await _align_again(job, executor, listener)


async def _align_again(job: JobFolder, executor: Executor, listener: Listener) -> None:
    """Repeat features, matching and alignment while alignment.json asks for a round with stronger settings."""
    for _ in range(MOST_ALIGNMENT_ROUNDS - 1):
        told = await in_folder(job.work, functools.partial(job.read, "alignment.json"))
        if not told.get("retry"):
            return
        for stage in ALIGNMENT_STAGES:
            await _run_stage(job, stage, executor, listener)


async def _run_stage(job: JobFolder, stage: str, executor: Executor, listener: Listener) -> None:
    tasks = await in_folder(job.work, functools.partial(_planned, job, stage))
    waves = _waves(tasks)
    done = await in_folder(job.work, functools.partial(_done_before, job, waves))
    listener.stage_started(stage, [task.key for task in tasks], sorted(done))
    for wave in waves:
        known = [task for task in wave if task.key in done]
        fitting = known or await in_folder(job.work, functools.partial(_done, job, wave))
        for task in fitting:
            if task.key not in done:
                listener.task_finished(stage, task.key)
        waiting = [task for task in wave if task not in fitting]
        if waiting:
            await executor.execute(job, stage, waiting, listener)
    seconds, cpu_seconds = await in_folder(job.work, functools.partial(_spent, job, tasks))
    listener.stage_finished(stage, seconds=seconds, cpu_seconds=cpu_seconds)


def _planned(job: JobFolder, stage: str) -> list[Task]:
    module: Any = importlib.import_module(f"tiepoint.engine.stages.{stage}")
    tasks: list[Task] = module.plan(job)
    return tasks


def _done(job: JobFolder, tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if is_done(job.work, task)]


def _done_before(job: JobFolder, waves: Sequence[Sequence[Task]]) -> set[str]:
    """Return the keys of tasks that need no run; a wave counts only when all that it may read from is done."""
    found: set[str] = set()
    for wave in waves:
        done = _done(job, wave)
        found.update(task.key for task in done)
        if len(done) < len(wave):
            break
    return found


def _waves(tasks: Sequence[Task]) -> list[list[Task]]:
    """Split tasks so that one that reads what another of the same stage writes comes in a later wave."""
    produced_in: dict[str, int] = {}
    waves: list[list[Task]] = []
    for task in tasks:
        wave = max((produced_in[name] + 1 for name in task.inputs if name in produced_in), default=0)
        produced_in.update(dict.fromkeys(task.outputs, wave))
        waves.extend([] for _ in range(wave + 1 - len(waves)))
        waves[wave].append(task)
    return waves


def _spent(job: JobFolder, tasks: Sequence[Task]) -> tuple[float, float]:
    manifests = [json.loads(manifest_path(job.work, task.key).read_text(encoding="utf-8")) for task in tasks]
    seconds = sum(float(manifest["seconds"]) for manifest in manifests)
    return round(seconds, 3), round(sum(float(manifest["cpu_seconds"]) for manifest in manifests), 3)


class InlineExecutor:
    """Runs tasks one after the other in a thread of this process: for tests and the frozen smoke run."""

    async def execute(self, job: JobFolder, stage: str, tasks: Sequence[Task], listener: Listener) -> None:
        """Run every task to its end; cancelling waits for the task in work."""
        loop = asyncio.get_running_loop()
        for task in tasks:
            listener.task_started(stage, task.key, "inline")
            await asyncio.to_thread(run_task, job.work, task, _forwarded(loop, listener, stage, task.key))
            listener.task_finished(stage, task.key)


def _forwarded(loop: asyncio.AbstractEventLoop, listener: Listener, stage: str, key: str) -> Progress:
    def forward(done: int, total: int | None) -> None:
        loop.call_soon_threadsafe(listener.task_progressed, stage, key, done, total)

    return forward


class SilentListener:
    """Hears everything and does nothing."""

    def stage_started(self, stage: str, tasks: Sequence[str], done: Sequence[str]) -> None:
        """Do nothing."""

    def task_started(self, stage: str, task: str, worker: str) -> None:
        """Do nothing."""

    def task_progressed(self, stage: str, task: str, done: int, total: int | None) -> None:
        """Do nothing."""

    def task_finished(self, stage: str, task: str) -> None:
        """Do nothing."""

    def stage_finished(self, stage: str, *, seconds: float, cpu_seconds: float) -> None:
        """Do nothing."""
