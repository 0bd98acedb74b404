"""What of a transfer and its files the journal keeps, as rows of its tables, and back.

Must not open the database. A row is made of a record at once, under the lock that guards the record, and holds
nothing that changes later; making text of it is the writer's business. Pure; any thread.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Final, TypeAlias

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import Direction, FileState, ReceiptPlace, TransferId, TransferState
from tiepoint.protocol.codec import from_json, parse_time, time_text, to_json
from tiepoint.runtime.logs import masked
from tiepoint.transfer.records import FileRecord, TransferRecord

Row: TypeAlias = tuple[Any, ...]

_EXACT_CLOCK_NS: Final = 50_000_000
_COARSE_CLOCK_NS: Final = 2_000_000_000
_SECOND_NS: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What `stat` says of a file: equal stamps mean unchanged content, with the exception `is_settled` names.

    Args:
        size: Bytes.
        mtime_ns: When its content changed.
        ctime_ns: When its inode changed (on Windows: when it was made).
        device: Of the file system.
        inode: In the file system.
        taken_ns: When `stat` was asked, by the clock; not part of the comparison.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    device: int
    inode: int
    taken_ns: int = field(default=0, compare=False)

    @classmethod
    def of(cls, found: os.stat_result) -> FileStamp:
        """Keep what a `stat` just taken says. Take it before the first byte is read."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_dev, found.st_ino, time.time_ns())

    @property
    def is_settled(self) -> bool:
        """Whether a later change would show: a file written within a tick of its clock may change again unseen.

        The clocks of file systems tick every few milliseconds, of FAT every two seconds.
        """
        tick_ns = _EXACT_CLOCK_NS if self.mtime_ns % _SECOND_NS else _COARSE_CLOCK_NS
        return self.taken_ns - max(self.mtime_ns, self.ctime_ns) > tick_ns


@dataclass(frozen=True, slots=True)
class KnownDigest:
    """Digests of a file's content: of the whole, of its blocks, or both; empty what is unknown."""

    md5: str = ""
    composite: str = ""
    block_size: int = 0


@dataclass(frozen=True, slots=True)
class SeenBlob:
    """A blob whose content is known, from which the server can copy.

    Args:
        place: Its container (endpoint and container; the prefix is empty).
        name: Whole name in the container.
        size: Bytes.
        digest: Whole MD5 or composite.
        block_size: Of a composite; 0 otherwise.
        etag: When it was seen.
    """

    place: BlobPlace
    name: str
    size: int
    digest: str
    block_size: int = 0
    etag: str = ""


@dataclass(frozen=True, slots=True)
class KeptTransfer:
    """A transfer without its files; see `TransferRecord`."""

    id: TransferId
    direction: Direction
    name: str
    base: BlobPlace
    place: BlobPlace
    folder: str
    state: TransferState
    created: datetime
    capture: CaptureId | None = None
    finished: datetime | None = None
    trouble: Failure | None = None
    priority: int = 0
    replaces: bool = False
    is_products_only: bool = False
    bytes_moved: int = 0
    receipt: ReceiptPlace | None = None
    left_out: LeftOut = LeftOut()


_KEPT_FIELDS: Final = tuple(each.name for each in fields(KeptTransfer))
_ENTRY_FIELDS: Final = tuple(each.name for each in fields(PhotoEntry))
_TAKEN: Final = _ENTRY_FIELDS.index("taken_utc")


def kept_transfer(record: TransferRecord) -> KeptTransfer:
    """Copy what is kept of a transfer."""
    return KeptTransfer(*[getattr(record, name) for name in _KEPT_FIELDS])


def transfer_row(kept: KeptTransfer) -> Row:
    """Return id, moment of creation and the rest as JSON."""
    return kept.id, time_text(kept.created), masked(json.dumps(to_json(kept)))


def transfer_of(text: str) -> TransferRecord:
    """Return the transfer of a row, without files.

    Raises:
        ValueError: It cannot be read.
    """
    kept = from_json(KeptTransfer, json.loads(text))
    return TransferRecord(*[getattr(kept, name) for name in _KEPT_FIELDS])


def file_snapshot(transfer: TransferId, file: FileRecord) -> Row:
    """Copy a file's record; everything in the copy is immutable."""
    return (
        transfer,
        file.index,
        file.path,
        file.source,
        file.size,
        file.mtime_ns,
        file.ctime_ns,
        file.state,
        file.done_bytes,
        file.attempts,
        file.digest,
        file.etag,
        file.block_size,
        file.generation,
        file.trouble,
        file.entry,
    )


def file_row(snapshot: Row) -> Row:
    """Turn a copy into what the table takes."""
    head, (path, source), middle = snapshot[:2], snapshot[2:4], snapshot[4:14]
    trouble, entry = snapshot[14:]
    return (
        *head,
        storable(path),
        storable(source),
        *middle,
        None if trouble is None else masked(json.dumps(to_json(trouble))),
        None if entry is None else _entry_text(entry),
    )


def file_of(row: Row) -> FileRecord:
    """Return the file of a row without its transfer's id.

    Raises:
        ValueError: It cannot be read.
    """
    index, path, source, size, mtime_ns, ctime_ns, state, done_bytes, attempts, *texts = row
    digest, etag, block_size, generation, trouble, entry = texts
    return FileRecord(
        index,
        restored(path),
        restored(source),
        size,
        mtime_ns,
        ctime_ns,
        FileState(state),
        done_bytes,
        attempts,
        digest,
        etag,
        block_size,
        generation,
        None if trouble is None else from_json(Failure, json.loads(trouble)),
        None if entry is None else _entry_of(entry),
    )


def storable(text: str) -> str | bytes:
    """Return a path as the database takes it: names that are no valid text (PEP 383) as bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def restored(stored: str | bytes) -> str:
    """Undo `storable`."""
    return stored.decode("utf-8", "surrogatepass") if isinstance(stored, bytes) else stored


def _entry_text(entry: PhotoEntry) -> str:
    values = [getattr(entry, name) for name in _ENTRY_FIELDS]
    values[_TAKEN] = None if entry.taken_utc is None else time_text(entry.taken_utc)
    return json.dumps(values)


def _entry_of(text: str) -> PhotoEntry:
    values = json.loads(text)
    values[_TAKEN] = None if values[_TAKEN] is None else parse_time(values[_TAKEN])
    return PhotoEntry(*values)
