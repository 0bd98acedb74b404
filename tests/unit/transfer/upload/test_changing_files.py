"""Photos that change, vanish or cannot be read while they go up."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from fakes.download_bench import KIB
from fakes.upload_bench import UploadBench, noise
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.blob.errors import Exists


def test_a_file_that_changes_once_goes_up_as_it_came_to_be(bench: UploadBench) -> None:
    def rewrite(kind: str, name: str, data: bytes) -> bytes:
        if kind == "put" and name.endswith("a.jpg") and data == noise(100, 1):
            bench.write({"a.jpg": noise(200, 2)})
        return data

    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3)})
    bench.container.on_write = rewrite
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"a.jpg": noise(200, 2), "b.jpg": noise(100, 3)}
    assert bench.file("a.jpg").attempts == 2
    assert bench.file("a.jpg").size == 200
    assert bench.now_s >= 2.0  # left alone for a while


def test_a_file_that_never_comes_to_rest_fails_by_itself(bench: UploadBench) -> None:
    written = 0

    def rewrite(kind: str, name: str, data: bytes) -> bytes:
        nonlocal written
        if kind == "put" and name.endswith("a.jpg"):
            written += 1
            bench.write({"a.jpg": noise(100 + written, written)})
        return data

    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3)})
    bench.container.on_write = rewrite
    assert bench.upload() is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.FAILED, "b.jpg": FileState.VERIFIED}
    trouble = bench.file("a.jpg").trouble
    assert trouble is not None
    assert trouble.summary == "a.jpg changed while it was being sent."
    assert bench.file("a.jpg").attempts == 3
    assert bench.manifest is None


def test_a_block_file_that_changes_begins_anew_and_never_mixes(bench: UploadBench) -> None:
    before, after = noise(400 * KIB, 1), noise(400 * KIB, 2)
    seen = 0

    def rewrite(kind: str, name: str, data: bytes) -> bytes:
        nonlocal seen
        seen += kind == "block"
        if seen == 3:
            seen = 100
            bench.write({"big.tif": after})
        return data

    bench.write({"big.tif": before})
    bench.container.on_write = rewrite
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": after}
    assert bench.file("big.tif").generation == 1


def test_a_big_file_that_becomes_small_goes_up_in_one_piece(bench: UploadBench) -> None:
    bench.write({"big.tif": noise(400 * KIB, 1)})
    bench.tell()
    bench.begin()
    bench.step()  # the survey
    bench.write({"big.tif": noise(10, 2)})
    while bench.step():
        pass
    assert bench.work.phase is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": noise(10, 2)}


@pytest.mark.parametrize("size", [100, 400 * KIB])
def test_a_vanished_file_fails_by_itself(bench: UploadBench, size: int) -> None:
    bench.write({"a.jpg": noise(size, 1), "b.jpg": noise(100, 3)})
    bench.tell()
    bench.begin()
    bench.step()
    (bench.photos / "a.jpg").unlink()
    while bench.step():
        pass
    assert bench.states() == {"a.jpg": FileState.FAILED, "b.jpg": FileState.VERIFIED}
    trouble = bench.file("a.jpg").trouble
    assert trouble is not None
    assert trouble.summary == "a.jpg is not there any more."


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing keeps this user from reading")
def test_an_unreadable_file_fails_by_itself(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3)})
    (bench.photos / "a.jpg").chmod(0)
    assert bench.upload() is TransferState.FAILED
    trouble = bench.file("a.jpg").trouble
    assert trouble is not None
    assert trouble.summary == "a.jpg may not be read."


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_in_a_photos_place_is_not_waited_for(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3)})
    bench.tell()
    bench.begin()
    bench.step()
    (bench.photos / "a.jpg").unlink()
    os.mkfifo(bench.photos / "a.jpg")
    while bench.step():
        pass
    assert bench.states() == {"a.jpg": FileState.FAILED, "b.jpg": FileState.VERIFIED}
    trouble = bench.file("a.jpg").trouble
    assert trouble is not None
    assert "no file any more" in trouble.summary


def test_another_size_than_told_is_taken_as_it_is(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(100, 1)})
    bench.tell()
    bench.write({"a.jpg": noise(300, 2)})
    assert bench.run() is TransferState.COMPLETED
    assert bench.record.total_bytes == bench.record.done_bytes == 300


def test_a_photo_changed_after_it_was_sent_makes_no_card_safe(bench: UploadBench) -> None:
    def rewrite(kind: str, name: str, data: bytes) -> bytes:
        if kind == "put" and name.endswith("b.jpg"):
            bench.write({"a.jpg": noise(100, 9)})
        return data

    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3), "c.jpg": noise(100, 4)})
    bench.container.on_write = rewrite
    assert bench.upload() is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.CONFLICT, "b.jpg": FileState.VERIFIED, "c.jpg": FileState.VERIFIED}
    trouble = bench.file("a.jpg").trouble
    assert trouble is not None
    assert "changed here after it was sent" in trouble.summary
    assert bench.record.receipt is not None
    assert not bench.record.receipt.is_safe
    assert bench.manifest is None


def test_a_change_that_sets_the_time_back_is_found(bench: UploadBench) -> None:
    def forge(kind: str, name: str, data: bytes) -> bytes:
        if kind == "put" and name.endswith("b.jpg"):
            file = bench.photos / "a.jpg"
            before = os.stat(file)
            file.write_bytes(noise(100, 9))
            os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
            bench.record.created -= timedelta(seconds=1)  # file systems tell time less exactly than clocks
        return data

    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3)})
    bench.container.on_write = forge
    assert bench.upload() is TransferState.FAILED
    assert bench.states()["a.jpg"] is FileState.CONFLICT


def test_a_photo_touched_or_gone_after_it_was_sent_is_still_what_is_in_blob(bench: UploadBench) -> None:
    def touch(kind: str, name: str, data: bytes) -> bytes:
        if kind == "put" and name.endswith("c.jpg"):
            bench.write({"a.jpg": noise(100, 1)})
            (bench.photos / "b.jpg").unlink()
        return data

    bench.write({"a.jpg": noise(100, 1), "b.jpg": noise(100, 3), "c.jpg": noise(100, 4)})
    bench.container.on_write = touch
    assert bench.upload() is TransferState.COMPLETED
    assert bench.record.receipt is not None
    assert bench.record.receipt.is_safe


def test_blocks_that_wait_under_a_name_do_not_keep_a_small_file_away(bench: UploadBench) -> None:
    def refuse(kind: str, name: str, data: bytes) -> bytes:
        if kind == "put" and name.endswith("a.jpg"):
            raise Exists("Something of this name is there.", status=409)  # as Azurite says of blocks alone
        return data

    bench.write({"a.jpg": noise(100, 1)})
    bench.container.on_write = refuse
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"a.jpg": noise(100, 1)}
