"""What is at a path of this computer, and whether it can be written. Blocks on the disk: call it from a thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

from tiepoint.agent.disk_watch import free_bytes
from tiepoint.domain.errors import OperationFailed
from tiepoint.domain.failure import Failure
from tiepoint.protocol.methods import PathStat


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
    """
    file = Path(folder) / f".tiepoint-probe-{secrets.token_hex(4)}"
    try:
        await asyncio.to_thread(file.write_bytes, secrets.token_bytes(16))
    except (OSError, ValueError):
        yield ""
        return
    try:
        yield str(file)
    finally:
        await asyncio.to_thread(file.unlink, missing_ok=True)


def file_system_of(text: str) -> str:
    """Name the file system under a path (`ext4`, `nfs4`, `lustre`); empty where it cannot be told."""
    with contextlib.suppress(OSError, ValueError):
        path, best, kind = os.path.realpath(text), "", ""
        for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
            _, place, found, *_ = line.split(" ")
            place = place.replace("\\040", " ")
            if len(place) >= len(best) and (path == place or path.startswith(place.rstrip("/") + "/")):
                best, kind = place, found
        return kind
    return ""
