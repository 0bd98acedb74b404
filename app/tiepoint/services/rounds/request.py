"""What a person wants made on a cluster, and the key by which the job is found again. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import Drop
from tiepoint.domain.estimate import changes_text


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """What a person wants made on a cluster.

    Args:
        site: Id of the site.
        preset: One of `PRESET_NAMES`.
        changes: Parameters that differ from the preset.
        name: What people call it; empty = the drop's name.
        products: Products wanted; empty = all.
        priority: -2 (runs last) to 2 (runs first).
        output: Folder for the products beside the job's own; None = none.
    """

    site: str
    preset: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    products: tuple[str, ...] = ()
    priority: int = 0
    output: Path | None = None


def key_of(drop: Drop, request: RoundRequest, place: BlobPlace) -> str:
    """Return the key of a submission: the same photos and wishes at the same place are the same job."""
    photos = [[photo.path, photo.size, photo.mtime_ns] for photo in drop.photos]
    name = request.name or drop.name
    asked = [
        request.site,
        place.url,
        name,
        request.preset,
        changes_text(request.changes),
        sorted(request.products),
        photos,
    ]
    return hashlib.sha256(json.dumps(asked).encode("utf-8", "surrogatepass")).hexdigest()[:32]
