"""Counts and sums of a transfer's files are right after any change."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Direction, FileState, Tally, TransferId, TransferState
from tiepoint.transfer.records import FileRecord, TransferRecord

PLACE = BlobPlace("http://127.0.0.1:1/account", "box")


def transfer(sizes: list[int]) -> TransferRecord:
    made = datetime(2026, 11, 25, tzinfo=UTC)
    record = TransferRecord(TransferId("t"), Direction.UP, "demo", PLACE, PLACE, "/p", TransferState.RUNNING, made)
    record.set_files([FileRecord(index, f"{index}.jpg", f"/p/{index}.jpg", size) for index, size in enumerate(sizes)])
    return record


changes = st.tuples(
    st.integers(0, 4), st.sampled_from(["state", "size", "done"]), st.sampled_from(list(FileState)), st.integers(0, 99)
)


@given(st.lists(st.integers(0, 99), min_size=5, max_size=5), st.lists(changes))
def test_sums_follow_every_change(sizes: list[int], steps: list[tuple[int, str, FileState, int]]) -> None:
    record = transfer(sizes)
    for index, kind, state, number in steps:
        file = record.files[index]
        if kind == "state":
            record.set_state(file, state)
        elif kind == "size":
            record.set_size(file, number)
        else:
            record.set_done(file, number)
    assert record.total_bytes == sum(file.size for file in record.files)
    assert record.done_bytes == sum(file.done_bytes for file in record.files)
    for state in FileState:
        those = [file.size for file in record.files if file.state is state]
        assert record.count(state) == len(those)
        assert record.tallies().get(state.value, Tally()) == Tally(len(those), sum(those))


def test_files_that_moved_wait_when_all_comes_to_rest() -> None:
    record = transfer([1, 2, 3])
    record.set_state(record.files[1], FileState.MOVING)
    assert record.still() == [record.files[1]]
    assert record.count(FileState.WAITING) == 3
    assert record.still() == []


def test_a_file_that_is_there_is_done() -> None:
    record = transfer([10])
    record.set_state(record.files[0], FileState.SKIPPED)
    assert record.snapshot().done_bytes == record.files[0].snapshot().done_bytes == 10
