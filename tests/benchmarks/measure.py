"""Measure a command from outside: wall time, and CPU and memory of every process that it started or woke.

Daemons do not show up among a command's children, so processes are found by a marker in their environment.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

MARKER = "TIEPOINT_BENCHMARK_RUN"
INTERVAL_S = 0.2


@dataclass(frozen=True)
class Measurement:
    """What one run took: seconds, CPU seconds (sampled, so a lower bound), bytes, and its exit status."""

    wall_s: float
    cpu_s: float
    peak_bytes: int
    status: int
    output: str


class _Sampler(threading.Thread):
    def __init__(self, mark: str) -> None:
        super().__init__(daemon=True)
        self._mark, self._cpu_s, self._ended = mark, dict[tuple[int, float], float](), threading.Event()
        self._foreign: set[tuple[int, float]] = set()
        self.peak_bytes = 0

    @property
    def cpu_s(self) -> float:
        return sum(self._cpu_s.values())

    def run(self) -> None:
        while not self._ended.wait(INTERVAL_S):
            self.sample()

    def stop(self) -> None:
        self.sample()
        self._ended.set()
        self.join()

    def sample(self) -> None:
        total = 0
        for process in psutil.process_iter():
            try:
                total += self._held(process)
            except psutil.Error:
                continue
        self.peak_bytes = max(self.peak_bytes, total)

    def _held(self, process: psutil.Process) -> int:
        identity = (process.pid, process.create_time())
        if identity in self._foreign:
            return 0
        if identity not in self._cpu_s and process.environ().get(MARKER) != self._mark:
            if time.time() - identity[1] > 2:
                self._foreign.add(identity)
            return 0
        times = process.cpu_times()
        self._cpu_s[identity] = times.user + times.system
        # Proportional set size: pages shared by several processes count once.
        return int(process.memory_full_info().pss)


def measure(command: Sequence[str], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Measurement:
    """Run a command to its end and measure it."""
    mark = uuid.uuid4().hex
    sampler = _Sampler(mark)
    with tempfile.TemporaryFile("w+") as output:
        started = time.monotonic()
        sampler.start()
        status = subprocess.run(
            command, cwd=cwd, env={**os.environ, **(env or {}), MARKER: mark}, stdout=output, stderr=output, check=False
        ).returncode
        wall_s = time.monotonic() - started
        sampler.stop()
        output.seek(0)
        return Measurement(wall_s, sampler.cpu_s, sampler.peak_bytes, status, output.read())
