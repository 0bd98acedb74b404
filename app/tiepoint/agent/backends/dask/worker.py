"""A worker: one dask worker with one thread, in a process of its own, without nanny; the agent watches over it.

The order with address and certificates comes as one JSON line on standard input, never as an argument. The main
thread runs the loop, so the process lives and dies with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backends.dask.limits import limit_memory, offer_to_oom_killer, return_freed_memory
from tiepoint.agent.backends.dask.outcome import failed
from tiepoint.agent.backends.dask.reporter import TOPIC, Reporter, ReportingHandler, attached_handler
from tiepoint.agent.backends.dask.stage_process import StageProcesses
from tiepoint.agent.node.guard_folder import task_marker
from tiepoint.engine.task import Task, run_task
from tiepoint.runtime.logs import log_to_stderr

# What the first tasks import anyway; loading it while they wait for photos hides most of its time.
_PRELOADED: Final = (
    "tiepoint.engine.photos.block",
    "tiepoint.engine.sfm.extraction",
    "tiepoint.engine.sfm.comparison",
    "tiepoint.engine.dense.depth_map",
)


class _Tasks:
    """What a task needs of the worker it runs in; set once at the start of the process."""

    def __init__(self) -> None:
        self.worker: Any = None
        self.name = ""
        self.stages: StageProcesses | None = None
        self.handler: ReportingHandler | None = None
        self.preloaded = threading.Event()
        self.run_folder = ""


_TASKS: Final = _Tasks()


def main(args: Sequence[str]) -> int:
    """Serve tasks until the scheduler goes or the process is killed.

    Args:
        args: None.

    Returns:
        The exit status.
    """
    del args
    order = json.loads(sys.stdin.readline())
    log_to_stderr(level=logging.INFO)
    limit_memory(int(order["memory_bytes"]))
    offer_to_oom_killer()
    asyncio.run(_serve(order))
    return 0


def run_in_worker(order: dict[str, Any]) -> dict[str, Any]:
    """Run one task; dask calls this in the worker's task thread.

    Args:
        order: `run` (number of the attempt), `work` (folder), `logs` (folder) and `task` (its wire form); on a
            cluster also `gpus` (graphics cards it may use, by index).

    Returns:
        The outcome; a task's failure is one, it does not raise.
    """
    task = Task.from_dict(order["task"])
    worker = _TASKS.worker
    reporter = Reporter(lambda message: worker.log_event(TOPIC, message), str(order["run"]), task.key, name=_TASKS.name)
    handler = _TASKS.handler
    assert handler is not None
    handler.target = reporter.logged
    reporter.started()
    try:
        with task_marker(_TASKS.run_folder, str(order["run"])):
            return _outcome(Path(order["work"]), Path(order["logs"]), task, reporter, order.get("gpus"))
    except Exception as problem:  # noqa: BLE001 - whatever it is becomes a failure of the job, told to the agent
        return failed(problem, task.key.partition("/")[0])
    finally:
        handler.target = None
        return_freed_memory()


def end_idle_child() -> None:
    """End this worker's idle stage child: the job is over. Dask calls this in the loop's thread."""
    if _TASKS.stages is not None:
        _TASKS.stages.end_idle()


def _outcome(work: Path, logs: Path, task: Task, reporter: Reporter, gpus: Sequence[int] | None) -> dict[str, Any]:
    if task.isolated:
        assert _TASKS.stages is not None
        return _TASKS.stages.run(work, task, logs / f"{task.key.replace('/', '-')}.log", reporter, gpus)
    # Two threads that import packages with circular imports at once find them half made.
    _TASKS.preloaded.wait()
    return {"manifest": run_task(work, task, reporter.progressed)}


async def _serve(order: dict[str, Any]) -> None:
    from tiepoint.agent.backends.dask.configuration import LOOPBACK, QuietWorker, configure, security_of

    configure()
    _TASKS.name = order["name"]
    _TASKS.run_folder = order.get("run_folder", "")
    _TASKS.stages = StageProcesses(int(order["memory_bytes"]))
    _TASKS.handler = attached_handler()
    worker = QuietWorker(
        order["scheduler"],
        name=order["name"],
        nthreads=1,
        memory_limit=None,
        host=order.get("host") or LOOPBACK,
        resources=order.get("resources"),
        security=security_of(order["security"]),
        dashboard=False,
        local_directory=order["scratch"],
        death_timeout=30,
    )
    _TASKS.worker = worker
    async with worker:
        threading.Thread(target=_preload, name="preload", daemon=True).start()
        await worker.finished()
    _TASKS.stages.close()


def _preload() -> None:
    try:
        for name in _PRELOADED:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    finally:
        _TASKS.preloaded.set()
    logging.getLogger(__name__).debug("preloaded in process %d", os.getpid())
