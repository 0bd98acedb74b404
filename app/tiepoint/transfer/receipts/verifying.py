"""A receipt or a manifest checked against a fresh listing of Blob. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import Difference, ReceiptPlace, Verdict
from tiepoint.protocol.capture_document import CaptureDocument
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.receipts.judging import Expected, judged
from tiepoint.transfer.receipts.receipt import Receipt

MOST_DIFFERENCES: Final = 1000


def expected_of_receipt(receipt: Receipt) -> dict[str, Expected]:
    """Return what a receipt says should be there, by path; what it missed should be there too."""
    expected = {photo.path: Expected(photo.path, photo.size, photo.digest, photo.etag) for photo in receipt.photos}
    return {**{gap.path: Expected(gap.path, gap.size, "") for gap in receipt.gaps}, **expected}


def expected_of_manifest(document: CaptureDocument) -> dict[str, Expected]:
    """Return what a manifest says should be there, by path."""
    return {photo.path: Expected(photo.path, photo.size, photo.md5) for photo in document.photos}


def verify(
    name: str,
    place: BlobPlace,
    expected: Mapping[str, Expected],
    listing: Mapping[str, ListedBlob],
    *,
    checked: datetime,
    receipt: ReceiptPlace | None = None,
    proven: Mapping[str, str] | None = None,
) -> Verdict:
    """Say what is missing or different.

    Args:
        name: The capture's name.
        place: Its folder in Blob storage.
        expected: Photos by path.
        listing: Blobs of the capture's folder of photos by path; others than those expected do not matter.
        checked: When the listing was taken.
        receipt: The receipt that was checked; None when it was the manifest.
        proven: MD5s of whole blobs by path, as far as the caller proved them, see `judging.unproven`.
    """
    differences = _differences(expected, listing, proven or {})
    told = tuple(islice(differences, MOST_DIFFERENCES))
    total = len(told) + sum(1 for _ in differences)
    return Verdict(name, place, checked, len(expected), len(expected) - total, told, total, receipt)


def _differences(
    expected: Mapping[str, Expected], listing: Mapping[str, ListedBlob], proven: Mapping[str, str]
) -> Iterable[Difference]:
    return (
        found
        for path in sorted(expected)
        if (found := judged(expected[path], listing.get(path), proven.get(path, ""))) is not None
    )
