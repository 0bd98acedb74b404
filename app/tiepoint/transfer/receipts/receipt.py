"""A receipt as data, its sentences, and its JSON: which photos of a capture the server confirmed, and which it did not.

Must not read or write files. Pure; any thread.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.digest import is_composite
from tiepoint.domain.left_out import LeftOut, card_words
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json

KIND: Final = "tiepoint-receipt"
SCHEMA_VERSION: Final = 1


class Confirmation(StrEnum):
    """How it is known that a photo is in Blob."""

    SENT = "sent"
    SENT_IN_BLOCKS = "sent-in-blocks"
    THERE_ALREADY = "there-already"
    COPIED = "copied"
    PROVEN = "proven"


EXPLAINED: Final[Mapping[Confirmation, tuple[str, str]]] = {
    Confirmation.SENT: ("sent", "the server checked the photo's MD5 when it arrived"),
    Confirmation.SENT_IN_BLOCKS: ("sent in blocks", "the server checked the MD5 of every block when it arrived"),
    Confirmation.THERE_ALREADY: ("there already", "Tiepoint had sent the same content before, checked then"),
    Confirmation.COPIED: ("copied", "the server copied it from the same content that it held already"),
    Confirmation.PROVEN: ("proven", "another program had sent it; its content was checked against the photo"),
}
"""A word for the column, and a sentence's end for the explanation."""


@dataclass(frozen=True, slots=True)
class ReceiptPhoto:
    """A photo that the server confirmed.

    Args:
        path: Path inside the capture.
        size: Bytes.
        digest: Whole MD5 or composite.
        confirmed: How.
        etag: Of its blob.
    """

    path: str
    size: int
    digest: str
    confirmed: Confirmation = Confirmation.SENT
    etag: str = ""


@dataclass(frozen=True, slots=True)
class ReceiptGap:
    """A photo that is not in Blob as it should be: `why` as in `judging.Why`, and a sentence."""

    path: str
    size: int
    why: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a listing of the server showed at a moment.

    Args:
        made: When the listing was taken, in the time zone of this computer.
        capture: Id of the capture.
        name: Its name.
        place: Its folder in Blob storage.
        photos: Confirmed ones by path.
        gaps: The others by path.
        program: Which program made it.
        left_out: What lay beside the photos and was not sent.
        folder: Where the photos came from: a receipt speaks of them alone, whatever else the capture has.
    """

    made: datetime
    capture: str
    name: str
    place: BlobPlace
    photos: Sequence[ReceiptPhoto]
    gaps: Sequence[ReceiptGap] = ()
    program: str = ""
    left_out: LeftOut = LeftOut()
    folder: str = ""

    @property
    def photos_total(self) -> int:
        """Photos of the capture."""
        return len(self.photos) + len(self.gaps)

    @property
    def bytes_verified(self) -> int:
        """Bytes of the confirmed ones."""
        return sum(photo.size for photo in self.photos)

    @property
    def bytes_total(self) -> int:
        """Bytes of all photos."""
        return self.bytes_verified + sum(gap.size for gap in self.gaps)

    @property
    def is_whole(self) -> bool:
        """Whether every photo is confirmed."""
        return not self.gaps and bool(self.photos)

    @property
    def is_safe(self) -> bool:
        """Whether the card may be formatted."""
        return self.is_whole and not self.left_out

    @property
    def statement(self) -> str:
        """What it comes to, in one sentence or two."""
        counted = f"{len(self.photos):,} of {self.photos_total:,} photos verified in Blob"
        if self.is_whole:
            return counted + card_words(self.left_out)
        if not self.gaps:
            return f"{counted}. NOT safe to format the card."
        gaps = len(self.gaps)
        others = "1 photo is not there as it" if gaps == 1 else f"{gaps:,} photos are not there as they"
        return f"{counted}. NOT safe to format the card: {others} should be."

    @property
    def about_digests(self) -> str:
        """What the digests are."""
        if not any(is_composite(photo.digest) for photo in self.photos):
            return "A digest is the MD5 of the whole photo, as md5sum prints it."
        return (
            "A digest of 32 digits is the MD5 of the whole photo, as md5sum prints it; one that ends in a hyphen and a"
            " number N is of a photo sent in N blocks: the MD5 of the MD5s of its blocks, each checked by the server."
        )


def receipt_json(receipt: Receipt) -> bytes:
    """Return the file for programs."""
    content = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "statement": receipt.statement,
        "is_whole": receipt.is_whole,
        "is_safe": receipt.is_safe,
        "made": receipt.made.isoformat(timespec="seconds"),
        "program": receipt.program,
        "capture": receipt.capture,
        "name": receipt.name,
        "place": to_json(receipt.place),
        "url": receipt.place.url,
        "folder": receipt.folder,
        "photos_verified": len(receipt.photos),
        "photos_total": receipt.photos_total,
        "bytes_verified": receipt.bytes_verified,
        "bytes_total": receipt.bytes_total,
        "left_out": to_json(receipt.left_out),
        "about_digests": receipt.about_digests,
        "about_confirmations": {kind.value: sentence for kind, (_, sentence) in EXPLAINED.items()},
    }
    rows = {
        "gaps": [_row(gap.path, gap.size, why=gap.why, detail=gap.detail) for gap in receipt.gaps],
        "photos": [
            _row(photo.path, photo.size, digest=photo.digest, confirmed=photo.confirmed.value, etag=photo.etag)
            for photo in receipt.photos
        ],
    }
    try:
        return _text(content, rows, is_ascii=False).encode()
    except UnicodeEncodeError:  # a name that is no valid text (PEP 383)
        return _text(content, rows, is_ascii=True).encode("ascii")


def read_receipt(data: bytes) -> Receipt:
    """Read the file for programs.

    Raises:
        MalformedMessage: It is none, is broken, or a newer program wrote it.
    """
    try:
        content: dict[str, Any] = json.loads(data)
        if (content["kind"], content["schema_version"]) != (KIND, SCHEMA_VERSION):
            content = {}
        return Receipt(
            datetime.fromisoformat(content["made"]).astimezone(),
            str(content["capture"]),
            str(content["name"]),
            from_json(BlobPlace, content["place"], "place"),
            from_json(tuple[ReceiptPhoto, ...], content["photos"], "photos"),
            from_json(tuple[ReceiptGap, ...], content["gaps"], "gaps"),
            str(content["program"]),
            from_json(LeftOut, content.get("left_out", {}), "left_out"),
            str(content.get("folder", "")),
        )
    except MalformedMessage:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedMessage(f"no receipt: {error!r}") from error


def _row(path: str, size: int, **more: str) -> dict[str, str | int]:
    return {"path": path, "size": size, **more}


def _text(content: Mapping[str, Any], rows: Mapping[str, Sequence[Any]], *, is_ascii: bool) -> str:
    """Write a field a line and a photo a line: to be read by people too, and ten thousand in a moment."""
    fields = [f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=is_ascii)}" for key, value in content.items()]
    for key, lines in rows.items():
        written = ",\n".join("  " + json.dumps(line, ensure_ascii=is_ascii) for line in lines)
        fields.append(f" {json.dumps(key)}: [\n{written}\n ]")
    return "{\n" + ",\n".join(fields) + "\n}\n"
