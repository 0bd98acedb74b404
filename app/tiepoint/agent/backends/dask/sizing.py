"""How many workers this computer carries and how much memory they may use together. Only reads."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.settings import Settings

WORKERS_VARIABLE: Final = "TIEPOINT_WORKERS"
_WORKER_BYTES: Final = 2_000_000_000
# The rest is for the system, the window and the page cache.
_MEMORY_SHARE: Final = 0.85
_CGROUP: Final = Path("/sys/fs/cgroup")
_FALLBACK_BYTES: Final = 4_000_000_000


@dataclass(frozen=True, slots=True)
class Sizing:
    """What the workers get.

    Args:
        workers: How many run side by side.
        memory_bytes: Most memory they and their stage children may use together.
    """

    workers: int
    memory_bytes: int

    @property
    def worker_memory_bytes(self) -> int:
        """A worker's even share."""
        return self.memory_bytes // self.workers


def sizing_of_this_computer(settings: Settings = Settings()) -> Sizing:  # noqa: B008
    """Return one worker per core as long as each has two gigabytes.

    Args:
        settings: What the user limits; TIEPOINT_WORKERS goes before the number of workers set there.
    """
    memory_bytes = int(_memory_bytes() * _MEMORY_SHARE)
    if settings.memory_limit_bytes is not None:
        memory_bytes = min(memory_bytes, settings.memory_limit_bytes)
    wanted = os.environ.get(WORKERS_VARIABLE, "")
    if wanted.isdigit() and int(wanted) > 0:
        return Sizing(int(wanted), memory_bytes)
    if settings.workers is not None:
        return Sizing(settings.workers, memory_bytes)
    return Sizing(max(1, min(_cores(), memory_bytes // _WORKER_BYTES)), memory_bytes)


def _cores() -> int:
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    quota, _, period = _cgroup_text("cpu.max").partition(" ")
    if quota.isdigit() and period.isdigit():
        cores = min(cores, max(1, int(quota) // int(period)))
    return max(cores, 1)


def _memory_bytes() -> int:
    limit = _cgroup_text("memory.max")
    total = _physical_bytes()
    return min(total, int(limit)) if limit.isdigit() else total


def _physical_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return _windows_physical_bytes()


def _windows_physical_bytes() -> int:
    try:
        import psutil
    except ImportError:
        return _FALLBACK_BYTES
    return int(psutil.virtual_memory().total)


def _cgroup_text(name: str) -> str:
    try:
        return (_CGROUP / name).read_text(encoding="ascii").strip()
    except OSError:
        return ""
