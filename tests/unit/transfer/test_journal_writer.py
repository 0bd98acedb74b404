import dataclasses
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, FileState, Limits, TransferId, TransferState
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal import JOURNAL_NAME, Journal
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest, SeenBlob
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord

PLACE = BlobPlace("https://a.blob.core.windows.net", "captures")
LONG_S = 60.0


@pytest.fixture
def record() -> TransferRecord:
    created = datetime(2026, 11, 25, tzinfo=UTC)
    made = TransferRecord(TransferId("t"), Direction.UP, "n", PLACE, PLACE, "/", TransferState.RUNNING, created)
    made.set_files([FileRecord(index, f"{index}.jpg", f"/{index}.jpg", 10) for index in range(3)])
    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / JOURNAL_NAME


@pytest.fixture
def writer(path: Path) -> Iterator[JournalWriter]:
    """One that writes when it is asked to, and not before."""
    made = JournalWriter(Journal(path), batch_s=LONG_S)
    yield made
    made.close()


def loaded(path: Path) -> list[TransferRecord]:
    journal = Journal(path)
    try:
        return journal.load()
    finally:
        journal.close()


def test_what_is_told_is_written_by_itself_soon(path: Path, record: TransferRecord) -> None:
    writer = JournalWriter(Journal(path), batch_s=0.01)
    writer.files(record)
    ends = time.monotonic() + 30
    while loaded(path) != [record] and time.monotonic() < ends:
        threading.Event().wait(0.01)
    assert loaded(path) == [record]
    writer.close()


def test_a_record_that_changes_after_it_was_told_is_written_as_it_was_told(
    path: Path, writer: JournalWriter, record: TransferRecord
) -> None:
    writer.files(record)
    record.set_state(record.files[0], FileState.FAILED)
    record.state = TransferState.PAUSED
    assert writer.flush()
    assert loaded(path)[0].files[0].state is FileState.WAITING
    assert loaded(path)[0].state is TransferState.RUNNING
    writer.transfer(record)
    writer.file(record, record.files[0])
    assert writer.flush()
    assert loaded(path) == [record]


def test_closing_writes_the_rest(path: Path, record: TransferRecord) -> None:
    writer = JournalWriter(Journal(path), batch_s=LONG_S)
    writer.files(record)
    writer.limits(Limits(7))
    writer.close()
    writer.close()
    assert loaded(path) == [record]
    journal = Journal(path)
    assert journal.limits() == Limits(7)
    journal.close()


def test_pieces_are_known_before_and_after_they_are_written(writer: JournalWriter, record: TransferRecord) -> None:
    file = record.files[0]
    writer.files(record)
    writer.piece(record, file, 0, b"a" * 16)
    assert writer.pieces(record, file) == {0: b"a" * 16}
    assert writer.flush()
    writer.piece(record, file, 1, b"b" * 16)
    assert writer.pieces(record, file) == {0: b"a" * 16, 1: b"b" * 16}
    writer.forget_pieces(record, file)
    assert writer.pieces(record, file) == {}
    file.generation = 1
    writer.piece(record, file, 2, b"c" * 16)
    assert writer.pieces(record, file) == {2: b"c" * 16}
    assert writer.flush()
    assert writer.pieces(record, file) == {2: b"c" * 16}
    writer.remove(record.id)
    assert writer.pieces(record, file) == {}


def test_where_content_lies_is_known_before_and_after_it_is_written(writer: JournalWriter) -> None:
    one, two = (SeenBlob(PLACE, f"{name}.jpg", 10, "a" * 32) for name in ("one", "two"))
    writer.see([one])
    assert writer.seen(PLACE.endpoint, 10, "a" * 32) == [one]
    assert writer.flush()
    writer.see([two])
    assert writer.seen(PLACE.endpoint, 10, "a" * 32) == [two, one]
    assert writer.seen("https://elsewhere", 10, "a" * 32) == []
    writer.unsee(one)
    assert writer.seen(PLACE.endpoint, 10, "a" * 32) == [two]
    writer.see([dataclasses.replace(two, digest="b" * 32)])
    assert writer.seen(PLACE.endpoint, 10, "a" * 32) == []


def a_full_disk(journal: Journal, is_full: bool) -> None:
    pages = journal._write.execute("PRAGMA page_count").fetchone()[0]
    journal._write.execute(f"PRAGMA max_page_count = {pages if is_full else 1_000_000}")


def test_a_full_disk_is_said_once_and_nothing_is_lost_by_it(
    path: Path, record: TransferRecord, expected_logs: list[str]
) -> None:
    expected_logs.append("The journal of transfers cannot be written: the disk is full.")
    told: list[Failure | None] = []
    again = threading.Event()

    def hear(failure: Failure | None) -> None:
        told.append(failure)
        if failure is None:
            again.set()

    journal = Journal(path)
    writer = JournalWriter(journal, hear, batch_s=LONG_S, retry_s=0.02)
    a_full_disk(journal, True)
    record.set_files([FileRecord(index, "x" * 100, "y" * 100, 10) for index in range(500)])
    writer.files(record)
    assert not writer.flush(LONG_S)
    record.set_state(record.files[0], FileState.VERIFIED)
    writer.file(record, record.files[0])
    assert not writer.flush(LONG_S)
    assert not writer.flush(LONG_S)
    with journal._writing:
        a_full_disk(journal, False)
    assert again.wait(LONG_S)
    assert writer.flush(LONG_S)
    writer.close()
    assert loaded(path) == [record]
    assert [failure and (failure.kind, failure.retryable) for failure in told] == [("no-space", True), None]


def test_closing_on_a_full_disk_ends(path: Path, record: TransferRecord, expected_logs: list[str]) -> None:
    expected_logs.append("the disk is full")
    journal = Journal(path)
    writer = JournalWriter(journal, batch_s=LONG_S)
    a_full_disk(journal, True)
    record.set_files([FileRecord(index, "x" * 100, "y" * 100, 10) for index in range(500)])
    writer.files(record)
    writer.close()
    assert loaded(path) == []


def test_a_file_that_breaks_under_way_is_set_aside_and_writing_goes_on(
    path: Path, record: TransferRecord, expected_logs: list[str]
) -> None:
    expected_logs.append("the journal of transfers was broken and is kept as")

    class Breaking(Journal):
        broken = 1

        def write(self, batch: object) -> None:
            if self.broken:
                self.broken -= 1
                error = sqlite3.DatabaseError("database disk image is malformed")
                error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT  # as the library sets it
                raise error
            super().write(batch)  # type: ignore[arg-type]

    journal = Breaking(path)
    writer = JournalWriter(journal, batch_s=LONG_S)
    writer.files(record)
    assert writer.flush()
    writer.close()
    assert journal.set_aside is not None
    assert loaded(path) == [record]


def test_a_change_that_no_table_takes_does_not_end_the_writing(
    path: Path, record: TransferRecord, writer: JournalWriter, expected_logs: list[str]
) -> None:
    expected_logs.append("changes of the journal of transfers were lost")
    writer.files(record)
    assert writer.flush()
    good = record.files[0].size
    record.files[0].size = 2**70
    writer.file(record, record.files[0])
    assert writer.flush()
    record.files[0].size = good
    record.set_state(record.files[0], FileState.VERIFIED)
    writer.file(record, record.files[0])
    assert writer.flush()
    assert loaded(path) == [record]


def test_many_threads_may_tell_at_once(path: Path, record: TransferRecord) -> None:
    writer = JournalWriter(Journal(path), batch_s=0.001)
    record.set_files([FileRecord(index, f"{index}.jpg", "/", 10) for index in range(8)])
    writer.files(record)

    def send(file: FileRecord) -> None:
        for number in range(300):
            writer.piece(record, file, number, bytes([number % 256]))
            if number % 50 == 0:
                assert writer.pieces(record, file).keys() == set(range(number + 1))

    threads = [threading.Thread(target=send, args=(file,)) for file in record.files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.flush()
    for file in record.files:
        assert len(writer.journal.pieces(record.id, file)) == 300
    writer.close()


# The hash cache.


def settled(path: Path, content: bytes = b"photo") -> FileStamp:
    """Write a file, and pretend that it has been there for a while."""
    path.write_bytes(content)
    return dataclasses.replace(FileStamp.of(path.stat()), taken_ns=path.stat().st_ctime_ns + 10**10)


def test_a_photo_that_was_read_is_known_until_it_changes(tmp_path: Path, writer: JournalWriter) -> None:
    cache, photo = HashCache(writer), tmp_path / "a.jpg"
    stamp = settled(photo)
    assert cache.look_up(str(photo), stamp) == KnownDigest()
    cache.keep(str(photo), stamp, md5="a" * 32)
    assert cache.look_up(str(photo), FileStamp.of(photo.stat())) == KnownDigest("a" * 32)
    cache.keep(str(photo), stamp, composite="b" * 32 + "-2", block_size=8)
    known = KnownDigest("a" * 32, "b" * 32 + "-2", 8)
    assert cache.look_up(str(photo), stamp) == known
    assert writer.flush()
    assert cache.look_up_many({str(photo): stamp, "/other.jpg": stamp}) == {str(photo): known}
    os.utime(photo, ns=(1, 1))
    assert cache.look_up(str(photo), FileStamp.of(photo.stat())) == KnownDigest()


def test_a_change_that_waits_to_be_written_hides_what_is_on_the_disk(tmp_path: Path, writer: JournalWriter) -> None:
    cache, photo = HashCache(writer), tmp_path / "a.jpg"
    old = settled(photo)
    cache.keep(str(photo), old, md5="a" * 32)
    assert writer.flush()
    new = settled(photo, b"longer photo")
    cache.keep(str(photo), new, md5="b" * 32)
    assert cache.look_up(str(photo), new) == KnownDigest("b" * 32)


@pytest.mark.parametrize(
    ("mtime_ns", "age_ns", "is_settled"),
    [(10**18 + 1, 10**8, True), (10**18 + 1, 10**7, False), (10**18, 10**8, False), (10**18, 3 * 10**9, True)],
)
def test_a_file_within_a_tick_of_its_clock_is_not_believed(
    writer: JournalWriter, mtime_ns: int, age_ns: int, is_settled: bool
) -> None:
    stamp = FileStamp(1, mtime_ns, mtime_ns, 1, 1, mtime_ns + age_ns)
    cache = HashCache(writer)
    cache.keep("/a.jpg", stamp, md5="a" * 32)
    assert (cache.look_up("/a.jpg", stamp) != KnownDigest()) == is_settled
