"""Facts about this computer: interpreter, processor, memory, folders, load, and the engine through a child.

Must not change anything but make the program's own folders. Blocking calls are small.
"""

from __future__ import annotations

import asyncio
import os
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from tiepoint.adapters.computer.load import LoadMeter
from tiepoint.adapters.engine.children import Launch, child_answer
from tiepoint.domain.computer import LoadSample
from tiepoint.ports.system import ComputerFacts, EngineFacts, FolderFacts


class LocalSystem:
    """Implements `ports.system.System`.

    Args:
        folders: Names the program's folders by what they are for.
        launch: Starts children.
        is_compiled: Looks whether the engine's code has been compiled.
    """

    def __init__(
        self, folders: Callable[[], Mapping[str, Path]], launch: Launch, is_compiled: Callable[[], bool]
    ) -> None:
        self._folders = folders
        self._is_compiled = is_compiled
        self._launch = launch
        self._meter = LoadMeter()
        self._measuring = asyncio.Lock()

    def computer(self) -> ComputerFacts:
        """Look at the computer."""
        memory = psutil.virtual_memory()
        return ComputerFacts(
            python=platform.python_version(),
            system=_system_name(),
            machine=platform.machine(),
            cpu_count=_cpu_count(),
            memory_bytes=memory.total,
            memory_available_bytes=memory.available,
            is_frozen=bool(getattr(sys, "frozen", False)),
        )

    def folders(self) -> dict[str, FolderFacts]:
        """Look at the program's folders."""
        return {name: _folder(path) for name, path in self._folders().items()}

    async def load(self, agent_pid: int | None) -> LoadSample:
        """Measure the load since the last call."""
        async with self._measuring:
            return await asyncio.to_thread(self._meter.sample, agent_pid)

    def has_process(self, pid: int) -> bool:
        """Whether a process of this number lives."""
        try:
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    async def engine(self) -> EngineFacts:
        """Start the engine in a child and ask it."""
        answer = await child_answer(self._launch, "health", [])
        versions = {str(name): str(version) for name, version in dict(answer.get("versions") or {}).items()}
        return EngineFacts(versions, bool(answer.get("is_warm")))

    def is_engine_warm(self) -> bool:
        """Look whether the engine's code has been compiled, without starting it."""
        return self._is_compiled()

    async def warm_engine(self) -> None:
        """Compile the engine's code into the user's cache."""
        await child_answer(self._launch, "warm", [])


def _system_name() -> str:
    if sys.platform == "linux":
        try:
            return str(platform.freedesktop_os_release()["PRETTY_NAME"])
        except (OSError, KeyError):
            pass
    return f"{platform.system()} {platform.release()}"


def _cpu_count() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _folder(path: Path) -> FolderFacts:
    try:
        path.mkdir(parents=True, exist_ok=True)
        mode = stat.S_IMODE(path.stat().st_mode) if os.name == "posix" else None
        return FolderFacts(path, os.access(path, os.W_OK | os.X_OK), shutil.disk_usage(path).free, mode)
    except OSError as error:
        return FolderFacts(path, is_writable=False, free_bytes=0, mode=None, problem=str(error.strerror or error))
