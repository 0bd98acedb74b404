"""What clients tell of a capture, and how it joins what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.transfer import FileState, ReceiptPlace, TransferId, TransferState
from tiepoint.protocol.transfers import BeginParams, UploadFile
from tiepoint.transfer.records import TransferRecord
from tiepoint.transfer.telling import (
    Telling,
    Tellings,
    begin_round,
    find_told,
    join_files,
    join_left_out,
    new_upload,
    told_records,
)

PLACE = BlobPlace("http://127.0.0.1:1/account", "box", "caps")
BEGIN = BeginParams("demo", PLACE, "/photos")


def told(*paths: str, size: int = 10, mtime_ns: int = 1) -> Telling:
    return Telling(BEGIN, [UploadFile(f"/photos/{path}", path, size, mtime_ns) for path in paths])


def running(*paths: str) -> TransferRecord:
    record = new_upload(BEGIN)
    record.set_files(told_records(told(*paths)))
    record.state = TransferState.RUNNING
    return record


def test_names_are_kept_in_one_normal_form() -> None:
    (file,) = told_records(told("caf\u0065\u0301.jpg"))
    assert file.path == "caf\u00e9.jpg"
    assert file.source == "/photos/caf\u0065\u0301.jpg"


@pytest.mark.parametrize("paths", [("a.jpg", "A.JPG"), ("../a.jpg",), ("caf\u00e9.jpg", "cafe\u0301.jpg")])
def test_names_that_cannot_live_side_by_side_are_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(InputError):
        told_records(told(*paths))


@pytest.mark.parametrize("name", ["Bridge 12:30", "a/b", "..", "CON", "x" * 300, "two\nlines", "20261122-demo-0a1b2c"])
def test_a_capture_may_be_called_anything(name: str) -> None:
    assert told_records(Telling(BeginParams(name, PLACE, "/photos"), told("a.jpg").files))


def test_what_is_left_out_is_kept_and_of_two_folders_added_up() -> None:
    record = running("a.jpg")
    again = Telling(replace(BEGIN, left_out=LeftOut(files=2)), told("a.jpg").files)
    join_left_out(record, again)
    join_left_out(record, again)
    assert record.left_out == LeftOut(files=2)
    other = Telling(replace(BEGIN, folder="/other", left_out=LeftOut(unread=1)), told("a.jpg").files)
    join_left_out(record, other)
    assert record.left_out == LeftOut(files=2, unread=1)
    begin_round(record, again, told_records(again))
    assert record.left_out == LeftOut(files=2)


def test_a_receipt_says_nothing_of_a_later_round() -> None:
    record = running("a.jpg")
    record.receipt = ReceiptPlace("r.json", "r.pdf", datetime(2026, 11, 25, tzinfo=UTC), 1, 1)
    again = told("a.jpg", "b.jpg")
    begin_round(record, again, told_records(again))
    assert record.receipt is None


def test_an_upload_of_nothing_makes_no_sense() -> None:
    with pytest.raises(UsageError):
        told_records(told())


def test_the_same_name_at_the_same_place_is_the_same_transfer() -> None:
    record = running("a.jpg")
    assert find_told([record], BEGIN) is record
    assert find_told([record], BeginParams("other", PLACE, "/photos")) is None
    assert find_told([record], BeginParams("demo", PLACE.below("x"), "/photos")) is None


def test_a_capture_is_known_by_its_id_too() -> None:
    record = running("a.jpg")
    record.capture = CaptureId("20261122-demo-0a1b2c")
    assert find_told([record], BeginParams("20261122-demo-0a1b2c", PLACE, "/photos")) is record
    assert find_told([record], BeginParams("demo", PLACE, "/photos", CaptureId("20261122-demo-ffffff"))) is None


def test_the_same_files_again_are_no_news() -> None:
    record = running("a.jpg", "b.jpg")
    record.set_state(record.files[0], FileState.VERIFIED)
    assert not join_files(record, told_records(told("a.jpg", "b.jpg")), replaces=False)
    assert record.files[0].state is FileState.VERIFIED


def test_new_files_join_at_the_end() -> None:
    record = running("a.jpg")
    assert join_files(record, told_records(told("b.jpg", "a.jpg")), replaces=False)
    assert [(file.index, file.path) for file in record.files] == [(0, "a.jpg"), (1, "b.jpg")]
    assert record.total_bytes == 20


def test_another_version_of_a_file_goes_anew() -> None:
    record = running("a.jpg")
    record.set_state(record.files[0], FileState.VERIFIED)
    assert record.done_bytes == 10
    assert join_files(record, told_records(told("a.jpg", size=30, mtime_ns=2)), replaces=False)
    assert (record.files[0].state, record.done_bytes, record.total_bytes) == (FileState.WAITING, 0, 30)


def test_each_client_tells_for_itself_and_its_going_ends_that() -> None:
    tellings, one, other = Tellings(), object(), object()
    transfer = TransferId("t")
    tellings.begin(transfer, one, BEGIN)
    with pytest.raises(UsageError):
        tellings.get(transfer, other)
    tellings.begin(transfer, other, BEGIN)
    assert tellings.forget(one) == [transfer]
    assert tellings.is_told(transfer)
    assert tellings.forget(other) == [transfer]
    assert not tellings.is_told(transfer)
