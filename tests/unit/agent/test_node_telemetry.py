"""What a node says of its machine: from played /proc, NVIDIA's program and Azure's metadata."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from patience import PATIENCE_S
from tiepoint.agent.backends.dask.node_link import NodeLink
from tiepoint.agent.backends.dask.sizing import Sizing
from tiepoint.agent.config import AgentConfig, TlsFiles
from tiepoint.agent.node import eviction
from tiepoint.agent.node.gpus import cards
from tiepoint.agent.node.guard_folder import WorkMarker, is_draining, task_marker
from tiepoint.agent.node.supervisor import Supervisor
from tiepoint.agent.node.telemetry import Sampler, Usage, memory_bytes

MEMORY = "MemTotal:       1000 kB\nMemFree: 1 kB\nMemAvailable:    400 kB\n"


@contextlib.contextmanager
def serving(answer: bytes) -> Iterator[str]:
    """Answer one request on the loopback interface with these bytes, and close."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}"
        finally:
            thread.join(PATIENCE_S)


class Machine:
    """A played /proc and /sys."""

    def __init__(self, root: Path, kind: str, place: str) -> None:
        self.root = root
        (root / "sys/block/nvme0n1/device").mkdir(parents=True)
        (root / "proc/self").mkdir(parents=True)
        (root / "proc/self/mounts").write_text(f"/dev/root / ext4 rw 0 0\nserver:/work {place} {kind} rw 0 0\n")
        (root / "proc/meminfo").write_text(MEMORY)

    def tick(self, busy: int, idle: int, sectors: int) -> None:
        (self.root / "proc/stat").write_text(f"cpu {busy} 0 0 {idle} 0 0 0 0 0 0\ncpu0 1 1 1 1\n")
        disks = [f"259 0 nvme0n1 1 0 {sectors} 0 1 0 {sectors} 0 0 0 0", f"7 0 loop0 1 0 {sectors} 0 1 0 9 0 0 0 0"]
        (self.root / "proc/diskstats").write_text("\n".join(disks) + "\n")

    def nfs(self, place: str, read: int, written: int) -> None:
        lines = [
            "device proc mounted on /proc with fstype proc",
            f"device server:/work mounted on {place} with fstype nfs4 statvers=1.1",
            f"\tbytes:\t1 2 3 4 {read} {written} 7 8",
        ]
        (self.root / "proc/self/mountstats").write_text("\n".join(lines) + "\n")


def test_shares_and_rates_are_those_since_the_last_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([10.0, 12.0])
    monkeypatch.setattr("tiepoint.agent.node.telemetry.time.monotonic", lambda: next(seconds))
    machine = Machine(tmp_path, "nfs4", "/work")
    sampler = Sampler("/work", tmp_path)
    machine.tick(100, 900, 0)
    machine.nfs("/work", 1000, 1000)
    assert sampler.sample() == Usage(memory_bytes=600 * 1024)
    machine.tick(175, 925, 1000)
    machine.nfs("/work", 5000, 3000)
    assert sampler.sample() == Usage(0.75, 600 * 1024, 512_000, 3000)


def test_the_shared_folder_itself_is_not_touched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that hangs would hold up every report, and the node would be given up for it."""

    def touched(path: str) -> str:
        raise AssertionError(f"{path} was touched")

    machine = Machine(tmp_path, "nfs4", "/work")
    machine.tick(1, 1, 0)
    machine.nfs("/work", 1, 1)
    monkeypatch.setattr("tiepoint.agent.node.telemetry.os.path.realpath", touched)
    sampler = Sampler("/work", tmp_path)
    assert sampler.sample().memory_bytes
    assert sampler.sample().work_bytes_s is not None


def test_lustre_tells_its_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([10.0, 11.0])
    monkeypatch.setattr("tiepoint.agent.node.telemetry.time.monotonic", lambda: next(seconds))
    machine = Machine(tmp_path, "lustre", "/work")
    sampler = Sampler("/work", tmp_path)
    stats = tmp_path / "proc/fs/lustre/llite/lustrefs-1/stats"
    stats.parent.mkdir(parents=True)
    for total in (100, 1100):
        machine.tick(1, 1, 0)
        stats.write_text(
            f"read_bytes 3 samples [bytes] 1 2 {total}\nwrite_bytes 1 samples [bytes] 1 1 50\nopen 3 samples\n"
        )
        found = sampler.sample()
    assert found.work_bytes_s == 1000


def test_a_machine_that_tells_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "proc").mkdir()
    sampler = Sampler("/nowhere", tmp_path)
    assert sampler.sample() == Usage()
    assert sampler.sample().disk_bytes_s is None


def test_this_machine_can_be_read() -> None:
    sampler = Sampler("/")
    sampler.sample()
    assert 0 < sampler.sample().memory_bytes < memory_bytes()


def played(tmp_path: Path, body: str) -> str:
    program = tmp_path / "nvidia"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def test_cards_are_read(tmp_path: Path) -> None:
    found = cards(played(tmp_path, "printf 'NVIDIA A10, 24000, 37, 1000\\nTesla, M60, [N/A], [N/A], 0\\n'"))
    assert [(card.name, card.use, card.used_bytes) for card in found] == [
        ("NVIDIA A10", 0.37, 1000 * 2**20),
        ("Tesla, M60", None, 0),
    ]


@pytest.mark.parametrize("body", ["exit 9", "printf 'No devices were found\\n'", "printf '\\377\\376'"])
def test_a_driver_that_does_not_answer_has_no_cards(tmp_path: Path, body: str) -> None:
    assert cards(played(tmp_path, body)) == ()
    assert cards(str(tmp_path / "missing")) == ()


def test_nobody_at_the_metadata_service_is_no_answer() -> None:
    with pytest.raises(eviction.NoAnswer):
        eviction.notice("http://127.0.0.1:1", "node-01")


@pytest.mark.parametrize(
    "answer", [b"what?\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{", b"HTTP/1.1 200 OK\r\n\r\n{"]
)
def test_nonsense_of_the_metadata_service_is_no_answer(answer: bytes) -> None:
    with serving(answer) as address, pytest.raises(eviction.NoAnswer):
        eviction.notice(address, "node-01")


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ({"Resources": None}, ("", False)),
        ({"Resources": 7}, ("", False)),
        ({"Resources": ["node-01"], "NotBefore": "Thu, 99"}, ("Evicted at Thu, 99 by Azure", True)),
    ],
)
def test_odd_notices_are_taken_as_far_as_they_go(event: dict[str, object], told: tuple[str, bool]) -> None:
    body = json.dumps({"Events": [{"EventType": "Preempt", **event}]}).encode()
    with serving(b"HTTP/1.1 200 OK\r\n\r\n" + body) as address:
        words, is_leaving = eviction.notice(address, "node-01")
    assert words.startswith(told[0])
    assert is_leaving is told[1]


async def test_a_node_that_lost_its_head_ends_so_that_another_is_started(tmp_path: Path) -> None:
    """Else its machine costs money and does nothing, and nothing tells of it."""

    class Headless(Supervisor):
        async def _joined(self) -> NodeLink:
            raise KeyError("a mistake")

    config = AgentConfig(work=str(tmp_path), node="node-01", scheduler="tls://127.0.0.1:1", identity="")
    with pytest.raises(KeyError, match="a mistake"):
        async with asyncio.timeout(PATIENCE_S):
            await Headless(config, Sizing(1, 1 << 30), TlsFiles("", "", "")).serve()


def test_markers_lie_as_long_as_something_works(tmp_path: Path) -> None:
    tasks = tmp_path / "tasks"
    tasks.mkdir()
    with task_marker(str(tmp_path), "features/3"):
        (marker,) = tasks.iterdir()
        assert marker.read_text() == str(os.getpid())
    assert not [*tasks.iterdir()]
    work = WorkMarker(str(tmp_path))
    for is_working in (True, True, False, False):
        work.show(is_working=is_working)
        assert len([*tasks.iterdir()]) == is_working
    with task_marker(str(tmp_path / "missing"), "a"), task_marker("", "b"):
        pass
    assert not is_draining(str(tmp_path))
    (tmp_path / "drain").touch()
    assert is_draining(str(tmp_path))
    assert not is_draining("")
