"""What the tasks of one upload share. Any thread may read it; a task changes what is its file's only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.digest import is_composite, is_digest
from tiepoint.protocol.capture_document import PHOTOS_FOLDER
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.tuning import Tuning

_MIB: Final = 2**20
_MOST_BLOCKS: Final = 45_000  # of the 50,000 a blob may have (Put Block List)


@dataclass(frozen=True, slots=True)
class Kit:
    """One upload's means.

    Args:
        record: The transfer. Its place is the capture's folder once the survey has settled.
        writer: The journal's: pieces and seen blobs are looked up there.
        cache: Digests of local files.
        receipts: The folder receipts are put into.
        tuning: Sizes and times.
        can_use: Whether a credential for a container is held; nobody is asked for one.

    Attributes:
        known: What the survey found in the cache, by path here; not what has changed since.
        copyable: Sizes of files that may be in the account already, as the survey found.
    """

    record: TransferRecord
    writer: JournalWriter
    cache: HashCache
    receipts: Path
    tuning: Tuning
    can_use: Callable[[BlobPlace], bool] = lambda place: True
    known: dict[str, tuple[FileStamp, KnownDigest]] = field(default_factory=dict)
    copyable: set[int] = field(default_factory=set)

    @property
    def container(self) -> BlobPlace:
        """The container, without a prefix."""
        place = self.record.base
        return BlobPlace(place.endpoint, place.container)

    def digests(self, path: str, stamp: FileStamp) -> KnownDigest:
        """Return what is known of the content of a file as it is now."""
        then, known = self.known.get(path, (None, KnownDigest()))
        return known if then == stamp else KnownDigest()

    def told_md5(self, file: FileRecord, stamp: FileStamp) -> str:
        """Return the MD5 that whoever told the file says it has, for where the server checks it; empty without one."""
        entry = file.entry
        if entry is None or (entry.size, entry.mtime_ns) != (stamp.size, stamp.mtime_ns):
            return ""
        return entry.md5 if is_digest(entry.md5) and not is_composite(entry.md5) else ""

    def block_size_of(self, size: int) -> int:
        """Return the bytes of a block for a file of this size; 0 when it goes in one piece."""
        if size <= self.tuning.whole_bytes:
            return 0
        needed = -(-size // _MOST_BLOCKS)
        return self.tuning.block_bytes if needed <= self.tuning.block_bytes else -(-needed // _MIB) * _MIB

    def blob_name(self, file: FileRecord) -> str:
        """Return the whole name of a file's blob."""
        return f"{self.record.place.prefix}/{PHOTOS_FOLDER}/{file.path}"
