"""The same content is in the account already: let the server copy it instead of sending it again.

A copy that cannot be had for whatever reason is no failure: the file is then sent. Runs on a sender's thread.
"""

from __future__ import annotations

from typing import Final

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.blob.errors import BlobError, BlobMissing, Busy, Changed, Exists, Unreachable
from tiepoint.transfer.blob.facts import NEW, Condition
from tiepoint.transfer.comparison import Standing, compare
from tiepoint.transfer.journal_rows import KnownDigest, SeenBlob
from tiepoint.transfer.listed import ListedBlob, listed_blob, our_metadata
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.upload.judging import local_file
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.outcome import Outcome
from tiepoint.transfer.work import Hand

_MOST_COPIED: Final = 256 * 2**20  # what a server copies while one waits (Copy Blob From URL)


def is_copyable(kit: Kit, size: int) -> bool:
    """Whether a file of this size may be in the account already, small enough for the server to copy it at once."""
    return size in kit.copyable and 0 < size <= _MOST_COPIED


def copied(kit: Kit, hand: Hand, file: FileRecord, size: int, known: KnownDigest) -> Outcome | None:
    """Try to have the file copied by the server.

    Args:
        kit: The upload's.
        hand: The thread's.
        file: Which.
        size: Of the file now.
        known: Its digests now.

    Returns:
        COPIED, or None when it must be sent.

    Raises:
        Unreachable, Busy, Stopped: Not the file's fault.
    """
    if not is_copyable(kit, size):
        return None
    name = kit.blob_name(file)
    for seen in _candidates(kit, size, known)[:2]:
        if (seen.place.container, seen.name) == (kit.container.container, name) or not kit.can_use(seen.place):
            continue
        try:
            found = _copy(hand, kit, file, seen, name)
        except (Unreachable, Busy):
            raise
        except (BlobMissing, Changed):
            kit.writer.unsee(seen)
            continue
        except Exists:
            return None  # sending meets the same and looks into it
        except BlobError:
            return None
        if found is not None and compare(found, local_file(size, known)).standing is Standing.SAME:
            return Outcome(FileState.COPIED, found.digest, found.etag, size)
    return None


def _copy(hand: Hand, kit: Kit, file: FileRecord, seen: SeenBlob, name: str) -> ListedBlob | None:
    condition = Condition(etag=file.etag) if file.etag else NEW
    written = hand.connection.copy_within(
        name,
        seen.place,
        seen.name,
        source_etag=seen.etag,
        condition=condition,
        metadata=our_metadata(seen.digest if seen.block_size else "", seen.block_size),
    )
    found = listed_blob(hand.connection.head(name))
    return found if found.etag == written.etag else None


def _candidates(kit: Kit, size: int, known: KnownDigest) -> list[SeenBlob]:
    endpoint = kit.container.endpoint
    found = [kit.writer.seen(endpoint, size, digest) for digest in (known.md5, known.composite) if digest]
    return [blob for blobs in found for blob in blobs]
