"""The manifest of a capture in Blob: its bytes, made of what was sent, and written when all photos are there.

Must not send. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Final

from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry, PhotoFacts
from tiepoint.protocol.capture_document import CaptureDocument, document_bytes, read_document
from tiepoint.protocol.codec import MalformedMessage
from tiepoint.transfer.records import FileRecord

MOST_BYTES: Final = 64 * 2**20
"""A larger `capture.json` in Blob is no manifest of ours and need not be read: a photo takes 400 bytes of it."""


def entry_of(file: FileRecord, facts: PhotoFacts | None = None) -> PhotoEntry:
    """Return what the manifest says of a photo.

    Args:
        file: There, with its digest.
        facts: What looking into it found, when its record has no entry.
    """
    if file.entry is not None:
        return replace(file.entry, path=file.path, size=file.size, md5=file.digest)
    return (facts or PhotoFacts(file.path)).entry(
        path=file.path, size=file.size, md5=file.digest, mtime_ns=file.mtime_ns
    )


def manifest_bytes(
    capture: CaptureId,
    name: str,
    created: datetime,
    files: Sequence[FileRecord],
    facts: Mapping[str, PhotoFacts] | None = None,
    *,
    before: CaptureDocument | None = None,
    there: Container[str] = (),
) -> bytes:
    """Return the manifest of a capture.

    Args:
        capture: Its id.
        name: What people call it.
        created: When it was first told.
        files: Its photos; all are there.
        facts: What looking into them found, by path, for those whose records have no entry.
        before: The manifest that is there already: its date and coordinate system stay, and its photos too, unless a
            file of the same path replaces them or they are gone. So a folder sent in parts becomes one capture.
        there: Paths of all photos of the capture that are in Blob.
    """
    known = {photo.path: photo for photo in (before.photos if before else ()) if photo.path in there}
    found = facts or {}
    for file in files:
        known[file.path] = _kept(known.get(file.path), entry_of(file, found.get(file.path)))
    photos = tuple(sorted(known.values(), key=attrgetter("path")))
    if before is None:
        return document_bytes(CaptureDocument(capture, name, created, photos))
    return document_bytes(CaptureDocument(capture, before.name, before.created, photos, before.crs))


def read_manifest(data: bytes) -> CaptureDocument | None:
    """Read the manifest found in Blob; None when it is broken or none of ours."""
    try:
        return read_document(data)
    except MalformedMessage:
        return None


def _kept(before: PhotoEntry | None, entry: PhotoEntry) -> PhotoEntry:
    """Keep what is said already of the same content, so that a second upload does not change the manifest."""
    if before is None or (before.size, before.md5) != (entry.size, entry.md5):
        return entry
    return entry if before.width is None and entry.width is not None else before
