"""The file lock: one holder, freed when the holder ends however it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tiepoint.runtime.locks import FileLock, LockTimeout

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
