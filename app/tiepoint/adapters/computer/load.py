"""How busy this computer is, from the system's own counters: by every program, and by the agent with its workers.

Blocks for some milliseconds; one thread at a time.
"""

from __future__ import annotations

import contextlib
import time
from datetime import UTC, datetime
from typing import Final

import psutil

from tiepoint.domain.computer import LoadSample

_IDLE: Final = ("idle", "iowait")


class LoadMeter:
    """Measures what happened since its last call."""

    def __init__(self) -> None:
        self._busy_s = self._all_s = 0.0
        self._spent_s: dict[tuple[int, float], float] = {}
        self._looked_s = 0.0

    def sample(self, agent_pid: int | None) -> LoadSample:
        """Measure; see `ports.system.System.load`."""
        memory = psutil.virtual_memory()
        cpu = self._cpu()
        jobs = None if agent_pid is None else self._jobs(agent_pid)
        return LoadSample(
            datetime.now(UTC),
            cpu,
            memory.total - memory.available,
            None if jobs is None else jobs[0],
            None if jobs is None else jobs[1],
        )

    def _cpu(self) -> float:
        times = psutil.cpu_times()
        all_s = sum(getattr(times, name) for name in times._fields if not name.startswith("guest"))
        busy_s = all_s - sum(getattr(times, name, 0.0) for name in _IDLE)
        spent_s, passed_s = busy_s - self._busy_s, all_s - self._all_s
        is_first = self._all_s == 0
        self._busy_s, self._all_s = busy_s, all_s
        return 0.0 if is_first or passed_s <= 0 else min(max(spent_s / passed_s, 0.0), 1.0)

    def _jobs(self, agent_pid: int) -> tuple[float, int] | None:
        """Return the share of all cores and the memory of the agent and everything below it; None when it is gone."""
        try:
            agent = psutil.Process(agent_pid)
            processes = [agent, *agent.children(recursive=True)]
        except psutil.Error:
            return None
        now_s, earlier, spent_s, size_bytes = time.monotonic(), self._spent_s, {}, 0
        for process in processes:
            with contextlib.suppress(psutil.Error), process.oneshot():
                spent_s[process.pid, process.create_time()] = sum(process.cpu_times()[:2])
                size_bytes += process.memory_info().rss
        passed_s = (now_s - self._looked_s) * (psutil.cpu_count() or 1)
        # A process that was not there at the last look has done all of its work since.
        used_s = sum(seconds - earlier.get(key, 0.0) for key, seconds in spent_s.items()) if earlier else 0.0
        self._spent_s, self._looked_s = spent_s, now_s
        return min(max(used_s / passed_s, 0.0), 1.0), size_bytes
