"""`capture.json`: a capture's manifest as a file, schema version 1.

Must not look at the photos themselves. Blocking, but small.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from tiepoint.domain.capture import SCHEMA_VERSION, Capture
from tiepoint.domain.errors import InputError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry
from tiepoint.protocol.codec import MalformedMessage, from_json, parse_time, time_text, to_json

MANIFEST_NAME = "capture.json"
PHOTOS_FOLDER = "photos"


def write_manifest(capture: Capture) -> None:
    """Write a capture's manifest into its folder, whole or not at all.

    Raises:
        OSError: It cannot be written.
    """
    content = {
        "schema_version": SCHEMA_VERSION,
        "id": capture.id,
        "name": capture.name,
        "created": time_text(capture.created),
        "crs": capture.crs,
        "photos": [to_json(photo) for photo in capture.photos],
    }
    part = capture.folder / f".{MANIFEST_NAME}.part"
    with part.open("w", encoding="utf-8", errors="surrogateescape") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
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
        text = (folder / MANIFEST_NAME).read_text(encoding="utf-8", errors="surrogateescape")
        return _capture(folder, json.loads(text))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"The capture in {folder} cannot be read: its {MANIFEST_NAME} is broken.",
            remedy="Make the capture again from its photos.",
            detail=str(error),
        ) from error


def _capture(folder: Path, data: dict[str, Any]) -> Capture:
    if data["schema_version"] != SCHEMA_VERSION:
        raise MalformedMessage(f"schema_version {data['schema_version']!r}; this program knows {SCHEMA_VERSION}")
    photos = from_json(tuple[PhotoEntry, ...], data["photos"], "photos")
    created = parse_time(data["created"])
    return Capture(CaptureId(str(data["id"])), str(data["name"]), created, photos, folder, data.get("crs"))
