"""`capture.json`: a capture's manifest as bytes, schema version 1, the same on a disk and in Blob storage.

Must not read or write files. A photo's `md5` is that of its whole content, or a composite digest (`domain.digest`)
where the photo was sent in blocks. Pure; any thread.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from tiepoint.domain.capture import SCHEMA_VERSION
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry
from tiepoint.protocol.codec import MalformedMessage, from_json, parse_time, time_text

MANIFEST_NAME: Final = "capture.json"
PHOTOS_FOLDER: Final = "photos"
_PHOTO_FIELDS: Final = tuple(each.name for each in fields(PhotoEntry))


@dataclass(frozen=True, slots=True)
class CaptureDocument:
    """What a manifest says.

    Args:
        id: Also the name of its folder.
        name: What people call it.
        created: When the capture was made, UTC.
        photos: Its photos by path.
        crs: Coordinate system the products are wanted in; None = local.
    """

    id: CaptureId
    name: str
    created: datetime
    photos: Sequence[PhotoEntry]
    crs: str | None = None


def document_bytes(document: CaptureDocument) -> bytes:
    """Return the manifest, a photo a line; the same content always gives the same bytes."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "id": document.id,
        "name": document.name,
        "created": time_text(document.created),
        "crs": document.crs,
    }
    lines = ",\n".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
    photos = ",\n".join(map(_photo_text, document.photos))
    return f'{{\n{lines},\n "photos": [\n{photos}\n ]\n}}\n'.encode("utf-8", "surrogateescape")


def read_document(data: bytes) -> CaptureDocument:
    """Read a manifest; unknown fields are ignored.

    Raises:
        MalformedMessage: It is broken, or was written by a newer program.
    """
    try:
        return _document(json.loads(data.decode("utf-8", "surrogateescape")))
    except MalformedMessage:
        raise
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedMessage(f"no manifest of a capture: {error!r}") from error


def _photo_text(photo: PhotoEntry) -> str:
    # Field by field: ten thousand photos are written in a tenth of the time the general way takes.
    content = {name: getattr(photo, name) for name in _PHOTO_FIELDS}
    content["taken_utc"] = None if photo.taken_utc is None else time_text(photo.taken_utc)
    return "  " + json.dumps(content, ensure_ascii=False)


def _document(content: dict[str, Any]) -> CaptureDocument:
    if content["schema_version"] != SCHEMA_VERSION:
        raise MalformedMessage(f"schema_version {content['schema_version']!r}; this program knows {SCHEMA_VERSION}")
    return CaptureDocument(
        CaptureId(str(content["id"])),
        str(content["name"]),
        parse_time(content["created"]),
        from_json(tuple[PhotoEntry, ...], content["photos"], "photos"),
        content.get("crs"),
    )
