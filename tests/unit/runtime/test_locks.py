"""The file lock: one holder, freed when the holder ends however it ends."""

from __future__ import annotations

import errno
import fcntl
import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from tiepoint.runtime import locks
from tiepoint.runtime.locks import FileLock, LockTimeout, lock_beside

HOLD = (
    "import sys, time; from pathlib import Path; from tiepoint.runtime.locks import FileLock\n"
    "with FileLock(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"
)


def test_only_one_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lock"
    with FileLock(path), pytest.raises(LockTimeout), FileLock(path, timeout_s=0.1):
        pass
    with FileLock(path, timeout_s=0):
        pass


def test_a_killed_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert not FileLock(path).try_acquire()
        process.kill()
    with FileLock(path, timeout_s=1):
        pass


def test_the_lock_of_a_kept_file_lies_beside_it(tmp_path: Path) -> None:
    with lock_beside(tmp_path / "rounds.json"):
        assert [each.name for each in tmp_path.iterdir()] == [".rounds.json.lock"]


def test_a_file_system_without_locks_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    handles: list[int] = []

    def none_here(handle: int, _operation: int) -> None:
        handles.append(handle)
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_here)
    with pytest.raises(OSError, match="No locks"):
        FileLock(tmp_path / "lock").try_acquire()
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(handles[0])


def test_on_windows_the_first_byte_of_the_file_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[int] = []
    windows = _as_on_windows(monkeypatch, freed)
    path = tmp_path / "lock"
    held = windows.FileLock(path)
    assert held.try_acquire()
    assert not windows.FileLock(path).try_acquire()
    with pytest.raises(windows.LockTimeout), windows.FileLock(path, timeout_s=0):
        pass
    assert freed == []
    held.release()
    assert len(freed) == 1
    with windows.FileLock(path, timeout_s=0):
        pass


def _as_on_windows(monkeypatch: pytest.MonkeyPatch, freed: list[int]) -> Any:
    """Return the module as Windows reads it, with a stand-in for the C library that locks as that one does."""

    def locking(handle: int, mode: int, count: int) -> None:
        assert (count, os.lseek(handle, 0, os.SEEK_CUR)) == (1, 0)
        if mode == 0:
            fcntl.flock(handle, fcntl.LOCK_UN)
            freed.append(handle)
            return
        assert mode == 2
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PermissionError(errno.EACCES, "Permission denied") from error

    library = types.ModuleType("msvcrt")
    library.__dict__.update(LK_UNLCK=0, LK_NBLCK=2, locking=locking)
    monkeypatch.setitem(sys.modules, "msvcrt", library)
    assert locks.__spec__ is not None
    assert locks.__spec__.origin is not None
    spec = importlib.util.spec_from_file_location("locks_on_windows", locks.__spec__.origin)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with monkeypatch.context() as there:
        there.setattr(sys, "platform", "win32")
        spec.loader.exec_module(module)
    return module
