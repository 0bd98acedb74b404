"""The box itself: who reaches whom, and that nothing of it stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from cluster_box import network
from cluster_box.box import ClusterBox

_HERE = Path(__file__).resolve().parents[2]
_OWNER = """
from cluster_box.box import ClusterBox
from cluster_box.parts import Wishes
box = ClusterBox(Wishes(nodes=1, has_cloud=False))
box.start(nodes=False)
print(box.folder, flush=True)
input()
"""


def _reaches(box: ClusterBox, machine: str, host: str, port: int) -> bool:
    words = [sys.executable, "-c", f"import socket; socket.create_connection(({host!r}, {port}), 0.5)"]
    return not subprocess.run(box.network.command(machine, words), capture_output=True, check=False).returncode


def test_the_scheduler_is_behind_the_jump_box(toy_box: ClusterBox) -> None:
    scheduler = toy_box.scheduler.host
    assert network.can_connect(toy_box.jump.host, 22, 5)
    assert not network.can_connect(scheduler, 22, 0.5)
    assert _reaches(toy_box, "jump", scheduler, 22)


def test_nodes_reach_the_scheduler_and_nobody_else(toy_box: ClusterBox) -> None:
    assert _reaches(toy_box, "node-01", toy_box.network.inner, 8786)
    assert not _reaches(toy_box, "node-01", toy_box.jump.host, 22)
    assert not network.can_connect(toy_box.network.addresses["node-01"], 8786, 0.5)


def test_what_a_killed_owner_left_is_swept() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", _OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(_HERE)},
    )
    assert owner.stdout is not None
    assert owner.stdin is not None
    folder = Path(owner.stdout.readline().strip())
    assert folder.is_dir()
    left = [name for name in network.namespaces() if f"-{owner.pid}-" in name]
    assert len(left) == 3
    os.kill(owner.pid, signal.SIGKILL)
    owner.communicate()
    assert set(left) <= set(network.sweep())
    assert not folder.exists()
    assert not [name for name in network.namespaces() if f"-{owner.pid}-" in name]
    assert not [each for each in psutil.process_iter() if str(folder) in " ".join(_words(each))]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
