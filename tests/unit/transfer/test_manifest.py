import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.adapters.files.manifest import read_manifest as read_file
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry, PhotoFacts
from tiepoint.protocol.capture_document import CaptureDocument, document_bytes
from tiepoint.transfer.manifest import entry_of, manifest_bytes, read_manifest
from tiepoint.transfer.records import FileRecord

ID = CaptureId("20261125-demo-0a1b2c")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
A, B = "a" * 32, "b" * 32


def sent(path: str, digest: str = A, entry: PhotoEntry | None = None) -> FileRecord:
    return FileRecord(0, path, "/card/" + path, 10, 5, digest=digest, entry=entry)


def test_what_is_sent_is_what_a_computer_would_have_on_its_disk(tmp_path: Path) -> None:
    facts = {"b.jpg": PhotoFacts("b.jpg", 40, 30, "DJI", NOON, 1.5, 2.5, 100.0, 6)}
    data = manifest_bytes(ID, "demo", NOON, [sent("b.jpg", A + "-3"), sent("a.jpg")], facts)
    (tmp_path / "capture.json").write_bytes(data)
    capture = read_file(tmp_path)
    assert (capture.id, capture.name, capture.created) == (ID, "demo", NOON)
    assert capture.photos == (
        PhotoEntry("a.jpg", 10, A, mtime_ns=5),
        PhotoEntry("b.jpg", 10, A + "-3", 40, 30, "DJI", NOON, 1.5, 2.5, 100.0, 6, 5),
    )


def test_the_teller_knows_better_than_looking() -> None:
    told = PhotoEntry("old-name.jpg", 9, B, 400, 300, "Canon", mtime_ns=7)
    found = entry_of(sent("a.jpg", A, told), PhotoFacts("a.jpg", 1, 1))
    assert found == PhotoEntry("a.jpg", 10, A, 400, 300, "Canon", mtime_ns=7)


def test_the_same_upload_again_changes_no_byte() -> None:
    facts = {"a.jpg": PhotoFacts("a.jpg", 40, 30)}
    first = manifest_bytes(ID, "demo", NOON, [sent("a.jpg"), sent("b.jpg")], facts)
    later = datetime(2027, 1, 1, tzinfo=UTC)
    files = [sent("b.jpg"), sent("a.jpg")]
    assert manifest_bytes(ID, "demo", later, files, before=read_manifest(first), there={"a.jpg", "b.jpg"}) == first


def test_a_folder_sent_in_parts_becomes_one_capture() -> None:
    before = CaptureDocument(
        ID, "demo", NOON, [PhotoEntry("a.jpg", 10, A), PhotoEntry("gone.jpg", 10, A)], "EPSG:27700"
    )
    data = manifest_bytes(
        ID, "demo", datetime(2027, 1, 1, tzinfo=UTC), [sent("b.jpg")], before=before, there={"a.jpg", "b.jpg"}
    )
    after = read_manifest(data)
    assert after is not None
    assert [photo.path for photo in after.photos] == ["a.jpg", "b.jpg"]
    assert (after.created, after.crs) == (NOON, "EPSG:27700")


def test_a_photo_that_was_replaced_is_told_anew() -> None:
    before = CaptureDocument(ID, "demo", NOON, [PhotoEntry("a.jpg", 10, B, 40, 30, "old")])
    after = read_manifest(manifest_bytes(ID, "demo", NOON, [sent("a.jpg")], before=before, there={"a.jpg"}))
    assert after is not None
    assert after.photos == (PhotoEntry("a.jpg", 10, A, mtime_ns=5),)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"schema_version": 1}',
        b"[" * 5000,
        b'{"schema_version": 2, "id": "x"}',
    ],
)
def test_what_is_no_manifest_is_none(data: bytes) -> None:
    assert read_manifest(data) is None


def test_unknown_fields_of_a_newer_program_are_passed_over() -> None:
    content = json.loads(document_bytes(CaptureDocument(ID, "demo", NOON, [PhotoEntry("a.jpg", 1, A)])))
    content["colour"] = content["photos"][0]["colour"] = "red"
    found = read_manifest(json.dumps(content).encode())
    assert found is not None
    assert found.photos == (PhotoEntry("a.jpg", 1, A),)
