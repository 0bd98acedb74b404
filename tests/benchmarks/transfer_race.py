"""What benchmarks of transfers share: sets of files, our worker and azcopy on the same set, and the comparison.

Both are measured from the start of their process to the end of the transfer: CPU seconds of the process itself, wall
time, and the most memory it held. Ours is a fresh worker with an empty hash cache each time. azcopy is the program that
TIEPOINT_AZCOPY names, else the one in PATH; it is called with --put-md5, so that both check what arrives.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sink import ANY_RIGHT, Sink

from tiepoint.domain.transfer import Transfer, TransferState
from workstation import Workstation

MIB = 2**20
AZCOPY = os.environ.get("TIEPOINT_AZCOPY") or shutil.which("azcopy") or ""
_PLAIN = ["--check-length=true", "--output-level=essential", "--log-level=NONE", "--trusted-microsoft-suffixes="]


@dataclass(frozen=True)
class Run:
    """What one transfer took.

    Args:
        cpu_s: CPU seconds of the process itself.
        wall_s: Seconds on the clock.
        peak_bytes: Most memory it held.
        children_cpu_s: CPU seconds of processes it started and that have ended.
    """

    cpu_s: float
    wall_s: float
    peak_bytes: int
    children_cpu_s: float = 0.0


def arguments(about: str) -> argparse.Namespace:
    """Read the options that all of them know."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--quick", action="store_true", help="a small set, once: does it work?")
    parser.add_argument("--rounds", type=int, default=5, help="how often both are run, in turns")
    parser.add_argument("--data", type=Path, help="where the sets of files are made and kept; else a temporary folder")
    parser.add_argument("--only", default="", help="of several sets only those whose name holds this")
    parser.add_argument("--repeat", type=int, default=0, help="how many times over a set is sent; else until 30 s")
    given = parser.parse_args()
    if given.quick:
        given.rounds = 1
    return given


@contextmanager
def data_folder(given: argparse.Namespace) -> Iterator[Path]:
    """The folder for sets of files."""
    if given.data:
        given.data.mkdir(parents=True, exist_ok=True)
        yield given.data
        return
    with tempfile.TemporaryDirectory(prefix="tp-bench-") as scratch:
        yield Path(scratch)


def make_set(folder: Path, count: int, size: int) -> Path:
    """Write files of different content, unless they are there, and leave them in the page cache."""
    folder.mkdir(parents=True, exist_ok=True)
    noise = os.urandom(min(size, 64 * MIB))
    for index in range(count):
        path = folder / f"DJI_{index:05}.JPG"
        if path.exists() and path.stat().st_size == size:
            continue
        with path.open("wb") as file:
            file.write(os.urandom(64)[:size])
            while (left := size - file.tell()) > 0:
                file.write(memoryview(noise)[:left])
    warm(folder)
    return folder


def warm(folder: Path) -> None:
    """Read everything once."""
    buffer = bytearray(MIB)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb", buffering=0) as file:
                while file.readinto(buffer):
                    pass


@contextmanager
def fresh_worker(sink: Sink) -> Iterator[Workstation]:
    """A worker that has just been started, as people have it: with the usual sizes and times."""
    with (
        tempfile.TemporaryDirectory(prefix="tp-w-") as home,
        Workstation(Path(home), {}, sink.environment()) as station,
    ):
        station.poll_s = 0.1  # every question costs the worker something
        yield station


def finished(station: Workstation, transfer: Transfer, timeout_s: float = 900) -> Transfer:
    """Wait for the end of a transfer, which must be a good one."""
    over = station.wait(transfer.id, timeout_s=timeout_s)
    assert over.state is TransferState.COMPLETED, (over, station.files(transfer.id, ("failed",))[:3])
    return over


def our_upload(sink: Sink, folder: Path) -> Run:
    """Send a folder with a fresh worker."""
    began = time.monotonic()
    with fresh_worker(sink) as station:
        station.start()
        url = sink.url("captures")
        station.authorize(url, ANY_RIGHT)
        finished(station, station.upload(folder, url, "bench", with_entries=True))
        return worker_run(station, began)


def our_download(sink: Sink, target: Path) -> Run:
    """Fetch the blob that the sink serves with a fresh worker."""
    began = time.monotonic()
    with fresh_worker(sink) as station:
        station.start()
        url = sink.url("served")
        station.authorize(url, ANY_RIGHT)
        finished(station, station.download(f"{url}/mesh.bin", target))
        return worker_run(station, began)


def worker_run(station: Workstation, began: float) -> Run:
    """Return what a worker took so far."""
    wall_s = time.monotonic() - began
    process = psutil.Process(station.pid)
    times = process.cpu_times()
    status = Path(f"/proc/{station.pid}/status").read_text()
    peak = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) * 1024
    return Run(times.user + times.system, wall_s, peak, times.children_user + times.children_system)


def azcopy_upload(sink: Sink, folder: Path) -> Run:
    """Send a folder with azcopy."""
    url = f"{sink.url('azcopy')}?{ANY_RIGHT}"
    return _azcopy(sink, ["copy", str(folder), url, "--recursive", "--put-md5", "--from-to=LocalBlob", *_PLAIN])


def azcopy_download(sink: Sink, target: Path) -> Run:
    """Fetch the blob that the sink serves with azcopy."""
    url = f"{sink.url('served')}/mesh.bin?{ANY_RIGHT}"
    words = ["copy", url, str(target / "mesh.bin"), "--check-md5=FailIfDifferentOrMissing", "--from-to=BlobLocal"]
    return _azcopy(sink, [*words, *_PLAIN])


def _azcopy(sink: Sink, words: Sequence[str]) -> Run:
    with tempfile.TemporaryDirectory(prefix="tp-az-") as scratch, tempfile.TemporaryFile("w+") as told:
        keeps = {"AZCOPY_LOG_LOCATION": scratch, "AZCOPY_JOB_PLAN_LOCATION": scratch, "HOME": scratch}
        env = {**os.environ, **sink.environment(), **keeps}
        began = time.monotonic()
        process = subprocess.Popen([AZCOPY, *words], env=env, stdout=told, stderr=told)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.monotonic() - began
        told.seek(0)
        assert process.returncode == 0, told.read()
        return Run(used.ru_utime + used.ru_stime, wall_s, used.ru_maxrss * 1024)


@dataclass(frozen=True)
class Target:
    """Most that ours may take, as a share of azcopy's; None = no target."""

    cpu: float | None = None
    wall: float | None = None
    memory: float | None = None


def race(
    name: str, rounds: int, ours: Callable[[], Run], theirs: Callable[[], Run], size_bytes: int, target: Target
) -> None:
    """Run both in turns and print the medians and the median of the ratios of each pair, beside the targets."""
    pairs: list[tuple[Run, Run]] = []
    for number in range(rounds):
        pair = (ours(), theirs()) if number % 2 == 0 else tuple(reversed((theirs(), ours())))
        pairs.append((pair[0], pair[1]))
        print(f"  {name} {number + 1}: ours {_row(pair[0])} | azcopy {_row(pair[1])}", flush=True)
    print(f"{name}: {size_bytes / 1e9:.1f} GB, medians of {rounds}")
    for what, unit, value, most in (
        ("CPU", "s", lambda run: run.cpu_s, target.cpu),
        ("wall", "s", lambda run: run.wall_s, target.wall),
        ("memory", "MB", lambda run: run.peak_bytes / 1e6, target.memory),
    ):
        ratio = statistics.median(value(us) / value(them) for us, them in pairs)
        us, them = (statistics.median(value(pair[side]) for pair in pairs) for side in (0, 1))
        wanted = "" if most is None else f", target {most:.2f}: {'met' if ratio <= most else 'MISSED'}"
        print(f"  {what:6} {us:8.2f} {unit} to {them:8.2f} {unit}, ratio {ratio:.2f}{wanted}")
    cpu = statistics.median(us.cpu_s for us, _ in pairs)
    print(f"  ours   {cpu / (size_bytes / 1e9):.2f} CPU s/GB", flush=True)


def _row(run: Run) -> str:
    beside = f" (+{run.children_cpu_s:.1f})" if run.children_cpu_s > 0.05 else ""
    return f"{run.cpu_s:.2f}{beside} CPU s {run.wall_s:.2f} s {run.peak_bytes / 1e6:.0f} MB"


def told(**facts: object) -> str:
    """One line of facts."""
    return json.dumps(facts)
