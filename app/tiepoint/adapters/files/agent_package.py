"""Packs the agent into one file that any Python from 3.11 runs: a zip archive of its sources (zipapp).

The agent needs the standard library only outside its engines, so nothing else goes along. On the loop; packing is done
in a thread.
"""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import Callable, Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.domain.errors import SetupError

_PARTS: Final = ("agent", "daemon", "domain", "protocol", "runtime")
_SINGLE: Final = ("__init__.py", "__main__.py", "engine/__init__.py", "engine/job_folder.py")
"""Files beside them: the engine's way of laying out a job's folder is what every engine's jobs look like."""
_SUFFIXES: Final = (".py", ".json")
_START: Final = b"#!/usr/bin/env python3\n"
_MAIN: Final = """import sys

if sys.argv[1:2] == ["--child"]:
    from tiepoint.runtime.entry import run_child

    sys.exit(run_child(sys.argv[2:]))

from tiepoint.agent.command import main

sys.exit(main())
"""
_SCRIPTS: Final = {False: "scripts/agent/install.sh", True: "scripts/agent/install.ps1"}
_SAME_TIME: Final = (2020, 1, 1, 0, 0, 0)
"""Of all files in the archive, so that the same sources make the same bytes."""


class ZippedAgent:
    """Implements `ports.agent_package.AgentPackage`.

    Args:
        folder: Where the file is made.
        version: Of this program.
        read: Reads a text of the infrastructure.
    """

    def __init__(self, folder: Path, version: str, read: Callable[[str], str]) -> None:
        self._path, self._read = folder / f"tiepoint-agent-{version}.pyz", read

    async def pack(self) -> Path:
        """Make the file; see the port."""
        await asyncio.to_thread(self._pack)
        return self._path

    def script(self, *, is_windows: bool) -> str:
        """The script; see the port."""
        return self._read(_SCRIPTS[is_windows])

    def _pack(self) -> None:
        package = resources.files("tiepoint")
        files = [*((name, package.joinpath(name)) for name in _SINGLE), *_below(package)]
        files = [(name, file) for name, file in files if file.is_file()]
        if not any(name == "agent/command.py" for name, _file in files):
            raise SetupError(
                "This build of Tiepoint carries no sources of its agent, so it cannot put one elsewhere.",
                remedy="Install the agent from Tiepoint's package, or with Tiepoint installed by pip.",
            )
        part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(_START)
                _write(file, files)
            part.chmod(0o755)
            part.replace(self._path)
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error


def _write(file: object, files: list[tuple[str, Traversable]]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        archive.writestr(_entry("__main__.py"), _MAIN)
        for name, source in sorted(files, key=lambda each: each[0]):
            archive.writestr(_entry(f"tiepoint/{name}"), source.read_bytes())


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _SAME_TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _below(package: Traversable) -> Iterator[tuple[str, Traversable]]:
    for part in _PARTS:
        folder = package.joinpath(part)
        if folder.is_dir():
            yield from _walk(part, folder)


def _walk(name: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for each in folder.iterdir():
        if each.is_dir() and each.name != "__pycache__":
            yield from _walk(f"{name}/{each.name}", each)
        elif each.name.endswith(_SUFFIXES):
            yield f"{name}/{each.name}", each
