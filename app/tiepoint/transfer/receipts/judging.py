"""Whether a blob is what was once confirmed: a recorded digest against a fresh listing. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tiepoint.domain.digest import is_composite
from tiepoint.domain.transfer import Difference
from tiepoint.transfer.comparison import LocalFile, Standing, compare
from tiepoint.transfer.listed import ListedBlob


class Why(StrEnum):
    """What is wrong with a photo in Blob."""

    MISSING = "missing"
    DIFFERENT = "different"
    UNVERIFIABLE = "unverifiable"
    """It may be the same, but the listing does not prove it; reading it back would."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A photo as it should be in Blob.

    Args:
        path: Path inside the capture.
        size: Bytes.
        digest: Whole MD5 or composite; empty when it was never confirmed.
        etag: Of the blob when it was confirmed; the same tag stands for the same content. Empty when not known.
    """

    path: str
    size: int
    digest: str
    etag: str = ""


def judged(expected: Expected, listed: ListedBlob | None, proven: str = "") -> Difference | None:
    """Compare a photo with what is there.

    Args:
        expected: As it should be.
        listed: What is there; None = nothing.
        proven: MD5 of the whole blob, when the caller read it back or knows that it came in one piece.

    Returns:
        None when the server's listing proves that it is there.
    """
    if listed is None:
        return Difference(expected.path, Why.MISSING, "It is not in Blob.")
    if listed.size != expected.size:
        return Difference(expected.path, Why.DIFFERENT, f"It has {listed.size} bytes instead of {expected.size}.")
    if not expected.digest:
        return Difference(expected.path, Why.UNVERIFIABLE, "Its digest was never confirmed.")
    standing = compare(listed, _recorded(expected, listed), proven=proven).standing
    if standing is Standing.SAME:
        return None
    if standing is Standing.DIFFERENT:
        return Difference(expected.path, Why.DIFFERENT, "Its content is another one.")
    if expected.etag and expected.etag == listed.etag:
        return None  # nobody has written it since it was confirmed
    return Difference(expected.path, Why.UNVERIFIABLE, _DOUBTS[standing])


def unproven(expected: Mapping[str, Expected], listing: Mapping[str, ListedBlob]) -> list[ListedBlob]:
    """Return the blobs of which only reading them back would tell; nothing does where no digest was ever confirmed.

    Args:
        expected: Photos by path.
        listing: Blobs by path.
    """
    differences = [judged(each, listing.get(path)) for path, each in expected.items() if each.digest]
    return [listing[each.path] for each in differences if each and each.why == Why.UNVERIFIABLE]


_DOUBTS = {
    Standing.NEEDS_HASH: "It was written again in another way; only reading it back would tell.",
    Standing.NEEDS_PROOF: "Another program wrote it, and nobody has checked what it says; only reading it would tell.",
}


def _recorded(expected: Expected, listed: ListedBlob) -> LocalFile:
    if is_composite(expected.digest):
        return LocalFile(expected.size, composite=expected.digest, block_size=listed.block_size)
    return LocalFile(expected.size, md5=expected.digest)
