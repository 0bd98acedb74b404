"""Downloads from beginning to end, against a container in memory."""

from __future__ import annotations

import hashlib
import random

import pytest

from fakes.blob_container import FakeContainer
from fakes.download_bench import KIB, Bench
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.blob.errors import BadRequest, BlobError, Changed, Exists, NameRefused, Unreachable
from tiepoint.transfer.download.rounds import begin_round


def noise(size: int, seed: int = 1) -> bytes:
    return random.Random(seed).randbytes(size)


def fill(container: FakeContainer) -> dict[str, bytes]:
    """A capture with small and large files of every kind of digest."""
    content = {
        "photos/a.jpg": noise(10 * KIB, 1),
        "photos/deep/er/b.jpg": noise(64 * KIB, 2),
        "photos/empty.jpg": b"",
        "capture.json": b"{}",
        "jobs/1/products/model.glb": noise(700 * KIB + 13, 3),
        "jobs/1/products/cloud.ply": noise(333 * KIB, 4),
        "jobs/1/report/report.html": noise(128 * KIB, 5),
        "jobs/1/products/bare.bin": noise(200 * KIB, 6),
    }
    for path, data in content.items():
        container.put(f"cap/{path}", data)
    container.put_in_blocks("cap/jobs/1/products/cloud.ply", content["jobs/1/products/cloud.ply"], 48 * KIB)
    container.put_in_blocks(
        "cap/jobs/1/report/report.html", content["jobs/1/report/report.html"], 50 * KIB, has_metadata=False
    )
    container.put("cap/jobs/1/products/bare.bin", content["jobs/1/products/bare.bin"], md5="")
    container.put("capital/no", b"another place")
    return content


def assert_all_here(bench: Bench, content: dict[str, bytes]) -> None:
    assert {path: bench.read(path) for path in content} == content
    assert not [name for name in bench.names() if name.endswith(".part")]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_everything_comes_down(bench: Bench, seed: int | None) -> None:
    content = fill(bench.container)
    phase = bench.run() if seed is None else bench.run_mixed(seed)
    assert phase is TransferState.COMPLETED
    assert_all_here(bench, content)
    assert set(bench.states().values()) == {FileState.VERIFIED}
    assert "no" not in bench.names()
    assert bench.file("photos/a.jpg").digest == hashlib.md5(content["photos/a.jpg"]).hexdigest()
    assert bench.file("jobs/1/products/cloud.ply").digest.endswith("-7")
    assert bench.file("jobs/1/report/report.html").digest.endswith("-3")
    bare = bench.file("jobs/1/products/bare.bin")
    assert (bare.digest, bare.trouble and bare.trouble.kind) == ("", "unverifiable")
    assert bench.record.done_bytes == bench.record.total_bytes == sum(map(len, content.values()))


def test_products_only(bench: Bench) -> None:
    content = fill(bench.container)
    bench.record.is_products_only = True
    assert bench.run() is TransferState.COMPLETED
    assert_all_here(bench, {path: data for path, data in content.items() if path.startswith("jobs/")})
    assert sorted(path.name for path in bench.folder.iterdir()) == ["jobs"]


def test_a_folder_further_in(bench: Bench) -> None:
    content = fill(bench.container)
    bench.place("cap/photos/deep")
    assert bench.run() is TransferState.COMPLETED
    assert_all_here(bench, {"er/b.jpg": content["photos/deep/er/b.jpg"]})


def test_a_single_blob(bench: Bench) -> None:
    content = fill(bench.container)
    bench.place("cap/jobs/1/products/model.glb")
    assert bench.run() is TransferState.COMPLETED
    assert_all_here(bench, {"model.glb": content["jobs/1/products/model.glb"]})


def test_a_whole_container(bench: Bench) -> None:
    content = fill(bench.container)
    bench.place("")
    assert bench.run() is TransferState.COMPLETED
    assert bench.read("capital/no") == b"another place"
    assert bench.read("cap/photos/a.jpg") == content["photos/a.jpg"]


def test_marks_of_folders_are_no_files(bench: Bench) -> None:
    bench.container.put("cap/x/", b"")
    bench.container.put("cap/y", b"", metadata={"Hdi_isfolder": "true"})
    bench.container.put("cap/y/z", b"z")
    assert bench.run() is TransferState.COMPLETED
    assert bench.names() == ["y", "y/z"]


@pytest.mark.parametrize("is_products_only", [False, True])
def test_nothing_there_is_an_error(bench: Bench, is_products_only: bool) -> None:
    bench.record.is_products_only = is_products_only
    if is_products_only:
        bench.container.put("cap/capture.json", b"{}")
    with pytest.raises(
        InputError, match=r"There is no(thing| products) to download at http://127.0.0.1:1/account/box/cap"
    ):
        bench.run()


@pytest.mark.usefixtures("way")
def test_again_is_nothing(bench: Bench) -> None:
    content = fill(bench.container)
    bench.run_mixed()
    bench.restart()
    begin_round(bench.record)
    bench.container.requests.clear()
    assert bench.run() is TransferState.COMPLETED
    assert bench.container.count("get") == 0
    assert bench.container.count("list") == 1
    assert set(bench.states().values()) == {FileState.SKIPPED}
    assert bench.record.done_bytes == sum(map(len, content.values()))
    bare = bench.file("jobs/1/products/bare.bin")
    assert bare.trouble is not None


def test_another_transfer_into_the_same_folder_skips_what_is_there(bench: Bench) -> None:
    content = fill(bench.container)
    del bench.container.blobs["cap/jobs/1/products/bare.bin"]
    bench.run()
    bench.record.set_files([])
    bench.container.requests.clear()
    assert bench.run() is TransferState.COMPLETED
    assert set(bench.states().values()) == {FileState.SKIPPED}
    assert bench.container.count("get") == 0
    del content["jobs/1/products/bare.bin"]
    assert_all_here(bench, content)


@pytest.mark.usefixtures("way")
def test_other_files_of_the_same_names_are_conflicts(bench: Bench) -> None:
    content = fill(bench.container)
    mine = {"photos/a.jpg": b"my own", "jobs/1/products/model.glb": bytes(len(content["jobs/1/products/model.glb"]))}
    for path, data in mine.items():
        (bench.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (bench.folder / path).write_bytes(data)
    assert bench.run_mixed() is TransferState.FAILED
    assert {path: state for path, state in bench.states().items() if state is not FileState.VERIFIED} == dict.fromkeys(
        mine, FileState.CONFLICT
    )
    assert_all_here(bench, content | mine)
    assert bench.record.trouble is not None
    assert bench.record.trouble.summary == "2 files of 8 did not come down."

    bench.record.replaces = True
    for file in bench.record.files:
        if not file.state.is_there:
            bench.record.set_state(file, FileState.WAITING)
    assert bench.run_mixed() is TransferState.COMPLETED
    assert_all_here(bench, content)


def test_a_folder_in_the_way_is_said(bench: Bench) -> None:
    content = fill(bench.container)
    (bench.folder / "photos/a.jpg").mkdir(parents=True)
    (bench.folder / "jobs").write_bytes(b"a file")
    assert bench.run() is TransferState.FAILED
    assert bench.states()["photos/a.jpg"] is FileState.FAILED
    assert "a folder of its name is in the way" in str(bench.file("photos/a.jpg").trouble)
    assert bench.states()["jobs/1/products/model.glb"] is FileState.FAILED
    assert "'jobs' in your folder is a file or a link" in str(bench.file("jobs/1/products/model.glb").trouble)
    assert bench.read("capture.json") == content["capture.json"]
    assert bench.read("jobs") == b"a file"


def test_damaged_once_is_fetched_again(bench: Bench) -> None:
    content = fill(bench.container)
    seen: set[tuple[str, int]] = set()

    def damage(name: str, offset: int, data: bytes) -> bytes:
        if (name, offset) in seen or offset > 64 * KIB:
            return data
        seen.add((name, offset))
        return bytes([data[0] ^ 1]) + data[1:]

    bench.container.on_range = damage
    del bench.container.blobs["cap/jobs/1/products/bare.bin"]
    del content["jobs/1/products/bare.bin"]
    assert bench.run_mixed() is TransferState.COMPLETED
    assert_all_here(bench, content)


@pytest.mark.parametrize("has_metadata", [True, False])
def test_of_a_file_in_blocks_only_the_damaged_one_is_fetched_again(bench: Bench, has_metadata: bool) -> None:
    data, damaged = noise(640 * KIB), []
    bench.container.put_in_blocks("cap/big", data, 64 * KIB, has_metadata=has_metadata)

    def damage(name: str, offset: int, data: bytes) -> bytes:
        if offset in damaged or len(damaged) == 4:
            return data
        damaged.append(offset)
        return bytes(len(data))

    bench.container.on_range = damage
    assert bench.run_mixed() is TransferState.COMPLETED
    assert bench.read("big") == data
    assert bench.container.count("get") == 10 + 4
    assert bench.container.count("blocks") == 1


def test_damaged_twice_is_said(bench: Bench) -> None:
    content = fill(bench.container)
    bad = ["jobs/1/products/model.glb", "jobs/1/products/cloud.ply", "photos/a.jpg"]
    bench.container.on_range = lambda name, offset, data: bytes(len(data)) if name.removeprefix("cap/") in bad else data
    assert bench.run_mixed() is TransferState.FAILED
    assert [path for path, state in bench.states().items() if state is FileState.FAILED] == sorted(
        bad, key=list(bench.states()).index
    )
    assert "arrived damaged twice" in str(bench.file("photos/a.jpg").trouble)
    assert {path: bench.read(path) for path in content if path not in bad} == {
        path: data for path, data in content.items() if path not in bad
    }
    # Of the file in blocks good ones may be there, and are kept for a retry.
    assert [name.rpartition("/")[2].split(".")[0] for name in bench.names() if name.endswith(".part")] == ["cloud"]
    assert bench.container.requests.count(("get", "cap/photos/a.jpg", 0)) == 2


def test_a_blob_that_changes_is_begun_again(bench: Bench) -> None:
    content = fill(bench.container)
    for path in ("jobs/1/products/model.glb", "photos/a.jpg"):
        old, new = content[path], noise(len(content[path]) * 2, 9)
        content[path] = new
        bench.container.put(f"cap/{path}", old)
    bench.begin()
    bench.step()
    for path in ("jobs/1/products/model.glb", "photos/a.jpg"):
        bench.container.put(f"cap/{path}", content[path])
    held = [task for _ in range(4) if (task := bench.next()) is not None]
    for task in held:
        bench.do(task)
    bench.go_on()
    assert bench.work.phase is TransferState.COMPLETED
    assert bench.now_s >= bench.tuning.quiet_s
    assert_all_here(bench, content)
    assert bench.record.total_bytes == sum(map(len, content.values()))


@pytest.mark.parametrize("size", [10 * KIB, 400 * KIB])
def test_a_blob_that_keeps_changing_is_given_up(bench: Bench, size: int) -> None:
    bench.container.put("cap/other", b"fine")
    bench.container.put("cap/moving", noise(size))

    def change(name: str, offset: int, data: bytes) -> bytes:
        if name == "cap/moving" and (offset or size < 64 * KIB):
            bench.container.put("cap/moving", noise(size, random.randrange(2**30)))
            raise Changed("another version")
        return data

    bench.container.on_range = change
    assert bench.run() is TransferState.FAILED
    assert bench.states() == {"moving": FileState.FAILED, "other": FileState.VERIFIED}
    assert "changed in Blob storage 3 times while it came down" in str(bench.file("moving").trouble)


def test_a_blob_that_vanishes_fails_alone(bench: Bench) -> None:
    content = fill(bench.container)
    bench.begin()
    bench.step()
    for path in ("jobs/1/products/model.glb", "photos/a.jpg"):
        del bench.container.blobs[f"cap/{path}"], content[path]
    bench.go_on()
    assert bench.work.phase is TransferState.FAILED
    assert "is not in Blob storage any more" in str(bench.file("photos/a.jpg").trouble)
    assert "is not in Blob storage any more" in str(bench.file("jobs/1/products/model.glb").trouble)
    assert {path: bench.read(path) for path in content} == content


def test_outages_count_no_attempt_and_lose_nothing(bench: Bench) -> None:
    content = fill(bench.container)
    chance = random.Random(7)

    def fail(name: str, offset: int, data: bytes) -> bytes:
        if chance.random() < 0.4:
            raise Unreachable("The connection broke.")
        return data[: len(data) // 2] if chance.random() < 0.2 else data

    bench.container.on_range = fail
    assert bench.run_mixed(5) is TransferState.COMPLETED
    assert_all_here(bench, content)
    assert {file.attempts for file in bench.record.files} == {1}


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BadRequest("No.", status=409, code="BlobArchived"), "is in the archive tier of Blob storage"),
        (BadRequest("The server does not do that.", status=400), "The server does not do that."),
        (NameRefused("It takes no such name."), "It takes no such name."),
        (Exists("It is of another kind."), "It is of another kind."),
    ],
)
@pytest.mark.parametrize("size", [10, 200 * KIB])
def test_a_blob_that_cannot_be_read_fails_alone(bench: Bench, error: BlobError, words: str, size: int) -> None:
    bench.container.put("cap/bad", noise(size))
    bench.container.put("cap/good", noise(size))

    def refuse(name: str, offset: int, data: bytes) -> bytes:
        if name == "cap/bad":
            raise error
        return data

    bench.container.on_range = refuse
    assert bench.run_mixed() is TransferState.FAILED
    assert bench.states() == {"bad": FileState.FAILED, "good": FileState.VERIFIED}
    assert words in str(bench.file("bad").trouble)


@pytest.mark.parametrize("error", [BadRequest("Not here."), Exists("A blob of pages.")])
def test_a_blob_without_blocks_comes_all_the_same(bench: Bench, error: BlobError) -> None:
    bench.container.put("cap/pages", noise(200 * KIB), md5="")
    bench.container.on_blocks = error
    assert bench.run() is TransferState.COMPLETED
    assert bench.read("pages") == noise(200 * KIB)
    assert bench.file("pages").digest == ""
