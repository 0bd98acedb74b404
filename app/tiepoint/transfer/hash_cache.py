"""Digests of local files that were read before: a file of the same path, size, times and inode is not read again.

Must not read files. A digest is kept only of a file that had come to rest when it was read, so that a change within
one tick of the file system's clock is not missed. Any thread; looking up asks the disk, keeping does not wait for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from tiepoint.transfer.journal_rows import FileStamp, KnownDigest
from tiepoint.transfer.journal_writer import JournalWriter

__all__ = ["FileStamp", "HashCache", "KnownDigest"]


class HashCache:
    """The cache, kept in the journal."""

    def __init__(self, writer: JournalWriter) -> None:
        self._writer = writer

    def look_up(self, path: str, stamp: FileStamp) -> KnownDigest:
        """Return what is known of a file; nothing in it when it changed or was never read."""
        return self.look_up_many({path: stamp}).get(path, KnownDigest())

    def look_up_many(self, stamps: Mapping[str, FileStamp]) -> dict[str, KnownDigest]:
        """Return what is known of files by their paths; ten thousand take a tenth of a second."""
        return self._writer.known_digests(stamps)

    def keep(self, path: str, stamp: FileStamp, *, md5: str = "", composite: str = "", block_size: int = 0) -> None:
        """Keep what a file's content came to.

        Args:
            path: Full path.
            stamp: Taken before the first byte was read, and found the same after the last.
            md5: Of the whole; empty when it was not computed (one that is known of the same stamp is kept).
            composite: Of its blocks; empty as above.
            block_size: Bytes of a block.
        """
        if stamp.is_settled:
            self._writer.digest(path, stamp, KnownDigest(md5, composite, block_size))
