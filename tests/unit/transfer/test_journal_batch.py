"""A batch that could not be written is taken into the next one: the journal must end as if it had been."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Direction, FileState, Limits, TransferId, TransferState
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_batch import Batch
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest, SeenBlob
from tiepoint.transfer.records import FileRecord, TransferRecord

_TABLES = ("transfers", "files", "pieces", "hashcache", "seen", "settings")
PLACE = BlobPlace("https://a", "c")
Change = Callable[[Batch], None]


def _record(name: str, files: int, generation: int = 0) -> TransferRecord:
    created = datetime(2026, 11, 25, tzinfo=UTC)
    record = TransferRecord(TransferId(name), Direction.UP, name, PLACE, PLACE, "/", TransferState.RUNNING, created)
    record.set_files([FileRecord(index, f"{index}.jpg", "/", 1, generation=generation) for index in range(files)])
    return record


names = st.sampled_from(["x", "y"])
numbers = st.integers(0, 1)


@st.composite
def changes(draw: st.DrawFn) -> Change:
    record = _record(draw(names), draw(st.integers(1, 2)))
    file = record.files[min(draw(numbers), len(record.files) - 1)]
    record.set_state(file, draw(st.sampled_from(FileState)))
    number, digest = draw(numbers), draw(st.binary(min_size=1, max_size=1))
    stamp = FileStamp(1, 0, 0, 0, 0)
    known = draw(
        st.sampled_from([KnownDigest("a"), KnownDigest("", "b-1", 4), KnownDigest("c"), KnownDigest("", "d-1", 4)])
    )
    blob = SeenBlob(PLACE, draw(names), 1, draw(st.sampled_from(["a", "b"])))
    kinds: list[Change] = [
        lambda batch: batch.transfer(record),
        lambda batch: batch.file(record, file),
        lambda batch: batch.piece(record, file, number, digest),
        lambda batch: batch.forget_pieces(record, file),
        lambda batch: batch.replace_files(record),
        lambda batch: batch.remove(record.id),
        lambda batch: batch.digest("/p", stamp, known),
        lambda batch: batch.see([blob]),
        lambda batch: batch.unsee(blob),
        lambda batch: setattr(batch, "limits", Limits(number + 1)),
    ]
    return draw(st.sampled_from(kinds))


def _content(journal: Journal) -> object:
    connection = journal._read
    return {table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in _TABLES}


def test_joined_batches_write_what_they_would_one_by_one(tmp_path: Path) -> None:
    one, joined = Journal(tmp_path / "one"), Journal(tmp_path / "joined")

    @settings(max_examples=60)
    @given(st.lists(st.lists(changes(), max_size=6), min_size=1, max_size=4))
    def check(rounds: list[list[Change]]) -> None:
        last = Batch()
        for told in rounds:
            alone, newer = Batch(), Batch()
            for change in told:
                change(alone)
                change(newer)
            one.write(alone)
            newer.put_back(last)
            last = newer
        joined.write(last)
        assert _content(joined) == _content(one)
        for journal in (one, joined):
            for table in _TABLES:
                journal._write.execute(f"DELETE FROM {table}")

    check()
    one.close()
    joined.close()
