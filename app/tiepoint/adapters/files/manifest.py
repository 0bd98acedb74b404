"""`capture.json` as a file in a capture's folder; `protocol.capture_document` says what is in it.

Must not look at the photos themselves. Blocking, but small.
"""

from __future__ import annotations

import os
from pathlib import Path

from tiepoint.domain.capture import Capture
from tiepoint.domain.errors import InputError
from tiepoint.protocol.capture_document import (
    MANIFEST_NAME,
    PHOTOS_FOLDER,
    CaptureDocument,
    document_bytes,
    read_document,
)

__all__ = ["MANIFEST_NAME", "PHOTOS_FOLDER", "read_manifest", "write_manifest"]


def write_manifest(capture: Capture) -> None:
    """Write a capture's manifest into its folder, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    part = capture.folder / f".{MANIFEST_NAME}.part"
    with part.open("wb") as file:
        file.write(
            document_bytes(CaptureDocument(capture.id, capture.name, capture.created, capture.photos, capture.crs))
        )
        file.flush()
        os.fsync(file.fileno())
    part.replace(capture.folder / MANIFEST_NAME)


def read_manifest(folder: Path) -> Capture:
    """Read the manifest of a capture's folder; unknown fields are ignored.

    Raises:
        FileNotFoundError: There is none.
        InputError: It cannot be read, or was written by a newer program.
    """
    try:
        found = read_document((folder / MANIFEST_NAME).read_bytes())
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(
            f"The capture in {folder} cannot be read: its {MANIFEST_NAME} is broken.",
            remedy="Make the capture again from its photos.",
            detail=str(error),
        ) from error
    return Capture(found.id, found.name, found.created, tuple(found.photos), folder, found.crs)
