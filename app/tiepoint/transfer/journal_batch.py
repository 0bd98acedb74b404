"""What is to be written into the journal next: the newest of each thing, however often it changed.

Its methods take records while their lock is held and copy what they need, which costs microseconds. Must not write.
Not safe for several threads by itself: `JournalWriter` guards it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeAlias

from tiepoint.domain.transfer import Limits, TransferId
from tiepoint.transfer.journal_rows import (
    FileStamp,
    KeptTransfer,
    KnownDigest,
    Row,
    SeenBlob,
    file_snapshot,
    kept_transfer,
)
from tiepoint.transfer.records import FileRecord, TransferRecord

FileKey: TypeAlias = tuple[TransferId, int]


@dataclass(slots=True)
class Batch:
    """Changes for one transaction, applied in the order of the attributes.

    Attributes:
        removed: Transfers to forget with all that is theirs.
        emptied: Transfers whose list of files is replaced.
        forgotten: Files whose pieces are of no more use.
        transfers: Transfers as they are now.
        files: Copies of files as they are now.
        pieces: Acknowledged pieces by file and number: generation and digest.
        digests: Hash cache: stamp and digests by path.
        seen: Blobs known to hold something; None = no longer there.
        limits: New limits.
    """

    removed: set[TransferId] = field(default_factory=set)
    emptied: set[TransferId] = field(default_factory=set)
    forgotten: set[FileKey] = field(default_factory=set)
    transfers: dict[TransferId, KeptTransfer] = field(default_factory=dict)
    files: dict[FileKey, Row] = field(default_factory=dict)
    pieces: dict[FileKey, dict[int, tuple[int, bytes]]] = field(default_factory=dict)
    digests: dict[str, tuple[FileStamp, KnownDigest]] = field(default_factory=dict)
    seen: dict[tuple[str, str, str], SeenBlob | None] = field(default_factory=dict)
    limits: Limits | None = None

    def __bool__(self) -> bool:
        return any((self.removed, self.emptied, self.forgotten, self.transfers, self.files, self.pieces)) or bool(
            self.digests or self.seen or self.limits
        )

    def transfer(self, record: TransferRecord) -> None:
        """Keep a transfer as it is now; its files are told by themselves."""
        self.transfers[record.id] = kept_transfer(record)

    def file(self, record: TransferRecord, file: FileRecord) -> None:
        """Keep a file as it is now."""
        self.files[record.id, file.index] = file_snapshot(record.id, file)

    def piece(self, record: TransferRecord, file: FileRecord, number: int, digest: bytes) -> None:
        """Keep that a block or range of the file's present generation is acknowledged; `digest` may be empty."""
        self.pieces.setdefault((record.id, file.index), {})[number] = file.generation, digest

    def forget_pieces(self, record: TransferRecord, file: FileRecord) -> None:
        """Forget the blocks or ranges of a file."""
        self.pieces.pop((record.id, file.index), None)
        self.forgotten.add((record.id, file.index))

    def replace_files(self, record: TransferRecord) -> None:
        """Keep a transfer and its list of files instead of the list before; pieces go with it."""
        self._drop_files(record.id)
        self.emptied.add(record.id)
        self.transfer(record)
        for file in record.files:
            self.file(record, file)

    def remove(self, transfer: TransferId) -> None:
        """Forget a transfer and all that is its."""
        self._drop_files(transfer)
        self.transfers.pop(transfer, None)
        self.removed.add(transfer)

    def digest(self, path: str, stamp: FileStamp, known: KnownDigest) -> None:
        """Keep a file's digests; what was known of the same stamp stays."""
        self.digests[path] = stamp, joined(known, self.digests.get(path), stamp)

    def see(self, blobs: Iterable[SeenBlob]) -> None:
        """Keep that blobs hold what they hold."""
        for blob in blobs:
            self.seen[blob.place.endpoint, blob.place.container, blob.name] = blob

    def unsee(self, blob: SeenBlob) -> None:
        """Forget a blob that is not what it was."""
        self.seen[blob.place.endpoint, blob.place.container, blob.name] = None

    def put_back(self, older: Batch) -> None:
        """Take in an earlier batch that could not be written; what this one says of the same things wins."""
        dropped = self.removed | self.emptied
        before = {key: kept for key, kept in older.transfers.items() if key not in self.removed}
        self.transfers = {**before, **self.transfers}
        self.files = {**{key: row for key, row in older.files.items() if key[0] not in dropped}, **self.files}
        for key, pieces in older.pieces.items():
            if key[0] not in dropped and key not in self.forgotten:
                self.pieces[key] = {**pieces, **self.pieces.get(key, {})}
        for path, (stamp, known) in older.digests.items():
            newer = self.digests.get(path)
            if newer is None or newer[0] == stamp:
                self.digests[path] = stamp, joined(newer[1] if newer else KnownDigest(), (stamp, known), stamp)
        self.seen = {**older.seen, **self.seen}
        self.limits = self.limits or older.limits
        self.removed |= older.removed
        self.emptied |= older.emptied
        self.forgotten |= older.forgotten

    def _drop_files(self, transfer: TransferId) -> None:
        for held in (self.files, self.pieces):
            for key in [key for key in held if key[0] == transfer]:
                del held[key]


def joined(known: KnownDigest, before: tuple[FileStamp, KnownDigest] | None, stamp: FileStamp) -> KnownDigest:
    """Return what is known of a file now and was known of the same stamp before."""
    if before is None or before[0] != stamp:
        return known
    old = before[1]
    composite = known if known.composite else old
    return KnownDigest(known.md5 or old.md5, composite.composite, composite.block_size)
