import dataclasses
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from tiepoint import __version__
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.transfer import Direction, FileState, TransferId, TransferState
from tiepoint.protocol.codec import MalformedMessage
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.receipts.making import make_receipt
from tiepoint.transfer.receipts.receipt import Confirmation, Receipt, read_receipt, receipt_json
from tiepoint.transfer.records import FileRecord, TransferRecord

A, B = "a" * 32, "b" * 32
AC = A + "-3"
CAPTURE = CaptureId("20261125-demo-0a1b2c")
PLACE = BlobPlace("https://a.blob.core.windows.net", "captures", CAPTURE)
MADE = datetime(2026, 11, 25, 23, 5, 11, tzinfo=timezone(timedelta(hours=1)))


def sent(path: str, state: FileState = FileState.VERIFIED, digest: str = A, etag: str = "e") -> FileRecord:
    return FileRecord(0, path, "/card/" + path, 10, state=state, digest=digest, etag=etag)


def ours(path: str, digest: str = A, size: int = 10) -> ListedBlob:
    if "-" in digest:
        return ListedBlob(path, size, "e", is_ours=True, composite=digest, block_size=4)
    return ListedBlob(path, size, "e", digest, is_ours=True)


def foreign(path: str, md5: str = A, etag: str = "e") -> ListedBlob:
    return ListedBlob(path, 10, etag, md5)


def receipt_of(files: list[FileRecord], *listed: ListedBlob) -> Receipt:
    record = TransferRecord(
        TransferId("t"), Direction.UP, "demo", PLACE, PLACE, "/card", TransferState.FINISHING, MADE, CAPTURE
    )
    record.set_files(files)
    return make_receipt(record, {blob.name: blob for blob in listed}, MADE)


@pytest.mark.parametrize(
    ("file", "listed", "how"),
    [
        (sent("x"), ours("x"), Confirmation.SENT),
        (sent("x", digest=AC), ours("x", AC), Confirmation.SENT_IN_BLOCKS),
        (sent("x", FileState.SKIPPED), ours("x"), Confirmation.THERE_ALREADY),
        (sent("x", FileState.SKIPPED, AC), ours("x", AC), Confirmation.THERE_ALREADY),
        (sent("x", FileState.COPIED), ours("x"), Confirmation.COPIED),
        (sent("x", FileState.SKIPPED), foreign("x"), Confirmation.PROVEN),
        (sent("x", FileState.SKIPPED), foreign("x", ""), Confirmation.PROVEN),
        (sent("x", etag="older"), ours("x"), Confirmation.SENT),
    ],
)
def test_what_the_listing_shows_is_confirmed(file: FileRecord, listed: ListedBlob, how: Confirmation) -> None:
    receipt = receipt_of([file], listed)
    assert [(photo.path, photo.size, photo.digest, photo.confirmed) for photo in receipt.photos] == [
        ("x", 10, file.digest, how)
    ]
    assert receipt.is_whole
    assert receipt.statement == "1 of 1 photos verified in Blob, safe to format the card."


def test_what_was_left_out_stands_on_the_receipt() -> None:
    file = sent("x")
    receipt = dataclasses.replace(receipt_of([file], ours("x")), left_out=LeftOut(unread=1, named=("DCIM/102",)))
    assert receipt.is_whole
    assert not receipt.is_safe
    assert "NOT safe to format the card" in receipt.statement
    again = read_receipt(receipt_json(receipt))
    assert (again.left_out, again.statement) == (receipt.left_out, receipt.statement)
    assert b"NOT safe" in receipt_json(receipt)


@pytest.mark.parametrize(
    ("file", "listed", "why", "detail"),
    [
        (sent("x"), None, "missing", "It is not in Blob."),
        (sent("x"), ours("x", size=9), "different", "It has 9 bytes instead of 10."),
        (sent("x"), ours("x", B), "different", "Its content is another one."),
        (sent("x", digest=AC), ours("x", B + "-3"), "different", "Its content is another one."),
        (sent("x", etag="older"), ours("x", AC), "unverifiable", "written again in another way"),
        (sent("x", etag="older"), foreign("x"), "unverifiable", "Another program wrote it"),
        (sent("x", etag="older"), foreign("x", B), "different", "Its content is another one."),
        (sent("x", digest=""), ours("x"), "unverifiable", "never confirmed"),
        (sent("x", FileState.WAITING), None, "missing", "It was not sent."),
        (sent("x", FileState.CONFLICT), ours("x", B), "different", "It was not sent."),
        (sent("x", FileState.FAILED), ours("x"), "unverifiable", "It was not sent."),
    ],
)
def test_what_it_does_not_show_is_a_gap(file: FileRecord, listed: ListedBlob | None, why: str, detail: str) -> None:
    receipt = receipt_of([sent("good"), file], ours("good"), *([listed] if listed else []))
    (gap,) = receipt.gaps
    assert (gap.path, gap.size, gap.why) == ("x", 10, why)
    assert detail in gap.detail
    assert not receipt.is_whole
    assert receipt.statement == (
        "1 of 2 photos verified in Blob. NOT safe to format the card: 1 photo is not there as it should be."
    )


def test_a_file_that_failed_says_why() -> None:
    file = sent("x", FileState.FAILED)
    file.trouble = Failure("input", "x cannot be read.")
    assert receipt_of([file]).gaps[0].detail == "x cannot be read."


def test_a_receipt_of_nothing_certifies_nothing() -> None:
    receipt = receipt_of([])
    assert not receipt.is_whole
    assert "NOT safe" in receipt.statement


def test_the_file_for_programs_says_all_and_is_read_back() -> None:
    receipt = receipt_of(
        [sent("b.jpg", digest=AC), sent("ü/写真.jpg"), sent("gone.jpg")], ours("b.jpg", AC), ours("ü/写真.jpg")
    )
    data = receipt_json(receipt)
    content = json.loads(data)
    assert content["made"] == "2026-11-25T23:05:11+01:00"
    assert content["statement"] == receipt.statement
    assert content["is_whole"] is False
    assert (content["photos_verified"], content["photos_total"], content["bytes_total"]) == (2, 3, 30)
    assert content["url"] == f"https://a.blob.core.windows.net/captures/{CAPTURE}"
    assert content["program"] == f"Tiepoint {__version__}"
    assert content["photos"][0] == {
        "path": "b.jpg", "size": 10, "digest": AC, "confirmed": "sent-in-blocks", "etag": "e"
    }  # fmt: skip
    assert content["gaps"] == [{"path": "gone.jpg", "size": 10, "why": "missing", "detail": "It is not in Blob."}]
    assert "hyphen" in content["about_digests"]
    assert read_receipt(data) == receipt
    assert "写真" in data.decode()


def test_names_that_are_no_valid_text_are_kept() -> None:
    receipt = dataclasses.replace(receipt_of([sent("a")], ours("a")), name="caf\udce9")
    assert read_receipt(receipt_json(receipt)).name == "caf\udce9"


def test_whole_digests_are_explained_by_themselves() -> None:
    assert "hyphen" not in receipt_of([sent("a")], ours("a")).about_digests


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"null", b"\xff", b'{"kind": "tiepoint-receipt", "schema_version": 2}', b"[" * 5000]
)
def test_what_is_no_receipt_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedMessage):
        read_receipt(data)


def test_a_receipt_without_its_place_is_refused() -> None:
    content = json.loads(receipt_json(receipt_of([sent("a")], ours("a"))))
    del content["place"]["container"]
    with pytest.raises(MalformedMessage, match="container"):
        read_receipt(json.dumps(content).encode())


def test_the_moment_is_the_same_in_another_time_zone() -> None:
    receipt = receipt_of([sent("a")], ours("a"))
    assert read_receipt(receipt_json(receipt)).made.astimezone(UTC) == MADE.astimezone(UTC)
