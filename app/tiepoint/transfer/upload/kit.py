"""What the tasks of one upload share. Any thread may read it; nothing in it changes while tasks run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.transfer.hash_cache import HashCache
from tiepoint.transfer.journal_writer import JournalWriter
from tiepoint.transfer.layout import photo_blob
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
    """

    record: TransferRecord
    writer: JournalWriter
    cache: HashCache
    receipts: Path
    tuning: Tuning

    @property
    def container(self) -> BlobPlace:
        """The container, without a prefix."""
        place = self.record.base
        return BlobPlace(place.endpoint, place.container)

    def block_size_of(self, size: int) -> int:
        """Return the bytes of a block for a file of this size; 0 when it goes in one piece."""
        if size <= self.tuning.whole_bytes:
            return 0
        needed = -(-size // _MOST_BLOCKS)
        return self.tuning.block_bytes if needed <= self.tuning.block_bytes else -(-needed // _MIB) * _MIB

    def blob_name(self, file: FileRecord) -> str:
        """Return the whole name of a file's blob."""
        return photo_blob(self.record.place, file.path)
