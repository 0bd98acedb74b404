"""Receipts on this computer: `receipts/<capture-id>/<name>-<UTC time>.{json,pdf}`, never changed, never deleted.

Blocking; a thread that may wait. A receipt tells somebody that a card may be formatted: it is on the disk before
anybody hears of it.
"""

from __future__ import annotations

import os
from datetime import UTC
from pathlib import Path
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import NoSpace, OperationFailed, TiepointError
from tiepoint.domain.identifiers import is_id, slug
from tiepoint.domain.transfer import ReceiptPlace
from tiepoint.protocol.codec import MalformedMessage
from tiepoint.transfer.receipts.pdf import receipt_pdf
from tiepoint.transfer.receipts.receipt import Receipt, read_receipt, receipt_json

_NO_SPACE: Final = 28  # ENOSPC, the same number on Windows


def write_receipt(receipt: Receipt, folder: Path) -> ReceiptPlace:
    """Write a receipt for programs and for people, each whole or not at all.

    Args:
        receipt: What is in it.
        folder: Folder of all receipts; it may not exist yet.

    Raises:
        NoSpace: The disk is full.
        OperationFailed: It cannot be written.
    """
    target = folder / _folder_name(receipt.capture)
    try:
        target.mkdir(parents=True, exist_ok=True)
        stem = _free_stem(target, f"{slug(receipt.name)}-{receipt.made.astimezone(UTC):%Y%m%dT%H%M%SZ}")
        pdf, json = target / f"{stem}.pdf", target / f"{stem}.json"
        _write(pdf, receipt_pdf(receipt))
        _write(json, receipt_json(receipt))
    except OSError as error:
        raise _not_written(target, error) from error
    return _place(json, receipt)


def newest_receipt(capture: str, place: BlobPlace, folder: Path) -> tuple[Receipt, ReceiptPlace] | None:
    """Return the newest receipt of a capture at a place; None when none is kept here that can be read.

    Args:
        capture: Its id.
        place: Its folder in Blob storage.
        folder: Folder of all receipts; it may not exist yet.
    """
    files = (folder / _folder_name(capture)).glob("*.json")
    found = [(receipt, file) for file in files if (receipt := _read(file)) is not None and receipt.place == place]
    if not found:
        return None
    receipt, file = max(found, key=lambda each: (each[0].made, each[1].name))
    return receipt, _place(file, receipt)


def _folder_name(capture: str) -> str:
    return capture if is_id(capture) else "other"


def _free_stem(folder: Path, stem: str) -> str:
    number, tried = 1, stem
    while any((folder / f"{tried}.{kind}").exists() for kind in ("json", "pdf")):
        number += 1
        tried = f"{stem}-{number}"
    return tried


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(file: Path) -> Receipt | None:
    try:
        return read_receipt(file.read_bytes())
    except (OSError, MalformedMessage):
        return None


def _place(json: Path, receipt: Receipt) -> ReceiptPlace:
    pdf = json.with_suffix(".pdf")
    return ReceiptPlace(str(json), str(pdf), receipt.made, len(receipt.photos), receipt.photos_total, receipt.left_out)


def _not_written(folder: Path, error: OSError) -> TiepointError:
    if error.errno == _NO_SPACE:
        return NoSpace(
            "The receipt cannot be written: the disk is full.",
            remedy="Free some space and start the upload again; nothing is sent twice.",
            retryable=True,
            detail=str(error),
        )
    return OperationFailed(
        f"The receipt cannot be written into {folder}.",
        remedy="Make the folder writable and start the upload again; nothing is sent twice.",
        retryable=True,
        detail=str(error),
    )
