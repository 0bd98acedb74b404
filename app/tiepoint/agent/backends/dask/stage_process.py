"""The worker's side of a stage child: starts it, gives it a task, hears it out, and keeps it for the next one.

Used from the worker's task thread; the child itself is started by a thread that lives as long as the worker, because
the kernel ties a child's life to the thread that started it.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backends.dask.memory_watch import kills_by_system
from tiepoint.agent.backends.dask.reporter import Reporter
from tiepoint.engine.task import Task
from tiepoint.runtime.children import start_child
from tiepoint.runtime.entry import THREADS_VARIABLE
from tiepoint.runtime.terminate import end_child

# A child that holds more than this gives it back by ending.
_KEPT_BYTES: Final = 500_000_000


class StageProcesses:
    """At most one idle stage child of a worker.

    Args:
        memory_bytes: Most memory a child may claim.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="stage-starter")
        self._spare: tuple[subprocess.Popen[bytes], int, Sequence[int] | None] | None = None

    def run(
        self, work: Path, task: Task, log: Path, reporter: Reporter, gpus: Sequence[int] | None = None
    ) -> dict[str, Any]:
        """Run a task in a child.

        Args:
            work: The job's work folder.
            task: The task.
            log: Where what it prints goes.
            reporter: Hears its progress.
            gpus: Graphics cards it may use, by index; None = as this process may.

        Returns:
            {"manifest": ...}, {"error": ...} or, when the child died, {"died": its exit status, "was_memory": whether
            the kernel has ended something for want of memory meanwhile}.
        """
        killed_before = kills_by_system()
        child, threads = self._taken(task.threads, gpus)
        reporter.child(child.pid)
        order = {"work": str(work), "task": task.to_dict(), "log": str(log)}
        outcome = _exchanged(child, order, reporter)
        if outcome is None:
            reporter.child(None)
            died = end_child(child, grace_s=1.0)
            return {"died": died, "was_memory": kills_by_system() > killed_before, "log": _tail(log)}
        if not self._is_kept(child, threads, gpus):
            reporter.child(None)
        return outcome

    def end_idle(self) -> None:
        """End the idle child, if there is one."""
        spare, self._spare = self._spare, None
        if spare is not None:
            end_child(spare[0], grace_s=0.0)

    def close(self) -> None:
        """End the idle child and start no other."""
        self.end_idle()
        self._starter.shutdown(wait=False)

    def _taken(self, threads: int, gpus: Sequence[int] | None) -> tuple[subprocess.Popen[bytes], int]:
        spare, self._spare = self._spare, None
        if spare is not None:
            child, its_threads, its_gpus = spare
            if its_threads >= threads and its_gpus == gpus and child.poll() is None:
                return child, its_threads
            end_child(child, grace_s=0.0)
        return self._starter.submit(self._started, threads, gpus).result(), threads

    def _started(self, threads: int, gpus: Sequence[int] | None) -> subprocess.Popen[bytes]:
        cards = {} if gpus is None else {"CUDA_VISIBLE_DEVICES": ",".join(str(each) for each in gpus)}
        return start_child(
            "stage",
            [str(self._memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={THREADS_VARIABLE: str(max(1, threads)), **cards},
        )

    def _is_kept(self, child: subprocess.Popen[bytes], threads: int, gpus: Sequence[int] | None) -> bool:
        """Keep the child for the next task, unless it holds much memory."""
        if _resident_bytes(child.pid) > _KEPT_BYTES:
            end_child(child, grace_s=0.0)
            return False
        self._spare = (child, threads, gpus)
        return True


def _exchanged(child: subprocess.Popen[bytes], order: dict[str, Any], reporter: Reporter) -> dict[str, Any] | None:
    """Give the order and listen until the outcome; None when the child ended without one."""
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        child.stdin.write(json.dumps(order).encode() + b"\n")
        child.stdin.flush()
        for line in child.stdout:
            message = json.loads(line)
            what = message.pop("what")
            if what == "ended":
                return dict(message)
            if what == "progress":
                reporter.progressed(message["done"], message["total"])
            elif what == "log":
                reporter.logged(message["level"], message["source"], message["text"])
    except (OSError, ValueError, KeyError):
        return None
    return None


def _resident_bytes(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4096
    return 0


def _tail(log: Path, most_bytes: int = 4000) -> str:
    with contextlib.suppress(OSError):
        return log.read_bytes()[-most_bytes:].decode("utf-8", "replace")
    return ""
