"""Digests of photos as text: the MD5 that Blob storage checks, or of a file sent in blocks a composite of theirs.

A composite is the MD5 of the MD5s of the blocks, in hexadecimal, a hyphen and the number of blocks, as S3 writes it:
the server checked every block, and nobody hashed the file twice. Must not read files. Pure; any thread.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Final

_DIGEST: Final = re.compile(r"[0-9a-f]{32}(?:-[1-9][0-9]{0,4})?")


def is_digest(text: str) -> bool:
    """Say whether the text is a whole MD5 or a composite digest."""
    return _DIGEST.fullmatch(text) is not None


def is_composite(text: str) -> bool:
    """Say whether the digest is made of the digests of blocks."""
    return "-" in text


def block_count(text: str) -> int:
    """Return of how many blocks a composite digest is made; 0 for a whole MD5."""
    return int(text.partition("-")[2] or 0)


def composite(block_md5s: Iterable[bytes]) -> str:
    """Return the composite digest of a file.

    Args:
        block_md5s: The 16 bytes of each block's MD5, in order.
    """
    together = hashlib.md5(usedforsecurity=False)
    count = 0
    for each in block_md5s:
        together.update(each)
        count += 1
    return f"{together.hexdigest()}-{count}"
