"""Is what lies here still what was sent? Asked at the end, before anybody is told that the card may be formatted.

A transfer may take days, with pauses; photos that were sent early may have been worked on since. Runs on a sender's
thread, without the lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tiepoint.domain.digest import is_composite
from tiepoint.transfer.journal_rows import FileStamp, KnownDigest
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.judging import hashed
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.source import Source, SourceFault, stamp_of
from tiepoint.transfer.work import Hand

_STATS_A_LOOK: Final = 256


def changed_since_sent(kit: Kit, hand: Hand, files: Iterable[FileRecord]) -> list[FileRecord]:
    """Return the files whose content here is another than what is in Blob; those that are here no more are not.

    Args:
        kit: The upload's.
        hand: The thread's.
        files: Files that are there, with the digests that the server confirmed.

    Raises:
        Stopped: On request.
    """
    stamps: list[tuple[FileRecord, FileStamp]] = []
    for number, file in enumerate(files):
        if number % _STATS_A_LOOK == 0:
            hand.stop.check()
        try:
            stamps.append((file, stamp_of(file.source, file.path)))
        except SourceFault:
            continue  # the card is out already, or the photo was deleted: what was sent is all there is
    known = kit.cache.look_up_many({file.source: stamp for file, stamp in stamps})
    return [file for file, stamp in stamps if not _is_as_sent(kit, hand, file, stamp, known.get(file.source))]


def _is_as_sent(kit: Kit, hand: Hand, file: FileRecord, stamp: FileStamp, known: KnownDigest | None) -> bool:
    if known is not None and file.digest in (known.md5, known.composite):
        return True
    if stamp.size != file.size:
        return False
    # The cache knows what was sent, but for files written a moment before: those were not touched since they were told.
    # Whatever else it does not know must be read, for the time of the last change can be set to anything.
    created_ns = int(kit.record.created.timestamp() * 1e9)
    if known is None and stamp.mtime_ns == file.mtime_ns and stamp.ctime_ns < created_ns:
        return True
    block_size = file.block_size if is_composite(file.digest) else 0
    try:
        with Source(file.source, file.path, hand) as source:
            found = hashed(kit, file.source, source, KnownDigest(), block_size)
    except SourceFault as fault:
        return not fault.is_passing
    return file.digest in (found.md5, found.composite)
