"""Uploads that were broken off: nothing that was acknowledged goes again, whoever sent it."""

from __future__ import annotations

import os

import pytest

from fakes.download_bench import KIB
from fakes.upload_bench import UploadBench, noise
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.blob.errors import Corrupted, Unreachable
from tiepoint.transfer.upload.blocks import SendBlock, block_id

BIG = noise(640 * KIB, 1)  # ten blocks


def begin_and_break_off(bench: UploadBench, blocks: int) -> None:
    bench.write({"big.tif": BIG})
    bench.tell()
    bench.begin()
    while bench.container.count("block") < blocks:
        assert bench.step()


def test_after_a_kill_only_what_is_missing_is_sent(bench: UploadBench) -> None:
    begin_and_break_off(bench, 6)
    bench.restart()
    bench.container.sent_bytes = 0
    assert bench.run() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG}
    assert bench.container.sent_bytes - len(bench.manifest or b"") == 4 * 64 * KIB


def test_after_a_kill_what_is_acknowledged_is_not_read_again(
    bench: UploadBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_and_break_off(bench, 6)
    bench.restart()
    numbers: list[int] = []
    before = SendBlock.run

    def run(task: SendBlock, hand: object) -> None:
        numbers.append(task.number)
        before(task, hand)  # type: ignore[arg-type]

    monkeypatch.setattr(SendBlock, "run", run)
    bench.run()
    assert sorted(numbers) == [6, 7, 8, 9]


def test_without_a_journal_the_servers_list_tells_which_blocks_are_there(
    bench: UploadBench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    begin_and_break_off(bench, 6)
    other = UploadBench(tmp_path_factory.mktemp("other"), bench.container)
    other.write({"big.tif": BIG})
    bench.container.sent_bytes = 0
    assert other.upload() is TransferState.COMPLETED
    assert bench.container.sent_bytes - len(other.manifest or b"") == 4 * 64 * KIB
    other.close()


def test_a_file_changed_meanwhile_begins_anew(bench: UploadBench) -> None:
    begin_and_break_off(bench, 6)
    bench.restart()
    after = noise(640 * KIB, 2)
    bench.write({"big.tif": after})
    assert bench.run() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": after}


def test_blocks_that_the_server_dropped_are_sent_again(bench: UploadBench) -> None:
    begin_and_break_off(bench, 6)
    bench.restart()
    bench.container.waiting.clear()
    assert bench.run() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG}


def test_files_already_there_stay_so_after_a_kill(bench: UploadBench) -> None:
    bench.write({f"{index}.jpg": noise(1000, index) for index in range(6)})
    bench.tell()
    bench.begin()
    while bench.container.count("put") < 3:
        bench.step()
    bench.restart()
    assert sum(state is FileState.VERIFIED for state in bench.states().values()) == 3
    assert bench.run() is TransferState.COMPLETED
    assert bench.container.count("put") == 6 + 1  # and the manifest


@pytest.mark.parametrize("kind", ["put", "block", "commit"])
def test_a_lost_reply_is_no_conflict(bench: UploadBench, kind: str) -> None:
    lost = False

    def lose(what: str, name: str) -> None:
        nonlocal lost
        if what == kind and not lost:
            lost = True
            raise Unreachable("The connection broke.")

    bench.write({"big.tif": BIG, "a.jpg": noise(100, 2)})
    bench.container.on_written = lose
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG, "a.jpg": noise(100, 2)}
    assert set(bench.states().values()) == {FileState.VERIFIED}


@pytest.mark.parametrize("kind", ["put", "block"])
def test_damage_on_the_way_is_mended(bench: UploadBench, kind: str) -> None:
    damaged = False

    def damage(what: str, name: str, data: bytes) -> bytes:
        nonlocal damaged
        if what == kind and not damaged:
            damaged = True
            return b"x" + data[1:]
        return data

    bench.write({"big.tif": BIG, "a.jpg": noise(100, 2)})
    bench.container.on_write = damage
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG, "a.jpg": noise(100, 2)}


def test_a_list_of_blocks_that_was_damaged_is_sent_again_and_no_block_with_it(bench: UploadBench) -> None:
    commits = 0

    def damage(what: str, name: str, data: bytes) -> bytes:
        nonlocal commits
        commits += what == "commit"
        if what == "commit" and commits == 1:
            raise Corrupted("The list of blocks was damaged.", retryable=True)
        return data

    bench.write({"big.tif": BIG})
    bench.container.on_write = damage
    assert bench.upload() is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG}
    assert (commits, bench.container.sent_bytes < 2 * len(BIG)) == (2, True)


def test_a_block_that_comes_back_after_its_file_failed_does_not_wake_it(bench: UploadBench) -> None:
    bench.write({"big.tif": BIG})
    bench.tell()
    bench.begin()
    bench.step()  # the survey
    bench.step()  # opens it
    late, first = bench.next(), bench.next()
    assert late is not None
    assert first is not None
    os.unlink(bench.photos / "big.tif")
    bench.do(first)
    assert bench.file("big.tif").state is FileState.FAILED
    bench.work.give_back(late)
    assert bench.file("big.tif").state is FileState.FAILED


@pytest.mark.parametrize(("kind", "path"), [("put", "a.jpg"), ("block", "big.tif")])
def test_damage_again_and_again_fails_the_file_alone(bench: UploadBench, kind: str, path: str) -> None:
    def damage(what: str, name: str, data: bytes) -> bytes:
        return b"x" + data[1:] if what == kind and name.endswith(path) else data

    bench.write({"big.tif": BIG, "a.jpg": noise(100, 2), "b.jpg": noise(100, 3)})
    bench.container.on_write = damage
    assert bench.upload() is TransferState.FAILED
    assert bench.states().pop(path) is FileState.FAILED
    assert bench.states()["b.jpg"] is FileState.VERIFIED


def test_outages_count_no_attempts(bench: UploadBench) -> None:
    broken = 0

    def cut(what: str, name: str, data: bytes) -> bytes:
        nonlocal broken
        broken += 1
        if broken < 20:
            raise Unreachable("The connection broke.")
        return data

    bench.write({"a.jpg": noise(100, 2)})
    bench.container.on_write = cut
    assert bench.upload() is TransferState.COMPLETED
    assert bench.file("a.jpg").attempts == 1


def test_another_computer_finishing_first_is_no_conflict(
    bench: UploadBench, tmp_path_factory: pytest.TempPathFactory
) -> None:
    begin_and_break_off(bench, 6)
    other = UploadBench(tmp_path_factory.mktemp("other"), bench.container)
    other.write({"big.tif": BIG})
    assert other.upload() is TransferState.COMPLETED
    while bench.step():
        pass
    assert bench.work.phase is TransferState.COMPLETED
    assert bench.in_blob() == {"big.tif": BIG}
    other.close()


def test_a_photo_deleted_before_the_end_is_missed(bench: UploadBench) -> None:
    def delete(kind: str, name: str) -> None:
        if name.endswith("b.jpg"):
            del bench.container.blobs[bench.blob("a.jpg")]

    bench.write({"a.jpg": noise(100, 2), "b.jpg": noise(100, 3)})
    bench.container.on_written = delete
    assert bench.upload() is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.FAILED, "b.jpg": FileState.VERIFIED}
    assert bench.manifest is None


def test_the_id_of_a_block_says_generation_number_and_content() -> None:
    assert block_id(1, 258, b"m" * 16) == b"\0\0\0\1\0\0\1\2" + b"m" * 16
