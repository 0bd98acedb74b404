"""Disks that are full, go away or refuse: what is said, and that going on later loses nothing."""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.download_bench import KIB, Bench
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import InputError, NoSpace, OperationFailed, TiepointError
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.protocol.transfers import DownloadParams
from tiepoint.runtime.stop import Stopped
from tiepoint.transfer.download.faults import FileFault, disk_trouble
from tiepoint.transfer.download.folder_check import check_target

RANGE = 64 * KIB
BIG = random.Random(1).randbytes(12 * RANGE)


def test_too_little_room_is_said_before_the_first_byte(bench: Bench) -> None:
    bench.container.put("cap/big", BIG)
    bench.free_bytes = len(BIG)
    with pytest.raises(NoSpace, match="has 786 kB free, but 786 kB are to come and 7.9 kB are to stay free"):
        bench.run()
    assert bench.names() == []
    assert bench.container.count("get") == 0
    bench.free_bytes = len(BIG) * 2
    assert bench.run() is TransferState.COMPLETED


def test_what_is_here_needs_no_room(bench: Bench) -> None:
    bench.container.put("cap/big", BIG)
    bench.container.put("cap/other", BIG[:-1])
    bench.begin()
    while bench.container.count("get") < 6:
        bench.step()
    bench.restart()
    (bench.folder / "other").write_bytes(BIG[:-1])
    bench.free_bytes = 7 * RANGE
    assert bench.run() is TransferState.COMPLETED


def test_a_folder_that_is_gone_ends_the_transfer(bench: Bench) -> None:
    bench.container.put("cap/big", BIG)
    bench.container.put("cap/small", b"small")
    bench.begin()
    while bench.container.count("get") < 6:
        assert bench.step()
    shutil.rmtree(bench.folder)
    with pytest.raises(InputError, match="is not there any more"):
        bench.go_on()
    assert not bench.folder.exists()
    bench.folder.mkdir()
    assert bench.run() is TransferState.COMPLETED
    assert bench.read("big") == BIG


def full_after(monkeypatch: pytest.MonkeyPatch, most: int) -> Callable[[], None]:
    """Let the disk take so many bytes; returns what makes room."""
    left = [most]
    write = os.write

    def refuse(fd: int, data: memoryview) -> int:
        if left[0] <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        size = write(fd, data[: left[0]])
        left[0] -= size
        return size

    monkeypatch.setattr(os, "write", refuse)
    return lambda: left.__setitem__(0, 10**9)


def test_a_full_disk_in_the_middle_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.container.put("cap/big", BIG)
    bench.container.put("cap/small", b"small")
    make_room = full_after(monkeypatch, 5 * RANGE + 100)
    bench.begin()
    with pytest.raises(NoSpace, match="is full; what has arrived is kept") as caught:
        bench.go_on()
    assert caught.value.retryable
    bench.restart()
    assert bench.record.done_bytes == 5 * RANGE
    bench.container.requests.clear()
    make_room()
    assert bench.run() is TransferState.COMPLETED
    assert (bench.read("big"), bench.read("small")) == (BIG, b"small")
    assert bench.container.count("get") == 7 + 1


def test_a_full_disk_leaves_no_part_of_a_small_file(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.container.put("cap/small", b"small")
    full_after(monkeypatch, 2)
    with pytest.raises(NoSpace):
        bench.run()
    assert bench.names() == []


@pytest.mark.parametrize("kind", ["small", "big"])
def test_a_stop_ends_it_at_once_and_keeps_what_there_is(bench: Bench, kind: str) -> None:
    bench.container.put("cap/x", BIG if kind == "big" else b"small")

    def stop(name: str, offset: int, data: bytes) -> bytes:
        bench.stop.stop()
        return data

    bench.container.on_range = stop
    with pytest.raises(Stopped):
        bench.run()
    assert bench.states() == {"x": FileState.WAITING}
    assert len(bench.names()) == (1 if kind == "big" else 0)
    bench.container.on_range = lambda name, offset, data: data
    assert bench.run() is TransferState.COMPLETED


@pytest.mark.parametrize(
    ("number", "kind", "words"),
    [
        (errno.ENOSPC, NoSpace, "is full"),
        (errno.EDQUOT, NoSpace, "is full"),
        (errno.EROFS, OperationFailed, "cannot be written any more"),
        (errno.EIO, OperationFailed, "cannot be written any more"),
        (errno.EACCES, FileFault, "'a/x' did not come down: you may not write there"),
        (errno.ENAMETOOLONG, FileFault, "name or path is too long here"),
        (errno.EFBIG, FileFault, "this disk takes no file of its size"),
        (errno.EBUSY, FileFault, "Device or resource busy"),
    ],
)
def test_what_the_disk_says(number: int, kind: type[Exception], words: str) -> None:
    trouble = disk_trouble(OSError(number, os.strerror(number)), "a/x", "/home/me/target")
    assert isinstance(trouble, kind)
    said = trouble.summary if isinstance(trouble, TiepointError) else trouble.failure.summary
    assert words in said


def params(folder: str) -> DownloadParams:
    return DownloadParams(BlobPlace("http://127.0.0.1:1/a", "box"), folder)


def test_the_target_is_made(tmp_path: Path) -> None:
    check_target(params(str(tmp_path / "a" / "b")))
    check_target(params(str(tmp_path / "a" / "b")))
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("folder", ["relative/folder", "", "{}/file", "{}/file/below", "{}/" + "x" * 300, "{}/\0"])
def test_a_target_that_cannot_be_is_said(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match=r"is not the full path|cannot be written"):
        check_target(params(folder.format(tmp_path)))
