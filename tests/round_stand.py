"""Captures in Blob as an upload leaves them, for tests of what happens to them on a cluster."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from blob_server import Container
from tiepoint.agent.round.patience import Patience
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry
from tiepoint.protocol.capture_document import CaptureDocument, document_bytes

PATIENT = Patience(first_s=0.01, most_s=0.05, gives_up_s=60.0, progress_s=30.0, connect_s=15.0)
HASTY = replace(PATIENT, gives_up_s=2.5)
"""For what is away for good."""
CAPTURE = "20261126-flight-0a1b2c"


@dataclass
class Sent:
    """A capture in Blob."""

    container: Container
    photos: dict[str, bytes] = field(default_factory=dict)
    prefix: str = CAPTURE

    def put(self, photos: Mapping[str, bytes], *, names: Mapping[str, str] | None = None) -> None:
        """Put photos and manifest; `names` are what the manifest calls them instead."""
        self.photos |= photos
        for path, content in photos.items():
            self.container.client.upload_blob(f"{self.prefix}/photos/{path}", content, overwrite=True)
        called = names or {}
        entries = [
            PhotoEntry(called.get(path, path), len(content), hashlib.md5(content).hexdigest(), 640, 480)
            for path, content in sorted(self.photos.items())
        ]
        document = CaptureDocument(CaptureId(self.prefix), "flight", datetime(2026, 11, 26, tzinfo=UTC), entries)
        self.container.client.upload_blob(f"{self.prefix}/capture.json", document_bytes(document), overwrite=True)


def manifest_of(capture: Path) -> dict[str, object]:
    return dict(json.loads((capture / "capture.json").read_text()))
