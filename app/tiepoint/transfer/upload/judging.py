"""Is the file there already? What the comparison wants to know is found out: a digest here, a proof there.

Runs on a sender's thread, without the lock.
"""

from __future__ import annotations

import hashlib

from tiepoint.transfer.blob.errors import BadRequest, BlobMissing, Changed, Exists
from tiepoint.transfer.comparison import Comparison, LocalFile, Standing, compare
from tiepoint.transfer.journal_rows import KnownDigest
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.upload.kit import Kit
from tiepoint.transfer.upload.source import Source
from tiepoint.transfer.work import Hand


def local_file(size: int, known: KnownDigest) -> LocalFile:
    """Return what is known of a file here."""
    return LocalFile(size, known.md5, known.composite, known.block_size)


def judge(kit: Kit, hand: Hand, path: str, source: Source, listed: ListedBlob | None, known: KnownDigest) -> Comparison:
    """Compare a file with what is there, hashing and proving as far as needed.

    Args:
        kit: The upload's.
        hand: The thread's.
        path: Of the file here.
        source: The file, open.
        listed: What is there under its name.
        known: Digests of its present content.

    Returns:
        ABSENT, SAME or DIFFERENT.

    Raises:
        SourceFault: The file cannot be read or changes.
        BlobError: The server cannot be asked.
    """
    proven = ""
    while True:
        found = compare(listed, local_file(source.stamp.size, known), proven=proven)
        if found.standing is Standing.NEEDS_HASH:
            known = hashed(kit, path, source, known, found.block_size)
        elif found.standing is Standing.NEEDS_PROOF and listed is not None:
            proven = proof(hand, listed)
            if not proven:
                return Comparison(Standing.DIFFERENT)
        else:
            return found


def hashed(kit: Kit, path: str, source: Source, known: KnownDigest, block_size: int) -> KnownDigest:
    """Hash a file and keep that.

    Args:
        kit: The upload's.
        path: Of the file.
        source: The file, open.
        known: What is known already of its present content.
        block_size: Of the blocks; 0 = the whole in one.

    Raises:
        SourceFault: It cannot be read or changes.
    """
    if block_size:
        known = KnownDigest(known.md5, source.composite(block_size), block_size)
    else:
        known = KnownDigest(source.md5().hex(), known.composite, known.block_size)
    source.check_unchanged()
    kit.cache.keep(path, source.stamp, md5=known.md5, composite=known.composite, block_size=known.block_size)
    return known


def proof(hand: Hand, listed: ListedBlob) -> str:
    """Return the MD5 that a blob is proven to have; empty when it is no more what was listed.

    Raises:
        BlobError: The server cannot be asked.
    """
    try:
        # What came in one piece has a digest that the server computed or checked itself.
        return listed.md5 if listed.md5 and _is_of_one_piece(hand, listed) else _read_back(hand, listed)
    except (BlobMissing, Changed):
        return ""


def _is_of_one_piece(hand: Hand, listed: ListedBlob) -> bool:
    try:
        blocks = hand.connection.get_block_list(listed.name)
    except (BadRequest, Exists):  # a blob of pages, or one that was appended to
        return False
    return not blocks.committed and blocks.etag in ("", listed.etag)


def _read_back(hand: Hand, listed: ListedBlob) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    if listed.size:
        hand.connection.get_range(
            listed.name, 0, listed.size, etag=listed.etag, buffer=memoryview(hand.buffer), take=digest.update
        )
    return digest.hexdigest()
