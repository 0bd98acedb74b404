"""Whether a file is in Blob already: a listed blob against a local file, and what must be learnt before one can say.

Must not read files or ask a server: it names what is wanted, the caller gets it and asks again. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tiepoint.transfer.listed import ListedBlob


class Standing(StrEnum):
    """What a listing says about one file."""

    ABSENT = "absent"
    """Nothing of this name is there."""
    SAME = "same"
    """It is there with the same size and a digest that the server vouches for."""
    NEEDS_HASH = "needs-hash"
    """The sizes are equal; the local file's digest of the wanted kind must be known first."""
    NEEDS_PROOF = "needs-proof"
    """Size, and digest if it has one, are equal, but only its writer says so. No committed blocks (it came in one piece
    and the server checked its MD5) or reading it back proves it; then `compare` again with `proven`."""
    DIFFERENT = "different"
    """Something else is there under this name."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """What is known about a file here; digests only if they are of its present content.

    Args:
        size: Bytes.
        md5: Hexadecimal MD5 of the whole; empty when unknown.
        composite: Composite digest; empty when unknown.
        block_size: Of the blocks the composite digest is made of.
    """

    size: int
    md5: str = ""
    composite: str = ""
    block_size: int = 0

    def digest(self, block_size: int) -> str:
        """Return the digest of a kind: of the whole (0), or of blocks of a size; empty when unknown."""
        if block_size == 0:
            return self.md5
        return self.composite if block_size == self.block_size else ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a file stands.

    Args:
        standing: See `Standing`.
        digest: SAME: the digest that both have. NEEDS_PROOF: what the blob must prove to hold, when it is known here.
        block_size: NEEDS_HASH: the kind of digest wanted, 0 = MD5 of the whole, else composite of blocks of this size.
    """

    standing: Standing
    digest: str = ""
    block_size: int = 0


def compare(listed: ListedBlob | None, local: LocalFile, *, proven: str = "") -> Comparison:
    """Say whether a file is there already.

    Args:
        listed: What is there under its name; None = nothing.
        local: The file here.
        proven: MD5 of the whole blob as the caller proved it, see `Standing.NEEDS_PROOF`; empty otherwise.
    """
    if listed is None:
        return Comparison(Standing.ABSENT)
    if listed.size != local.size:
        return Comparison(Standing.DIFFERENT)
    if listed.is_ours and not proven:
        return _judged(listed.trusted_digest, listed.block_size, local)
    if proven:
        return _judged(proven, 0, local)
    if not listed.md5:
        return Comparison(Standing.NEEDS_PROOF, local.md5)
    claim = _judged(listed.md5, 0, local)
    return Comparison(Standing.NEEDS_PROOF, claim.digest) if claim.standing is Standing.SAME else claim


def _judged(digest: str, block_size: int, local: LocalFile) -> Comparison:
    known = local.digest(block_size)
    if not known:
        return Comparison(Standing.NEEDS_HASH, block_size=block_size)
    return Comparison(Standing.SAME, digest) if known == digest else Comparison(Standing.DIFFERENT)
