"""The transfer journal: what is read from it, and how a batch of changes is written into it, in one transaction.

SQLite in WAL mode: a kill at any moment leaves it as it was after some batch. Holds no secret: texts of failures are
masked, addresses are `BlobPlace`s. `JournalWriter` writes it from a thread of its own; questions may come from any
thread and wait for no writing. Blocking.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Limits, TransferId
from tiepoint.protocol.codec import from_json, to_json
from tiepoint.transfer.journal_batch import Batch
from tiepoint.transfer.journal_rows import (
    FileStamp,
    KnownDigest,
    Row,
    SeenBlob,
    file_of,
    file_row,
    restored,
    storable,
    transfer_of,
    transfer_row,
)
from tiepoint.transfer.journal_schema import is_broken, opened, reader, set_aside
from tiepoint.transfer.records import FileRecord, TransferRecord

JOURNAL_NAME: Final = "transfers.sqlite3"
MOST_FILES: Final = 100_000
"""Rows of files that are loaded; the oldest transfers that are over are forgotten beyond it, their receipts stay."""
_MOST_KNOWN: Final = 500_000
_PATHS_A_QUESTION: Final = 500


class Journal:
    """The journal's file.

    Args:
        path: Where it lies; a broken one is set aside under another name.

    Attributes:
        set_aside: Where a file that could not be used is now; None when there was none.

    Raises:
        sqlite3.Error: It cannot be opened.
        OSError: As above.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writing = threading.Lock()
        self._reading = threading.Lock()
        self._write, self.set_aside = opened(path)
        try:
            self._read = reader(path)
        except sqlite3.Error:
            self._write.close()
            raise

    def load(self) -> list[TransferRecord]:
        """Return every transfer with its files, oldest first; what cannot be read is passed over.

        Raises:
            sqlite3.Error: The disk fails. A file found broken is set aside, and there are no transfers.
        """
        try:
            return self._loaded()
        except sqlite3.DatabaseError as error:
            if not is_broken(error):
                raise
            self._begin_anew()
            return []

    def pieces(self, transfer: TransferId, file: FileRecord) -> dict[int, bytes]:
        """Return the acknowledged pieces of a file's present generation: the digest of each by its number."""
        rows = self._asked(
            "SELECT number, digest FROM pieces WHERE transfer = ? AND file = ? AND generation = ?",
            (transfer, file.index, file.generation),
        )
        return dict(rows)

    def digests(self, stamps: Mapping[str, FileStamp]) -> dict[str, KnownDigest]:
        """Return what is known of the content of files whose stamps are the same still.

        Args:
            stamps: Wanted ones by path.
        """
        found: dict[str, KnownDigest] = {}
        for paths in _portions(stamps, _PATHS_A_QUESTION):
            marks = ",".join("?" * len(paths))
            for path, *stamp, md5, composite, block_size in self._asked(
                f"SELECT path, size, mtime_ns, ctime_ns, device, inode, md5, composite, block_size"  # noqa: S608
                f" FROM hashcache WHERE path IN ({marks})",
                [storable(path) for path in paths],
            ):
                if stamp == _stamp_values(stamps[restored(path)]):
                    found[restored(path)] = KnownDigest(md5, composite, block_size)
        return found

    def seen(self, endpoint: str, size: int, digest: str) -> list[SeenBlob]:
        """Return blobs of an account that hold this content, as far as is known; the newest first."""
        rows = self._asked(
            "SELECT endpoint, container, name, size, digest, block_size, etag FROM seen"
            " WHERE digest = ? AND endpoint = ? AND size = ? ORDER BY rowid DESC LIMIT 20",
            (digest, endpoint, size),
        )
        return [SeenBlob(BlobPlace(row[0], row[1]), *row[2:]) for row in rows]

    def seen_sizes(self, endpoint: str, wanted: Container[int]) -> set[int]:
        """Return which of some sizes blobs of an account have that are known."""
        rows = self._asked("SELECT DISTINCT size FROM seen WHERE endpoint = ?", (endpoint,))
        return {size for (size,) in rows if size in wanted}

    def limits(self) -> Limits:
        """Return the limits that were set last."""
        rows = self._asked("SELECT value FROM settings WHERE name = 'limits'", ())
        try:
            return from_json(Limits, json.loads(rows[0][0])) if rows else Limits()
        except ValueError:
            return Limits()

    def write(self, batch: Batch) -> None:
        """Write a batch whole or not at all.

        Raises:
            sqlite3.Error: The disk is full or fails, or the file is broken; then `begin_anew`.
        """
        with self._writing:
            self._write.execute("BEGIN IMMEDIATE")
            try:
                self._apply(batch)
                self._write.execute("COMMIT")
            except BaseException:
                if self._write.in_transaction:
                    self._write.execute("ROLLBACK")
                raise

    def begin_anew(self) -> Path:
        """Set a broken file aside and begin an empty one.

        Returns:
            Where the broken one is.

        Raises:
            sqlite3.Error: There can be no new one.
        """
        self._begin_anew()
        assert self.set_aside is not None
        return self.set_aside

    def prune(self) -> None:
        """Forget the oldest of what is known of files and blobs, when it is far too much."""
        with self._writing:
            for table in ("hashcache", "seen"):
                self._write.execute(
                    f"DELETE FROM {table} WHERE rowid <= (SELECT max(rowid) FROM {table}) - ?",  # noqa: S608
                    (_MOST_KNOWN,),
                )

    def close(self) -> None:
        """Close the file. Idempotent."""
        with self._reading, self._writing:
            self._read.close()
            self._write.close()

    def _begin_anew(self) -> None:
        with self._reading, self._writing:
            self._read.close()
            self._write.close()
            self.set_aside = set_aside(self._path, "broken")
            self._write, _ = opened(self._path)
            self._read = reader(self._path)

    def _asked(self, question: str, values: Sequence[object]) -> list[Row]:
        with self._reading:
            return self._read.execute(question, values).fetchall()

    def _loaded(self) -> list[TransferRecord]:
        records: dict[TransferId, TransferRecord] = {}
        for (text,) in self._asked("SELECT record FROM transfers ORDER BY created, id", ()):
            try:
                record = transfer_of(text)
            except ValueError:
                continue
            records[record.id] = record
        self._forget_most(records)
        rows = self._asked("SELECT * FROM files ORDER BY transfer, number", ())
        for transfer, files in groupby(rows, itemgetter(0)):
            if transfer in records:
                records[transfer].set_files(_files(files))
        return list(records.values())

    def _forget_most(self, records: dict[TransferId, TransferRecord]) -> None:
        counts: dict[TransferId, int] = dict(self._asked("SELECT transfer, count(*) FROM files GROUP BY transfer", ()))
        surplus = sum(counts.values()) - MOST_FILES
        batch = Batch()
        for record in [record for record in records.values() if record.state.is_over]:
            if surplus > 0:
                surplus -= counts.get(record.id, 0)
                batch.remove(record.id)
                del records[record.id]
        for stray in counts.keys() - records.keys() - batch.removed:
            batch.remove(stray)
        if batch:
            self.write(batch)

    def _apply(self, batch: Batch) -> None:
        run = self._write.executemany
        gone = [(transfer,) for transfer in batch.removed]
        emptied = [(transfer,) for transfer in batch.removed | batch.emptied]
        run("DELETE FROM transfers WHERE id = ?", gone)
        run("DELETE FROM files WHERE transfer = ?", emptied)
        run("DELETE FROM pieces WHERE transfer = ?", emptied)
        run("DELETE FROM pieces WHERE transfer = ? AND file = ?", batch.forgotten)
        run("INSERT OR REPLACE INTO transfers VALUES (?, ?, ?)", map(transfer_row, batch.transfers.values()))
        run(f"INSERT OR REPLACE INTO files VALUES ({','.join('?' * 16)})", map(file_row, batch.files.values()))
        run("INSERT OR REPLACE INTO pieces VALUES (?, ?, ?, ?, ?)", _piece_rows(batch))
        run(_KEEP_DIGEST, [_digest_row(path, *known) for path, known in batch.digests.items()])
        run("DELETE FROM seen WHERE endpoint = ? AND container = ? AND name = ?", batch.seen)
        run(
            "INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(*key, blob.size, blob.digest, blob.block_size, blob.etag) for key, blob in batch.seen.items() if blob],
        )
        if batch.limits is not None:
            run("INSERT OR REPLACE INTO settings VALUES (?, ?)", [("limits", json.dumps(to_json(batch.limits)))])


# A digest of another kind of the same content is kept: a file sent in blocks may be hashed whole later.
_KEEP_DIGEST: Final = """
INSERT INTO hashcache VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET
    md5 = CASE WHEN excluded.md5 = '' AND {same} THEN md5 ELSE excluded.md5 END,
    block_size = CASE WHEN excluded.composite = '' AND {same} THEN block_size ELSE excluded.block_size END,
    composite = CASE WHEN excluded.composite = '' AND {same} THEN composite ELSE excluded.composite END,
    size = excluded.size, mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns,
    device = excluded.device, inode = excluded.inode
""".format(
    same=" AND ".join(f"{name} = excluded.{name}" for name in ("size", "mtime_ns", "ctime_ns", "device", "inode"))
)


def _files(rows: Iterable[Row]) -> list[FileRecord]:
    """Return the readable files whose numbers follow on each other: their index is their place in the list."""
    files: list[FileRecord] = []
    for row in rows:
        try:
            file = file_of(row[1:])
        except (ValueError, TypeError):
            break
        if file.index != len(files):
            break
        files.append(file)
    return files


def _piece_rows(batch: Batch) -> Iterable[Row]:
    for (transfer, file), pieces in batch.pieces.items():
        for number, (generation, digest) in pieces.items():
            yield transfer, file, number, generation, digest


def _stamp_values(stamp: FileStamp) -> list[object]:
    # Windows and network file systems number devices and files with 64 bits without a sign, which SQLite does not take.
    return [stamp.size, stamp.mtime_ns, stamp.ctime_ns, str(stamp.device), str(stamp.inode)]


def _digest_row(path: str, stamp: FileStamp, known: KnownDigest) -> Row:
    return storable(path), *_stamp_values(stamp), known.md5, known.composite, known.block_size


def _portions(items: Iterable[str], size: int) -> Iterable[list[str]]:
    rest = iter(items)
    while portion := list(islice(rest, size)):
        yield portion
