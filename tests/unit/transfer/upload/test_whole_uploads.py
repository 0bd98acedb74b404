"""Uploads from beginning to end, against a container in memory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from fakes.download_bench import KIB
from fakes.upload_bench import UploadBench, noise
from tiepoint.domain.digest import composite
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.blob.errors import Exists
from tiepoint.transfer.upload.finishing import Finish
from tiepoint.transfer.upload.source import Source
from tiepoint.transfer.upload.survey import list_photos

CONTENT = {
    "a.jpg": noise(10 * KIB, 1),
    "deep/er/b.jpg": noise(200 * KIB, 2),
    "empty.jpg": b"",
    "exact.jpg": noise(256 * KIB, 3),
    "big.tif": noise(700 * KIB + 13, 4),
    "blocks.tif": noise(320 * KIB, 5),
}


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_everything_goes_up(bench: UploadBench, seed: int | None) -> None:
    bench.write(CONTENT)
    bench.tell()
    phase = bench.run() if seed is None else bench.run_mixed(seed)
    assert phase is TransferState.COMPLETED
    assert bench.in_blob() == CONTENT
    assert set(bench.states().values()) == {FileState.VERIFIED}
    assert bench.record.done_bytes == bench.record.total_bytes == sum(map(len, CONTENT.values()))
    assert bench.file("a.jpg").digest == hashlib.md5(CONTENT["a.jpg"]).hexdigest()
    data = CONTENT["blocks.tif"]
    blocks = [data[at : at + 64 * KIB] for at in range(0, len(data), 64 * KIB)]
    assert bench.file("blocks.tif").digest == composite(hashlib.md5(each).digest() for each in blocks)


def test_the_manifest_is_written_last_and_says_what_is_there(bench: UploadBench) -> None:
    order: list[str] = []
    bench.container.on_written = lambda kind, name: order.append(name)
    bench.write(CONTENT)
    bench.upload()
    assert order[-1].endswith("/capture.json")
    assert bench.manifest is not None
    photos = json.loads(bench.manifest)["photos"]
    assert {each["path"]: each["md5"] for each in photos} == {each.path: each.digest for each in bench.record.files}


def test_the_receipt_counts_every_photo(bench: UploadBench) -> None:
    bench.write(CONTENT)
    bench.upload()
    assert bench.record.receipt is not None
    assert bench.record.receipt.is_whole
    assert bench.record.receipt.photos == len(CONTENT)


def test_a_second_time_nothing_is_sent_and_hashed(bench: UploadBench) -> None:
    bench.write(CONTENT)
    bench.upload()
    bench.container.requests.clear()
    bench.container.sent_bytes = 0
    assert bench.upload(number=2) is TransferState.COMPLETED
    assert set(bench.states().values()) == {FileState.SKIPPED}
    assert bench.container.sent_bytes == 0
    assert {each[0] for each in bench.container.requests} == {"list", "head"}  # the second is the manifest's
    assert bench.record.receipt is not None
    assert bench.record.receipt.is_whole


@pytest.mark.parametrize(("age", "missed"), [(timedelta(minutes=1), []), (timedelta(hours=1), ["a.jpg"])])
def test_an_old_listing_certifies_nothing(bench: UploadBench, age: timedelta, missed: list[str]) -> None:
    bench.write(CONTENT)
    bench.upload()
    hand, place = bench.hand(), bench.record.place
    listing = list_photos(hand, place)
    del bench.container.blobs[f"{place.prefix}/photos/a.jpg"]
    finish = Finish(bench.work._kit, listing, datetime.now(UTC) - age, ())
    finish.run(hand)
    assert [file.path for file in finish.gone] == missed


def test_the_same_name_is_the_same_capture_on_another_computer(bench: UploadBench, tmp_path_factory) -> None:  # type: ignore[no-untyped-def]
    bench.write(CONTENT)
    bench.upload()
    other = UploadBench(tmp_path_factory.mktemp("other"), bench.container)
    other.write(CONTENT)
    bench.container.sent_bytes = 0
    assert other.upload() is TransferState.COMPLETED
    assert other.record.capture == bench.record.capture
    assert bench.container.sent_bytes == 0
    assert set(other.states().values()) == {FileState.SKIPPED}
    other.close()


def test_a_second_capture_is_copied_by_the_server(bench: UploadBench) -> None:
    bench.write(CONTENT)
    bench.upload()
    bench.container.sent_bytes = 0
    assert bench.upload("another", number=2) is TransferState.COMPLETED
    assert bench.in_blob() == CONTENT
    states = bench.states()
    assert states.pop("empty.jpg") is FileState.VERIFIED
    assert set(states.values()) == {FileState.COPIED}


def test_a_copy_that_is_refused_is_sent(bench: UploadBench) -> None:
    from tiepoint.transfer.blob.errors import BadRequest

    def refuse(kind: str, name: str, data: bytes) -> bytes:
        if kind == "copy":
            raise BadRequest("It does not copy.", status=501)
        return data

    bench.write(CONTENT)
    bench.upload()
    bench.container.on_write = refuse
    assert bench.upload("another", number=2) is TransferState.COMPLETED
    assert bench.in_blob() == CONTENT
    assert set(bench.states().values()) == {FileState.VERIFIED}


def test_photos_sent_in_parts_become_one_manifest(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(10, 1), "b.jpg": noise(10, 2)})
    bench.upload()
    for file in bench.photos.iterdir():
        file.unlink()
    bench.write({"c.jpg": noise(10, 3)})
    bench.upload(number=2)
    assert bench.manifest is not None
    assert [each["path"] for each in json.loads(bench.manifest)["photos"]] == ["a.jpg", "b.jpg", "c.jpg"]


def test_something_else_under_the_name_is_a_conflict(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(10, 1), "b.jpg": noise(20, 2)})
    bench.upload()
    bench.write({"a.jpg": noise(10, 9)})
    assert bench.upload(number=2) is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.CONFLICT, "b.jpg": FileState.SKIPPED}
    assert bench.in_blob()["a.jpg"] == noise(10, 1)
    assert bench.record.trouble is not None
    assert bench.record.receipt is not None
    assert not bench.record.receipt.is_whole


@pytest.mark.parametrize("size", [10, 20, 300 * KIB])
def test_replacing_replaces(bench: UploadBench, size: int) -> None:
    bench.write({"a.jpg": noise(10, 1)})
    bench.upload()
    bench.write({"a.jpg": noise(size, 9)})
    assert bench.upload(number=2, replaces=True) is TransferState.COMPLETED
    assert bench.in_blob() == {"a.jpg": noise(size, 9)}


def test_somebody_elses_blob_in_one_piece_is_proven_by_its_blocks(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(10, 1)})
    bench.upload()
    bench.container.put(bench.blob("a.jpg"), noise(10, 1))
    bench.container.sent_bytes = 0
    assert bench.upload(number=2) is TransferState.COMPLETED
    assert bench.states() == {"a.jpg": FileState.SKIPPED}
    assert bench.container.count("get") == 0


def test_somebody_elses_claim_is_not_believed(bench: UploadBench) -> None:
    data = noise(200 * KIB, 1)
    bench.write({"a.jpg": data})
    bench.upload()
    false = bench.container.put_in_blocks(bench.blob("a.jpg"), noise(200 * KIB, 7), 64 * KIB, has_metadata=False)
    false.md5 = hashlib.md5(data).hexdigest()
    bench.container.committed[bench.blob("a.jpg")] = false.blocks()
    assert bench.upload(number=2) is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.CONFLICT}
    assert bench.container.count("get") == 1


def tell_digests(bench: UploadBench, content: dict[str, bytes]) -> None:
    for file in bench.record.files:
        assert file.entry is not None
        md5 = hashlib.md5(content[file.path]).hexdigest()
        file.entry = replace(file.entry, md5=md5, mtime_ns=file.mtime_ns)


def test_a_digest_that_was_told_saves_reading_the_photo_twice(
    bench: UploadBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {"a.jpg": noise(200 * KIB, 1)}
    bench.write(content)
    bench.tell()
    tell_digests(bench, content)
    monkeypatch.setattr(Source, "md5", None)
    assert bench.run() is TransferState.COMPLETED
    assert bench.in_blob() == content


def test_a_false_digest_that_was_told_costs_one_more_attempt(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(200 * KIB, 1)})
    bench.tell()
    tell_digests(bench, {"a.jpg": b"something else"})
    assert bench.run() is TransferState.COMPLETED
    assert bench.in_blob() == {"a.jpg": noise(200 * KIB, 1)}
    assert bench.file("a.jpg").attempts == 2


def test_a_told_digest_is_no_proof_that_a_photo_is_there_already(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(1000, 1)})
    bench.upload()
    bench.write({"a.jpg": noise(1000, 2)})
    bench.tell(number=2)
    tell_digests(bench, {"a.jpg": noise(1000, 1)})
    assert bench.run() is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.CONFLICT}


def test_nobody_is_asked_for_a_credential_only_to_copy(bench: UploadBench) -> None:
    bench.write({"a.jpg": noise(1000, 1)})
    bench.upload()
    bench.can_use = lambda place: False
    assert bench.upload("another", number=2) is TransferState.COMPLETED
    assert bench.states() == {"a.jpg": FileState.VERIFIED}
    assert bench.container.count("copy") == 0


def test_somebody_elses_blob_that_has_no_blocks_at_all_is_read_back(bench: UploadBench) -> None:
    bench.write({"a.jpg": CONTENT["a.jpg"], "b.jpg": CONTENT["a.jpg"]})
    bench.upload()
    name = f"{bench.record.place.prefix}/photos/a.jpg"
    bench.container.put(name, CONTENT["a.jpg"], md5="")
    bench.container.on_blocks = Exists("It is a blob of pages.", status=409, code="InvalidBlobType")
    assert bench.upload(number=2) is TransferState.COMPLETED
    assert bench.states()["a.jpg"] is FileState.SKIPPED


def test_where_blocks_cannot_go_the_file_fails_alone(bench: UploadBench) -> None:
    def refuse(kind: str, name: str, data: bytes) -> bytes:
        if kind == "block":
            raise Exists("It is a blob of pages.", status=409, code="InvalidBlobType")
        return data

    bench.write({"a.jpg": CONTENT["a.jpg"], "big.tif": CONTENT["big.tif"]})
    bench.container.on_write = refuse
    assert bench.upload() is TransferState.FAILED
    assert bench.states() == {"a.jpg": FileState.VERIFIED, "big.tif": FileState.FAILED}
