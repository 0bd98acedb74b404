"""What this machine uses: processors, memory, disks, the shared file system. Standard library only; reads /proc.

Blocks on the disk for a moment: call it from a thread. Rates are those since the call before; what the system does not
tell is None.
"""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.runtime.mounts import mount_of

_SECTOR_BYTES: Final = 512
"""Of /proc/diskstats, whatever the disk says of itself (kernel: Documentation/admin-guide/iostats.rst)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What is used now: `cpu` as a share of all cores, bytes, bytes a second read and written together."""

    cpu: float = 0.0
    memory_bytes: int = 0
    disk_bytes_s: float | None = None
    work_bytes_s: float | None = None


class Sampler:
    """Reads what the machine uses.

    Args:
        work: The shared folder.
        root: Where `proc` and `sys` lie; another one in tests.
    """

    def __init__(self, work: str, root: Path = Path("/")) -> None:
        self._work = work
        self._real: str | None = None
        self._proc = root / "proc"
        self._sys = root / "sys"
        self._last: tuple[float, tuple[float, float], int | None, int | None] | None = None

    def sample(self) -> Usage:
        """Look once; the first look knows no shares and rates."""
        now_s = time.monotonic()
        cpu, disk, work = self._cpu(), self._disk_bytes(), self._work_bytes()
        before, self._last = self._last, (now_s, cpu, disk, work)
        memory_bytes = self._memory_bytes()
        if before is None or now_s <= before[0]:
            return Usage(memory_bytes=memory_bytes)
        passed_s = now_s - before[0]
        busy, whole = cpu[0] - before[1][0], cpu[1] - before[1][1]
        share = min(1.0, max(0.0, busy / whole)) if whole > 0 else 0.0
        return Usage(round(share, 3), memory_bytes, _rate(before[2], disk, passed_s), _rate(before[3], work, passed_s))

    def _cpu(self) -> tuple[float, float]:
        """Return ticks in work and all ticks since the start, of all cores together (proc(5))."""
        ticks = [float(each) for each in _text(self._proc / "stat").partition("\n")[0].split()[1:9]]
        idle = sum(ticks[3:5])
        return sum(ticks) - idle, sum(ticks)

    def _memory_bytes(self) -> int:
        found = {}
        for line in _text(self._proc / "meminfo").splitlines():
            name, _, value = line.partition(":")
            if name in ("MemTotal", "MemAvailable"):
                found[name] = int(value.split()[0]) * 1024
        return max(0, found.get("MemTotal", 0) - found.get("MemAvailable", 0))

    def _disk_bytes(self) -> int | None:
        """Return what was read from and written to disks that are things: no loops, no partitions."""
        total, is_known = 0, False
        for line in _text(self._proc / "diskstats").splitlines():
            fields = line.split()
            if len(fields) >= 10 and (self._sys / "block" / fields[2] / "device").exists():
                total += (int(fields[5]) + int(fields[9])) * _SECTOR_BYTES
                is_known = True
        return total if is_known else None

    def _work_bytes(self) -> int | None:
        """Return what the shared file system has moved; None where it is none, or does not tell."""
        place, kind = self._mount()
        if kind.startswith("nfs"):
            return self._nfs_bytes(place)
        if kind == "lustre":
            return self._lustre_bytes()
        return None

    def _mount(self) -> tuple[str, str]:
        """Tell the folder's file system without touching it: one that hangs would hold up every report."""
        table = self._proc / "self" / "mounts"
        place, kind = mount_of(self._work, table)
        if kind.startswith(("nfs", "lustre")):
            return place, kind
        if self._real is None:  # a link on this machine's own disk may lead to it
            self._real = os.path.realpath(self._work)
        return mount_of(self._real, table)

    def _nfs_bytes(self, place: str) -> int | None:
        """Return bytes that went to and came from the server (Linux: fs/nfs/iostat.h, `bytes:`, fields 5 and 6)."""
        is_ours = False
        for line in _text(self._proc / "self" / "mountstats").splitlines():
            if line.startswith("device "):
                is_ours = f" mounted on {place} with " in line
            elif is_ours and line.strip().startswith("bytes:"):
                fields = line.split()
                return int(fields[5]) + int(fields[6])
        return None

    def _lustre_bytes(self) -> int | None:
        """Return the sums of `read_bytes` and `write_bytes` of Lustre's client (Lustre manual, llite stats)."""
        total, is_known = 0, False
        for folder in (self._proc / "fs/lustre/llite", self._sys / "kernel/debug/lustre/llite"):
            for file in folder.glob("*/stats") if folder.is_dir() else ():
                for line in _text(file).splitlines():
                    fields = line.split()
                    if len(fields) >= 7 and fields[0] in ("read_bytes", "write_bytes"):
                        total += int(fields[6])
                        is_known = True
        return total if is_known else None


def memory_bytes() -> int:
    """Return the memory this machine has; 0 where the system does not say."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return 0


def _rate(before: int | None, now: int | None, passed_s: float) -> float | None:
    """Return bytes a second; a counter that began anew counts from 0."""
    if before is None or now is None:
        return None
    return round(max(0, now - before) / passed_s)


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""
