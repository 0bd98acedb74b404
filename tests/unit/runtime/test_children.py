"""Starting our own processes: from source and frozen, from any folder; dying with the parent; the environment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from patience import PATIENCE_S
from program import wait_until
from tiepoint.runtime.children import child_command, start_child
from tiepoint.runtime.entry import run_child
from tiepoint.runtime.terminate import end_child, kill_group, signal_name

WAITING_ROLE = """
import os, time
from tiepoint.runtime.children import start_child
def main(args):
    told = [os.getpid(), os.getpgid(0), os.environ.get("NUMBA_CACHE_DIR"), os.environ.get("OMP_NUM_THREADS"),
            os.environ.get("TIEPOINT_PARENT"), os.getcwd()]
    print(*told, sep="|", flush=True)
    if args and int(args[0]):
        start_child("warm", [str(int(args[0]) - 1)])
    time.sleep(60)
"""


@pytest.fixture
def role(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a module in the place of the role `warm`, in all processes started here; it says where it runs."""
    (tmp_path / "sitecustomize.py").write_text(
        "import tiepoint.runtime.entry as entry\nentry.ROLES['warm'] = 'waiting_role:main'\n"
    )
    (tmp_path / "waiting_role.py").write_text(WAITING_ROLE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    return tmp_path


def test_a_frozen_program_calls_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert child_command("worker", ["a"]) == [sys.executable, "-P", "-m", "tiepoint", "--child", "worker", "a"]
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command("worker", ["a"]) == [sys.executable, "--child", "worker", "a"]


def test_an_unknown_role_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_child(["nonsense"]) == 2
    assert "nonsense" in capsys.readouterr().err


def test_a_child_starts_in_any_folder(role: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    (trap / "asyncio.py").write_text("raise SystemExit('the wrong module')")
    process = start_child("warm", stdout=subprocess.PIPE, cwd=trap, env={"TIEPOINT_THREADS": "3"})
    try:
        assert process.stdout is not None
        pid, group, cache, threads, parent, cwd = process.stdout.readline().decode().strip().split("|")
        assert pid == group == str(process.pid)
        assert cache.endswith("numba")
        assert threads == "3"
        assert parent == "None"
        assert cwd == str(trap)
    finally:
        assert end_child(process, grace_s=0) == -signal.SIGKILL


@pytest.mark.parametrize("net", ["kernel", "pipe"])
def test_a_chain_dies_with_its_head(role: Path, monkeypatch: pytest.MonkeyPatch, net: str) -> None:
    if net == "pipe":
        with (role / "sitecustomize.py").open("a") as file:
            file.write("import tiepoint.runtime.parentage as p\np._ask_kernel = lambda: None\n")
    head = start_child("warm", ["2"], stdout=subprocess.PIPE)
    assert head.stdout is not None
    pids = [int(head.stdout.readline().split(b"|")[0]) for _ in range(3)]
    assert pids[0] == head.pid
    processes = [psutil.Process(pid) for pid in pids]
    head.kill()
    head.wait()
    head.stdout.close()
    wait_until(lambda: not any(map(_lives, processes)), what="the chain to end")


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_detached_child_outlives_its_starter(role: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = (
        "import sys; from tiepoint.runtime.children import start_child\n"
        "start_child('warm', stdout=open(sys.argv[1], 'wb'), detached=True)"
    )
    subprocess.run([sys.executable, "-c", code, str(out)], check=True, timeout=PATIENCE_S)
    wait_until(lambda: out.read_bytes().endswith(b"\n"), what="the child to speak")
    pid = int(out.read_text().split("|")[0])
    time.sleep(0.2)
    process = psutil.Process(pid)
    assert process.is_running()
    assert process.ppid() != os.getpid()
    process.kill()


def test_killing_a_group_that_is_gone_is_no_error() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""], start_new_session=True)
    process.wait()
    kill_group(process.pid)


@pytest.mark.parametrize(
    ("status", "name"),
    [(-11, "SIGSEGV"), (-9, "SIGKILL"), (3, "exit status 3"), (None, "an unknown cause"), (-99, "signal 99")],
)
def test_how_a_process_ended_in_words(status: int | None, name: str) -> None:
    assert signal_name(status) == name


def test_a_daemon_that_cannot_be_imported_leaves_its_traceback(
    tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tiepoint_home / "sitecustomize.py").write_text(
        "import tiepoint.runtime.entry as entry\nentry.ROLES['transfer'] = 'no_such_module:main'\n"
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tiepoint_home), os.environ.get("PYTHONPATH", "")]))
    process = start_child("transfer", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.wait(60) != 0
    assert "no_such_module" in (tiepoint_home / "log" / "transfer-crash.log").read_text()
