"""The digest of content that passes by in order, of either kind: of the whole, or composed of its blocks'.

Must not read anything itself. Of one thread.
"""

from __future__ import annotations

import hashlib

from tiepoint.domain.digest import composite


class Digester:
    """Takes content in order.

    Args:
        block_size: Bytes of a block for a composite digest; 0 = digest of the whole.
    """

    def __init__(self, block_size: int = 0) -> None:
        self._block_size = block_size
        self._now = hashlib.md5(usedforsecurity=False)
        self._in_block = 0
        self._blocks: list[bytes] = []

    def update(self, piece: memoryview) -> None:
        """Take the next piece."""
        while self._block_size and len(piece) >= self._block_size - self._in_block:
            rest = self._block_size - self._in_block
            self._now.update(piece[:rest])
            self._end_block()
            piece = piece[rest:]
        self._now.update(piece)
        self._in_block += len(piece)

    def copy(self) -> Digester:
        """Return one that goes on from here by itself."""
        other = Digester(self._block_size)
        other._now = self._now.copy()
        other._in_block = self._in_block
        other._blocks = list(self._blocks)
        return other

    def text(self) -> str:
        """Return the digest of everything so far, as `domain.digest` writes it."""
        if not self._block_size:
            return self._now.hexdigest()
        return composite([*self._blocks, self._now.digest()] if self._in_block or not self._blocks else self._blocks)

    def _end_block(self) -> None:
        self._blocks.append(self._now.digest())
        self._now = hashlib.md5(usedforsecurity=False)
        self._in_block = 0
