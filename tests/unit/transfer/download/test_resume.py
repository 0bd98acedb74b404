"""What is kept when a download ends in the middle, by whatever means, and what is not trusted afterwards."""

from __future__ import annotations

import os
import random
import threading

import pytest

from fakes.download_bench import KIB, Bench
from tiepoint.domain.blob_names import transfer_tag
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.download.rounds import leftovers

RANGE = 64 * KIB
DATA = random.Random(4).randbytes(10 * RANGE + 5)
KINDS = ["whole", "blocks", "ids", "none"]


def put(bench: Bench, kind: str, data: bytes = DATA) -> None:
    if kind in ("blocks", "ids"):
        bench.container.put_in_blocks("cap/big", data, RANGE, has_metadata=kind == "blocks")
    else:
        bench.container.put("cap/big", data, md5=None if kind == "whole" else "")


def half(bench: Bench) -> None:
    """Do half of it and lose the worker."""
    bench.begin()
    while bench.container.count("get") < 6:
        assert bench.step()
    bench.restart()
    bench.container.requests.clear()


def part(bench: Bench) -> str:
    (name,) = bench.names()
    assert name.startswith("big.")
    assert name.endswith(".part")
    return name


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", KINDS)
def test_after_a_kill_only_the_rest_is_fetched(bench: Bench, kind: str) -> None:
    put(bench, kind)
    half(bench)
    assert bench.record.done_bytes == 6 * RANGE
    part(bench)
    assert bench.run_mixed(3) is TransferState.COMPLETED
    assert bench.read("big") == DATA
    assert sorted(offset for name, _, offset in bench.container.requests if name == "get") == [
        number * RANGE for number in range(6, 11)
    ]
    assert bench.names() == ["big"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_blob_is_begun_again(bench: Bench, kind: str) -> None:
    put(bench, kind)
    half(bench)
    other = random.Random(5).randbytes(len(DATA))
    put(bench, kind, other)
    assert bench.run_mixed(3) is TransferState.COMPLETED
    assert bench.read("big") == other
    assert bench.container.count("get") == 11


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("harm", ["removed", "replaced", "shorter", "hard link", "link"])
def test_another_part_file_is_not_trusted(bench: Bench, kind: str, harm: str) -> None:
    put(bench, kind)
    half(bench)
    path = bench.folder / part(bench)
    outside = bench.folder.parent / "outside"
    outside.write_bytes(bytes(len(DATA)))
    if harm == "shorter":
        os.truncate(path, 100)
    elif harm == "hard link":
        os.link(path, bench.folder.parent / "other name")
    else:
        path.rename(bench.folder.parent / "away")  # its inode stays in use
        if harm == "replaced":
            path.write_bytes(bytes(len(DATA)))
        elif harm == "link":
            path.symlink_to(outside)
    assert bench.run_mixed(3) is TransferState.COMPLETED
    assert bench.read("big") == DATA
    assert bench.container.count("get") == 11
    assert bench.names() == ["big"]
    assert outside.read_bytes() == bytes(len(DATA))


@pytest.mark.parametrize("kind", ["whole", "blocks", "ids"])
def test_kept_ranges_that_the_disk_lost_are_noticed(bench: Bench, kind: str) -> None:
    put(bench, kind)
    half(bench)
    with (bench.folder / part(bench)).open("r+b") as file:
        file.seek(2 * RANGE)
        file.write(bytes(RANGE))
    assert bench.run_mixed(3) is TransferState.COMPLETED
    assert bench.read("big") == DATA
    # Blocks are checked one by one; a digest of the whole cannot say where the damage is.
    assert bench.container.count("get") == (5 + 1 if kind != "whole" else 5 + 11)


def test_a_part_file_taken_away_meanwhile_is_made_again(bench: Bench) -> None:
    put(bench, "whole")
    bench.begin()
    while bench.container.count("get") < 6:
        assert bench.step()
    (bench.folder / part(bench)).unlink()
    bench.go_on()
    assert bench.work.phase is TransferState.COMPLETED
    assert bench.read("big") == DATA


def test_a_part_file_that_never_stays_is_said(bench: Bench) -> None:
    put(bench, "whole")
    bench.container.on_range = lambda name, offset, data: data
    bench.begin()
    while bench.step():
        for path in bench.folder.glob("*.part"):
            path.unlink()
    assert bench.work.phase is TransferState.FAILED
    assert "was taken away again and again" in str(bench.file("big").trouble)


@pytest.mark.parametrize("size", [5, len(DATA)])
def test_a_kill_between_the_two_names_leaves_one_of_them(bench: Bench, size: int) -> None:
    bench.container.put("cap/x", DATA[:size])
    bench.run()
    (bench.folder / f"x.{transfer_tag(bench.record.id)}.part").hardlink_to(bench.folder / "x")
    file = bench.file("x")
    bench.record.set_state(file, FileState.WAITING)
    file.mtime_ns = 0
    assert bench.run() is TransferState.COMPLETED
    assert bench.states() == {"x": FileState.SKIPPED}
    assert bench.names() == ["x"]
    assert bench.read("x") == DATA[:size]


def test_what_others_call_part_is_left_alone(bench: Bench) -> None:
    (bench.folder / "big.part").write_bytes(b"mine")
    put(bench, "whole")
    half(bench)
    assert bench.run() is TransferState.COMPLETED
    assert bench.read("big.part") == b"mine"
    assert bench.read("big") == DATA


def test_forgetting_a_download_removes_its_part_files_alone(bench: Bench) -> None:
    put(bench, "whole")
    bench.container.put("cap/done", b"here")
    half(bench)
    (bench.folder / "big.part").write_bytes(b"mine")
    leftovers(bench.record).remove()
    assert [name for name in bench.names() if "big" in name] == ["big.part"]


def test_a_row_of_a_file_that_was_deleted_here_is_fetched_again(bench: Bench) -> None:
    put(bench, "whole")
    bench.container.put("cap/other", b"other")
    bench.run()
    (bench.folder / "other").unlink()
    (bench.folder / "big").write_bytes(bytes(len(DATA)))
    bench.restart()
    bench.record.replaces = True
    assert bench.run() is TransferState.COMPLETED
    assert (bench.read("big"), bench.read("other")) == (DATA, b"other")


def test_new_blobs_get_rows_at_the_end_and_lost_ones_fail(bench: Bench) -> None:
    put(bench, "whole")
    bench.container.put("cap/zz", b"z")
    half(bench)
    bench.container.put("cap/aa", b"a")
    del bench.container.blobs["cap/zz"]
    assert bench.run() is TransferState.FAILED
    assert [file.path for file in bench.record.files] == ["big", "zz", "aa"]
    assert bench.states() == {"big": FileState.VERIFIED, "zz": FileState.FAILED, "aa": FileState.VERIFIED}
    assert bench.container.count("get") == 5 + 1
    bench.restart()
    assert [file.path for file in bench.record.files] == ["big", "zz", "aa"]


@pytest.mark.parametrize("seed", range(6))
def test_killed_again_and_again_it_ends_all_the_same(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    content = {
        f"f{number}": chance.randbytes(chance.choice([0, 5, RANGE, RANGE + 1, 5 * RANGE])) for number in range(9)
    }
    for number, (path, data) in enumerate(content.items()):
        if number % 3:
            bench.container.put(f"cap/{path}", data, md5="" if number % 3 == 2 and len(data) > RANGE else None)
        else:
            bench.container.put_in_blocks(f"cap/{path}", data, RANGE // 2)
    for _ in range(12):
        bench.begin()
        for _ in range(chance.randrange(9)):
            bench.step()
        bench.restart()
    assert bench.run_mixed(seed) is TransferState.COMPLETED
    assert {path: bench.read(path) for path in content} == content
    assert bench.names() == sorted(content)


def test_a_task_of_an_earlier_beginning_does_not_meddle(bench: Bench) -> None:
    """A transfer is begun anew while its tasks run: two have the same file in hand, one after the other."""
    bench.container.put("cap/small", b"s" * 5000)
    bench.begin()
    assert bench.step()
    early = bench.next()
    assert early is not None
    reached, go_on = threading.Event(), threading.Event()

    def hold(name: str, offset: int, data: bytes) -> bytes:
        if not reached.is_set():
            reached.set()
            go_on.wait(30)
        return data

    bench.container.on_range = hold
    thread = threading.Thread(target=early.run, args=(bench.hand(),))
    thread.start()
    assert reached.wait(30)
    later = threading.Thread(target=bench.run)
    later.start()
    later.join(0.2)
    assert later.is_alive()
    go_on.set()
    thread.join(30)
    later.join(30)
    assert bench.states() == {"small": FileState.SKIPPED}
    assert bench.read("small") == b"s" * 5000
    assert bench.container.count("get") == 1
