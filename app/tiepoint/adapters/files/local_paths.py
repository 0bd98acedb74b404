"""A path of this computer as it is, and whether it can be written. Blocking work runs in threads."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from pathlib import Path

from tiepoint.domain.path_causes import Seen


class FolderPaths:
    """Implements `ports.local_paths.LocalPaths`."""

    async def look(self, path: Path) -> Seen:
        """See the port."""
        return await asyncio.to_thread(_look, path)

    async def probe(self, folder: Path) -> bool:
        """See the port."""
        return await asyncio.to_thread(_probe, folder)


def _look(path: Path) -> Seen:
    try:
        found = path.stat()
        kind = "folder" if path.is_dir() else "file" if path.is_file() else "other"
    except (OSError, ValueError):
        return Seen(str(path), "missing", free_bytes=_free(path))
    size = found.st_size if kind == "file" else 0
    return Seen(str(path), kind, size, os.access(path, os.W_OK), _free(path))


def _free(path: Path) -> int | None:
    for place in (path, *path.parents):
        with contextlib.suppress(OSError, ValueError):
            return shutil.disk_usage(place).free
    return None


def _probe(folder: Path) -> bool:
    file, content = folder / f".tiepoint-probe-{secrets.token_hex(4)}", secrets.token_bytes(16)
    try:
        file.write_bytes(content)
        return file.read_bytes() == content
    except (OSError, ValueError):
        return False
    finally:
        with contextlib.suppress(OSError, ValueError):
            file.unlink(missing_ok=True)
