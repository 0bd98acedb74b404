"""Writing to part files: all of a piece, and soon on its way to the disk. Any thread; blocking."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Callable
from typing import Final

_WRITE: Final = 2  # SYNC_FILE_RANGE_WRITE of <fcntl.h>


def write_all(fd: int, piece: memoryview) -> None:
    """Write a piece where the file stands; a full disk takes a part before it says so.

    Raises:
        OSError: The disk is full or fails.
    """
    while piece:
        piece = piece[os.write(fd, piece) :]


def sync_data(fd: int) -> None:
    """Wait until what was written is on the disk.

    Raises:
        OSError: The disk fails.
    """
    (os.fdatasync if hasattr(os, "fdatasync") else os.fsync)(fd)


def begin_writing(fd: int, offset: int, length: int) -> None:
    """Let a part of the file be written to the disk from now on, without waiting: the last sync is then short.

    It stays in memory for whoever hashes it. Only Linux can; elsewhere nothing happens.
    """
    if _sync_file_range is not None:
        _sync_file_range(fd, offset, length, _WRITE)


def _found() -> Callable[[int, int, int, int], int] | None:
    if sys.platform != "linux":
        return None
    with contextlib.suppress(OSError, AttributeError):
        function = ctypes.CDLL(None).sync_file_range
        function.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
        function.restype = ctypes.c_int
        return function
    return None


_sync_file_range: Final = _found()
