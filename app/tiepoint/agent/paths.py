"""What is at a path of this computer, and whether it can be written. Plain functions block on the disk; coroutines do
not, and say so when a folder does not answer.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from tiepoint.agent.disk_watch import free_bytes
from tiepoint.domain.errors import FolderSilent, OperationFailed
from tiepoint.domain.failure import Failure
from tiepoint.protocol.methods import PathStat
from tiepoint.runtime.folder_calls import ask_folder
from tiepoint.runtime.mounts import mount_of


def stat_path(text: str) -> PathStat:
    """Say what is at a path."""
    path = Path(text)
    kind: Literal["file", "folder", "other", "missing"] = "other"
    size_bytes = 0
    try:
        found = path.stat()
        kind = "folder" if path.is_dir() else "file" if path.is_file() else "other"
        size_bytes = found.st_size if kind == "file" else 0
    except (OSError, ValueError):
        kind = "missing"
    is_writable = kind != "missing" and os.access(path, os.W_OK)
    return PathStat(text, kind, size_bytes, is_writable, free_bytes(path))


def probe_path(text: str) -> Failure | None:
    """Write a file into a folder, read it back and remove it.

    Returns:
        None when all of it worked, else why not.
    """
    file = Path(text) / f".tiepoint-probe-{secrets.token_hex(4)}"
    content = secrets.token_bytes(16)
    try:
        file.write_bytes(content)
        is_same = file.read_bytes() == content
        file.unlink()
    except (OSError, ValueError) as error:
        return Failure.of(
            OperationFailed(
                f"The folder {text} cannot be written.", remedy="Make it writable.", retryable=True, detail=str(error)
            )
        )
    return None if is_same else Failure("failed", f"What was written into {text} came back changed.")


@contextlib.asynccontextmanager
async def probe_file(folder: str) -> AsyncIterator[str]:
    """Keep a file in a folder for others to look for.

    Yields:
        Its path; empty when the folder cannot be written here.

    Raises:
        FolderSilent: It does not answer.
    """
    file = Path(folder) / f".tiepoint-probe-{secrets.token_hex(4)}"
    try:
        await ask_folder(file, lambda: file.write_bytes(secrets.token_bytes(16)), undo=lambda _: file.unlink())
    except (OSError, ValueError):
        yield ""
        return
    try:
        yield str(file)
    finally:
        with contextlib.suppress(FolderSilent):
            await ask_folder(file, lambda: file.unlink(missing_ok=True))


async def look_at(text: str, within_s: float | None = None) -> tuple[PathStat, str]:
    """Say what is at a path, and name the file system under it (`ext4`, `nfs4`, `lustre`; empty = it cannot be told).

    Raises:
        FolderSilent: It does not answer.
    """
    return await ask_folder(Path(text), lambda: (stat_path(text), _file_system_of(text)), within_s=within_s)


def _file_system_of(text: str) -> str:
    with contextlib.suppress(OSError, ValueError):
        return mount_of(os.path.realpath(text))[1]
    return ""
