"""A stage child: runs one task at a time in a process of its own, so that a long native call can be killed.

Orders come as JSON lines on standard input; progress, log records and the outcome go back as JSON lines. Standard
output belongs to those lines alone: whatever a library prints goes to the task's own log file. Main thread.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tiepoint.agent.backends.dask.limits import limit_memory, offer_to_oom_killer, return_freed_memory
from tiepoint.agent.backends.dask.outcome import failed
from tiepoint.agent.backends.dask.reporter import Reporter, attached_handler
from tiepoint.engine.task import Task, run_task


def main(args: Sequence[str]) -> int:
    """Run tasks until the input ends.

    Args:
        args: Most memory in bytes, 0 = no limit.

    Returns:
        The exit status.
    """
    limit_memory(int(args[0]) if args else 0)
    offer_to_oom_killer()
    answers = _Answers()
    handler = attached_handler()
    for order in _orders():
        task = Task.from_dict(order["task"])
        reporter = Reporter(answers.send, "", task.key)
        handler.target = reporter.logged
        with _log_file(Path(order["log"])):
            outcome = _outcome(Path(order["work"]), task, reporter)
            return_freed_memory()
            answers.send(outcome)
        handler.target = None
    return 0


def _outcome(work: Path, task: Task, reporter: Reporter) -> dict[str, Any]:
    try:
        return {"what": "ended", "manifest": run_task(work, task, reporter.progressed)}
    except Exception as problem:  # noqa: BLE001 - whatever it is becomes a failure of the job, told to the agent
        return {"what": "ended", **failed(problem, task.key.partition("/")[0])}


def _orders() -> Iterator[dict[str, Any]]:
    for line in sys.stdin.buffer:
        yield json.loads(line)


class _Answers:
    """The lines to the worker, on a copy of standard output that no library knows."""

    def __init__(self) -> None:
        self._file = os.fdopen(os.dup(1), "wb")
        self._lock = threading.Lock()
        os.dup2(2, 1)

    def send(self, message: dict[str, Any]) -> None:
        line = json.dumps(message, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()


class _log_file:  # noqa: N801 - used like a function
    """Sends both standard streams to a file for the time of one task; an empty file is removed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError:
            handle = os.open(os.devnull, os.O_WRONLY)
        os.dup2(handle, 2)
        os.dup2(handle, 1)
        os.close(handle)

    def __exit__(self, *_error: object) -> None:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        try:
            if self._path.stat().st_size == 0:
                self._path.unlink()
        except OSError:
            return
