"""The journal under kill -9: whatever was confirmed as written is there afterwards, and the file is whole."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

from tiepoint.transfer.journal import Journal

_ROUNDS = 6
_WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Direction, TransferId, TransferState
from tiepoint.transfer.journal import Journal
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord

journal = Journal(Path(sys.argv[1]))
writer = JournalWriter(journal, batch_s=0.001)
known = journal.load()
if known:
    record = known[0]
else:
    place = BlobPlace("https://a", "c")
    created = datetime(2026, 11, 25, tzinfo=UTC)
    record = TransferRecord(TransferId("t"), Direction.UP, "n", place, place, "/", TransferState.RUNNING, created)
    record.set_files([FileRecord(index, f"{index}.jpg", "/", 10**9) for index in range(50)])
    writer.files(record)
number = len(writer.pieces(record, record.files[7]))
while True:
    for _ in range(20):
        writer.piece(record, record.files[7], number, number.to_bytes(16, "big"))
        number += 1
        record.set_done(record.files[7], number)
        writer.file(record, record.files[7])
    if writer.flush():
        print(number, flush=True)
"""


def test_a_kill_at_any_moment_loses_nothing_that_was_written(tmp_path: Path) -> None:
    path = tmp_path / "transfers.sqlite3"
    chance = random.Random(4)
    written = 0
    for _ in range(_ROUNDS):
        written = _written_until_killed(path, chance.randint(1, 40))
        journal = Journal(path)
        (record,) = journal.load()
        pieces = journal.pieces(record.id, record.files[7])
        journal.close()
        assert journal.set_aside is None
        assert _is_whole(path)
        assert len(pieces) >= written
        assert pieces == {number: number.to_bytes(16, "big") for number in range(len(pieces))}
        assert record.files[7].done_bytes == len(pieces)  # of one batch, or of none


def _written_until_killed(path: Path, lines: int) -> int:
    """Let a process write, kill it in the middle, and return what it said was written."""
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for _ in range(lines):
            last = process.stdout.readline()
        process.kill()
        rest = process.stdout.read().split()
    return int(rest[-1]) if rest else int(last)


def _is_whole(path: Path) -> bool:
    connection = sqlite3.connect(path)
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
    finally:
        connection.close()
