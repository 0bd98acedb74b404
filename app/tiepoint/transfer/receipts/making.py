"""A receipt made of what the server's listing shows of the files of an upload. Pure; any thread."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime

from tiepoint import __version__
from tiepoint.domain.digest import is_composite
from tiepoint.domain.transfer import FileState
from tiepoint.runtime.logs import masked
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.receipts.judging import Expected, Why, judged
from tiepoint.transfer.receipts.receipt import Confirmation, Receipt, ReceiptGap, ReceiptPhoto
from tiepoint.transfer.records import FileRecord, TransferRecord

_BY_STATE = {FileState.SKIPPED: Confirmation.THERE_ALREADY, FileState.COPIED: Confirmation.COPIED}


def make_receipt(
    record: TransferRecord, listing: Mapping[str, ListedBlob], made: datetime, changed: Container[str] = ()
) -> Receipt:
    """Compare the files of an upload with a listing taken after the last of them was there.

    Args:
        record: The upload; its files' digests are what was confirmed, their etags the versions that were.
        listing: What lies in the capture's folder of photos, by path inside the capture.
        made: When the listing was taken, with a time zone.
        changed: Paths of files that are another here than what was sent.
    """
    photos, gaps = [], []
    for file in sorted(record.files, key=lambda file: file.path):
        listed = listing.get(file.path)
        gap = _changed(file) if file.path in changed else _gap(file, listed)
        if gap is not None:
            gaps.append(gap)
        elif listed is not None:
            photos.append(ReceiptPhoto(file.path, file.size, file.digest, _confirmation(file, listed), listed.etag))
    program = f"Tiepoint {__version__}"
    return Receipt(
        made,
        record.capture or "",
        record.name,
        record.place,
        tuple(photos),
        tuple(gaps),
        program,
        record.left_out,
        record.folder,
    )


def _changed(file: FileRecord) -> ReceiptGap:
    return ReceiptGap(file.path, file.size, Why.DIFFERENT, "It was changed on this computer after it was sent.")


def _gap(file: FileRecord, listed: ListedBlob | None) -> ReceiptGap | None:
    if file.state.is_there:
        found = judged(Expected(file.path, file.size, file.digest, file.etag), listed)
        return None if found is None else ReceiptGap(file.path, file.size, found.why, found.detail)
    why = Why.MISSING if listed is None else Why.DIFFERENT if file.state is FileState.CONFLICT else Why.UNVERIFIABLE
    said = masked(file.trouble.summary) if file.trouble is not None else "It was not sent."
    return ReceiptGap(file.path, file.size, why, said)


def _confirmation(file: FileRecord, listed: ListedBlob) -> Confirmation:
    if file.state is FileState.SKIPPED and not listed.is_ours:
        return Confirmation.PROVEN
    sent = Confirmation.SENT_IN_BLOCKS if is_composite(file.digest) else Confirmation.SENT
    return _BY_STATE.get(file.state, sent)
