"""Checking a capture in Blob again: what the newest receipt, or the manifest, says should be there against a listing.

Changes nothing. Blocking; on the thread of whoever asks, over a connection of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import ReceiptPlace, TransferId, Verdict
from tiepoint.protocol.transfers import VerifyParams
from tiepoint.runtime.stop import Stop
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.errors import BadRequest, BlobMissing
from tiepoint.transfer.blob.line import Line
from tiepoint.transfer.layout import manifest_blob
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.manifest import MOST_BYTES, read_manifest
from tiepoint.transfer.receipts.judging import Expected, unproven
from tiepoint.transfer.receipts.store import newest_receipt
from tiepoint.transfer.receipts.verifying import expected_of_manifest, expected_of_receipt, verify
from tiepoint.transfer.upload.judging import proof
from tiepoint.transfer.upload.survey import list_photos
from tiepoint.transfer.work import Hand
from tiepoint.transfer.workshop import Workshop


@dataclass(frozen=True, slots=True)
class _Promise:
    """What should be there, and who says so."""

    name: str
    expected: dict[str, Expected]
    receipt: ReceiptPlace | None = None


def verify_capture(shop: Workshop, params: VerifyParams, stop: Stop) -> Verdict:
    """Check a capture.

    Args:
        shop: For the credentials and the receipts.
        params: Which capture.
        stop: Ends it.

    Raises:
        UsageError: There is no such transfer.
        Stopped: On request.
        SignInNeeded: The container's credential is missing or refused.
        InputError: There is no such capture.
        ConnectionLost: The server cannot be reached.
    """
    place = _place(shop, params)
    with _hand(shop, place, stop) as hand:
        promise = _promise(shop, hand, place)
        checked = datetime.now().astimezone()
        listing = list_photos(hand, place)
        paths = {blob.name: path for path, blob in listing.items()}
        doubtful = unproven(promise.expected, listing)
        proven = {paths[blob.name]: _proof(hand, blob) for blob in doubtful}
    return verify(
        promise.name, place, promise.expected, listing, checked=checked, receipt=promise.receipt, proven=proven
    )


def _proof(hand: Hand, blob: ListedBlob) -> str:
    """Return what a blob is proven to hold; empty also when nobody can read it, for the others can be checked."""
    try:
        return proof(hand, blob)
    except BadRequest:
        return ""


def _place(shop: Workshop, params: VerifyParams) -> BlobPlace:
    if params.transfer is not None:
        return _place_of_transfer(shop, params.transfer)
    if params.place is None or not params.place.prefix:
        raise InputError("This names no capture.", remedy="Name a transfer, or give the address of a capture's folder.")
    return params.place


def _place_of_transfer(shop: Workshop, transfer: TransferId) -> BlobPlace:
    with shop.floor.lock:
        record = shop.lane(transfer).record
        if record.capture is None:
            raise InputError(f"{record.name} is no capture, or has not begun to go up yet.", remedy="Wait a moment.")
        return record.place


def _promise(shop: Workshop, hand: Hand, place: BlobPlace) -> _Promise:
    kept = newest_receipt(place.prefix.rpartition("/")[2], place, shop.receipts)
    if kept is not None:
        receipt, where = kept
        return _Promise(receipt.name, expected_of_receipt(receipt), where)
    try:
        _, data = hand.connection.get_small(manifest_blob(place), most_bytes=MOST_BYTES)
    except BlobMissing as error:
        raise _no_capture(place) from error
    document = read_manifest(data)
    if document is None:
        raise _no_capture(place)
    return _Promise(document.name, expected_of_manifest(document))


@contextmanager
def _hand(shop: Workshop, place: BlobPlace, stop: Stop) -> Iterator[Hand]:
    line, hand = Line(shop.line_settings), Hand(stop, place)
    hand.connection = BlobConnection(place, shop.credentials, line=line, stop=stop, bucket=shop.bucket)
    try:
        yield hand
    finally:
        line.close()


def _no_capture(place: BlobPlace) -> InputError:
    return InputError(
        f"There is no whole capture in {place.url}, and no receipt of one is kept here.",
        remedy="Look whether the address is right, and whether its upload has come to its end.",
    )
