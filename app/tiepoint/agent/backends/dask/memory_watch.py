"""Watches what the workers use, so that too much ends one task instead of the user's session. The loop's thread.

Looks only while a job runs, twice in three seconds, at the few processes of our own.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import psutil

from tiepoint.agent.backends.dask.worker_process import WorkerProcess

_PERIOD_S: Final = 0.7
# Below this the system begins to swap or to kill whatever it likes.
_LEAST_FREE_BYTES: Final = 150_000_000


def kills_by_system() -> int:
    """Return how often the kernel has ended a process for want of memory since the computer started."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines():
            if line.startswith("oom_kill "):
                return int(line.split()[1])
    return 0


class MemoryWatch:
    """Looks at the memory of workers and their stage children.

    Args:
        budget_bytes: What they may use together.
    """

    period_s = _PERIOD_S

    def __init__(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._processes: dict[int, psutil.Process] = {}
        self._loads: dict[str, tuple[float, int]] = {}
        self._killed: set[str] = set()
        self.used_bytes = 0
        """What workers and stage children used together at the last look."""
        self._kills_by_system = kills_by_system()

    def check(self, workers: Sequence[WorkerProcess]) -> WorkerProcess | None:
        """Look once.

        Args:
            workers: All of them.

        Returns:
            The worker to kill, None when all is well.
        """
        pids = {pid for worker in workers for pid in (worker.pid, worker.child_pid) if pid is not None}
        self._processes = {pid: self._processes.get(pid) or process for pid in pids if (process := _process(pid))}
        self._loads = {worker.node: self._measured(worker) for worker in workers}
        self.used_bytes = sum(size for _, size in self._loads.values())
        if self.used_bytes <= self._budget_bytes and psutil.virtual_memory().available > _LEAST_FREE_BYTES:
            return None
        worst = max(workers, key=lambda worker: self._loads[worker.node][1])
        # Somebody else's hunger is not cured by killing a small worker.
        if self._loads[worst.node][1] < self._budget_bytes // (2 * len(workers)):
            return None
        self._killed.add(worst.name)
        return worst

    def was_for_memory(self, name: str, status: int) -> bool:
        """Return whether a worker's process ended for its memory, by us or by the kernel.

        Args:
            name: The worker's name.
            status: How its process, or its stage child, ended.
        """
        if name in self._killed:
            return True
        if sys.platform == "win32" or status != -signal.SIGKILL:
            return False
        earlier, self._kills_by_system = self._kills_by_system, kills_by_system()
        return self._kills_by_system > earlier

    def load_of(self, worker: WorkerProcess) -> tuple[float, int]:
        """Return the last share of a core and bytes of a worker, stage child included."""
        return self._loads.get(worker.node, (0.0, 0)) if worker.pid is not None else (0.0, 0)

    def _measured(self, worker: WorkerProcess) -> tuple[float, int]:
        cpu, size_bytes = 0.0, 0
        for pid in (worker.pid, worker.child_pid):
            process = self._processes.get(pid) if pid is not None else None
            if process is not None:
                with contextlib.suppress(psutil.Error):
                    cpu += process.cpu_percent(None) / 100
                    size_bytes += process.memory_info().rss
        return round(cpu, 2), size_bytes


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.Error:
        return None
