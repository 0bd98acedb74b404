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
from tiepoint.transfer.blob.errors import BadRequest, Exists
from tiepoint.transfer.blob.facts import Block
from tiepoint.transfer.listed import ListedBlob

_HEAD_BYTES: Final = 8
_ID_BYTES: Final = _HEAD_BYTES + 16
"""Generation and index, four bytes each, and the MD5."""


def claimed_by_blocks(connection: BlobConnection, blob: ListedBlob) -> tuple[ListedBlob, tuple[bytes, ...]]:
    """Ask for the blocks of a blob that has no digest of the whole.

    Returns:
        The blob, with the digest that its blocks give if it had none; and the MD5 of each block as far as the ids say
        so and agree with the digest, so that damage shows at once and costs one block.

    Raises:
        BlobMissing: It is not there any more.
    """
    if blob.digest and not blob.composite:
        return blob, ()
    try:
        blocks = connection.get_block_list(blob.name)
    except (BadRequest, Exists):  # a blob of pages, or a server that knows no blocks
        return blob, ()
    size = block_size_of(blocks.committed, blob.size) if blocks.etag == blob.etag else 0
    md5s = tuple(each.id[_HEAD_BYTES:] for each in blocks.committed) if size else ()
    if not md5s:
        return blob, ()
    if not blob.composite:
        blob = replace(blob, composite=composite(md5s), block_size=size)
    is_same = blob.block_size == size and composite(md5s) == blob.composite
    return blob, md5s if is_same else ()


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
