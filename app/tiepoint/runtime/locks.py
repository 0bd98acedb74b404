"""A lock on a file, held by one process at a time and freed by the system when that process ends. Any thread."""

from __future__ import annotations

import contextlib
import os
import random
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_RETRY_S: Final = 0.05
_FIRST_RETRY_S: Final = 0.001
_KEPT_FILE_S: Final = 15.0
"""Whoever changes a small file is done within milliseconds; on a slow network drive within seconds."""


class LockTimeout(TimeoutError):
    """Another process kept the lock for longer than we were ready to wait."""


class FileLock:
    """An advisory lock on one file; use it as a context manager or call `try_acquire` and `release`.

    Args:
        path: The file; it is made, never removed (removing it would let two holders in).
        timeout_s: How long entering waits.
    """

    def __init__(self, path: Path, *, timeout_s: float = 30.0) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._handle: int | None = None

    def try_acquire(self) -> bool:
        """Take the lock if it is free.

        Returns:
            Whether we hold it now.

        Raises:
            OSError: The file cannot be opened, or its file system has no locks.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        try:
            is_ours = _lock(handle)
        except OSError:  # a file system without locks
            os.close(handle)
            raise
        if not is_ours:
            os.close(handle)
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go; does nothing when it is not held."""
        if self._handle is not None:
            _unlock(self._handle)
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> FileLock:
        """Wait for the lock.

        Raises:
            LockTimeout: It stayed taken.
            OSError: As `try_acquire`.
        """
        deadline, wait = time.monotonic() + self._timeout_s, _FIRST_RETRY_S
        while not self.try_acquire():
            if time.monotonic() > deadline:
                raise LockTimeout(f"another process holds {self._path}")
            time.sleep(wait * random.uniform(0.5, 1.0))  # two that wait must not step on each other's feet
            wait = min(wait * 2, _RETRY_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def lock_beside(path: Path) -> FileLock:
    """Return the lock of a small file that is replaced as a whole, and so cannot carry the lock itself."""
    return FileLock(path.with_name(f".{path.name}.lock"), timeout_s=_KEPT_FILE_S)


if sys.platform == "win32":

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        """Windows frees what a closed file still holds when it finds time (LockFileEx, remarks)."""
        with contextlib.suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(_handle: int) -> None:
        """Closing frees it at once."""
