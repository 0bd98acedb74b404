"""Watches the disk while a job runs, so that it stops with a sentence before the disk is full. Asyncio."""

from __future__ import annotations

import asyncio
import errno
import functools
import shutil
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import NoSpace
from tiepoint.domain.space import size_text
from tiepoint.runtime.folder_calls import in_folder

_PERIOD_S: Final = 3.0
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def free_bytes(path: Path) -> int | None:
    """Return what is free at a path or its nearest existing parent, None when the system does not say."""
    for folder in (path, *path.parents):
        try:
            return shutil.disk_usage(folder).free
        except (OSError, ValueError):  # a path with a NUL is no path
            continue
    return None


def no_space(folder: Path, free: int | None) -> NoSpace:
    """Return the sentence for a disk that is (nearly) full."""
    left = "Nothing is" if not free else f"Only {size_text(free)} are"
    return NoSpace(
        f"{left} left on the disk that holds {folder}.",
        remedy="Free some space there and resume the job; it continues at the last whole task.",
        retryable=True,
    )


def is_disk_full(error: OSError) -> bool:
    """Return whether this is the system's way to say that a disk or a quota is full."""
    return error.errno in _FULL


async def until_disk_is_low(folder: Path, floor_bytes: int) -> None:
    """Return never; raise when too little is free.

    Args:
        folder: Any folder on the disk.
        floor_bytes: What must stay free.

    Raises:
        NoSpace: Less than that is free.
    """
    while True:
        free = await in_folder(folder, functools.partial(free_bytes, folder))
        if free is not None and free < floor_bytes:
            raise no_space(folder, free)
        await asyncio.sleep(_PERIOD_S)
