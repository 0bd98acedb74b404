"""What the server says of blobs, blocks and pages, and what is asked of it, as plain data.

Entity tags are without quotation marks everywhere; MD5s of whole blobs are 32 hexadecimal digits or empty, MD5s to be
sent and ids of blocks are raw bytes. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold for a write to be done.

    Args:
        is_new: Nothing of this name may be there yet.
        etag: The version that must be there; empty = any.
    """

    is_new: bool = False
    etag: str = ""


ANYTHING: Final = Condition()
NEW: Final = Condition(is_new=True)


@dataclass(frozen=True, slots=True)
class BlobFacts:
    """A blob as its properties or a listing tell of it.

    Args:
        name: Whole name in its container.
        size: Bytes.
        etag: Changes with every write.
        md5: Its Content-MD5; empty when it has none. A claim only, unless it was written by one Put Blob.
        metadata: Names as the server writes them (compare without regard to case).
    """

    name: str
    size: int
    etag: str = ""
    md5: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """What the server said of a write it did.

    Args:
        etag: Of what is there now.
        md5: What the server has as Content-MD5; empty when it did not say.
    """

    etag: str
    md5: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a blob: raw id and bytes."""

    id: bytes
    size: int


@dataclass(frozen=True, slots=True)
class BlockList:
    """Blocks of a blob: those that make its content, in order, and those that wait for a commit.

    Args:
        committed: Empty when the blob was written in one piece, or is not committed yet.
        uncommitted: In no order that means anything.
        etag: Of the committed blob; empty when there is none.
        size: Bytes of the committed blob; 0 when there is none.
    """

    committed: tuple[Block, ...] = ()
    uncommitted: tuple[Block, ...] = ()
    etag: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing.

    Args:
        blobs: In the order of their names.
        prefixes: Beginnings of names up to and with the delimiter, when one was given.
    """

    blobs: tuple[BlobFacts, ...]
    prefixes: tuple[str, ...] = ()
