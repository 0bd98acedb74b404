"""A blob as a listing or its properties tell of it, and what of that may be believed. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.digest import block_count, is_composite, is_digest
from tiepoint.transfer.blob.facts import BlobFacts
from tiepoint.transfer.blob.reply import read_number

WRITTEN_BY_US: Final = "tp_v"
"""Metadata of everything we write; its value is the version of these rules."""
COMPOSITE: Final = "tp_digest"
BLOCK_SIZE: Final = "tp_block"
RULES_VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class ListedBlob:
    """One blob of a listing.

    Args:
        name: Whole name in its container.
        size: Bytes.
        etag: Changes with every write, without quotation marks.
        md5: Its Content-MD5 in hexadecimal; empty when it has none. A claim only, unless it came in one piece.
        is_ours: Whether it carries our metadata: its digest was checked by the server when it was written.
        composite: The composite digest in its metadata; empty when it has none.
        block_size: Bytes of each of its blocks but the last; 0 when it was sent in one piece.
    """

    name: str
    size: int
    etag: str = ""
    md5: str = ""
    is_ours: bool = False
    composite: str = ""
    block_size: int = 0

    @property
    def digest(self) -> str:
        """What it is said to hold, by whoever wrote it; empty when nobody said."""
        return self.composite or self.md5

    @property
    def trusted_digest(self) -> str:
        """What it holds, as far as the listing proves it; empty otherwise."""
        return self.digest if self.is_ours else ""


def listed_blob(facts: BlobFacts) -> ListedBlob:
    """Read a blob's metadata; what makes no sense, or cannot be of its size, counts as not there.

    Args:
        facts: Of a listing with metadata, or of its properties.
    """
    ours = {key.lower(): value for key, value in facts.metadata.items() if key.lower().startswith("tp_")}
    digest, block = ours.get(COMPOSITE, ""), ours.get(BLOCK_SIZE, "")
    is_composed = is_digest(digest) and is_composite(digest) and _blocks(facts.size, block) == block_count(digest)
    is_ours = ours.get(WRITTEN_BY_US) == RULES_VERSION and (is_composed or (not digest and bool(facts.md5)))
    if not (is_ours and is_composed):
        digest, block = "", "0"
    return ListedBlob(facts.name, facts.size, facts.etag, facts.md5, is_ours, digest, int(block))


def our_metadata(composite: str = "", block_size: int = 0) -> dict[str, str]:
    """Return the metadata of a blob we write: sent in one piece, or in blocks of a size with a composite digest."""
    if not composite:
        return {WRITTEN_BY_US: RULES_VERSION}
    return {WRITTEN_BY_US: RULES_VERSION, COMPOSITE: composite, BLOCK_SIZE: str(block_size)}


def _blocks(size: int, block: str) -> int:
    """Return of how many blocks a blob would be made; 0 when that is no size of a block."""
    block_size = read_number(block) or 0
    return -(-size // block_size) if block_size else 0
