"""What the blocks of a blob say of its content: the ids of blocks that we sent hold the MD5 of each.

So a blob whose metadata were lost (copied by somebody, for instance) can be checked all the same. Pure but for the one
request of `claimed_by_blocks`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tiepoint.domain.digest import composite
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.facts import Block
from tiepoint.transfer.listed import ListedBlob

_ID_BYTES: Final = 24
"""Generation and index, four bytes each, and the MD5."""


def claimed_by_blocks(connection: BlobConnection, blob: ListedBlob) -> ListedBlob:
    """Look up the blocks of a blob that has no digest, and return it with the one they give, if they do.

    Raises:
        BlobMissing: It is not there any more.
    """
    blocks = connection.get_block_list(blob.name)
    if blocks.etag != blob.etag:
        return blob
    size = block_size_of(blocks.committed, blob.size)
    if not size:
        return blob
    return replace(blob, composite=composite(each.id[8:] for each in blocks.committed), block_size=size)


def block_size_of(blocks: Sequence[Block], size: int) -> int:
    """Return the size of the blocks if they are ours, in order and together of the blob's size; 0 otherwise."""
    if not blocks or sum(each.size for each in blocks) != size:
        return 0
    first = blocks[0].size
    for index, each in enumerate(blocks):
        is_last = index == len(blocks) - 1
        if len(each.id) != _ID_BYTES or int.from_bytes(each.id[4:8], "big") != index:
            return 0
        if not (0 < each.size <= first) or (each.size != first and not is_last):
            return 0
    return first
