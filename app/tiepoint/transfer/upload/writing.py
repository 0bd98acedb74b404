"""Writing a small blob that is in memory. Runs on a sender's thread."""

from __future__ import annotations

import hashlib

from tiepoint.transfer.blob.facts import Condition, Written
from tiepoint.transfer.listed import our_metadata
from tiepoint.transfer.work import Hand


def put_small(hand: Hand, name: str, content: bytes, condition: Condition, *, content_type: str) -> Written:
    """Write a blob.

    Args:
        hand: The thread's.
        name: Whole name.
        content: All of it.
        condition: What must hold.
        content_type: Kept with the blob.

    Raises:
        BlobError: The server cannot be asked, or what must hold does not.
    """
    md5 = hashlib.md5(content, usedforsecurity=False).digest()
    return hand.connection.put_blob(
        name,
        len(content),
        md5,
        [memoryview(content)],
        condition=condition,
        metadata=our_metadata(),
        content_type=content_type,
    )
