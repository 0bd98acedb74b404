"""What is known of one photo, as plain data. Standard library only; pure; any thread."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PhotoRecord:
    """What a photo says about itself and, when it was decoded, what its pixels say.

    Attributes:
        path: How the caller names the photo.
        size: Bytes of the file.
        format: "JPEG", "PNG", "TIFF", "HEIF", "RAW", …
        width: Pixels across, after its orientation was applied.
        height: Pixels down, after its orientation was applied.
        orientation: EXIF orientation, 1 to 8; 1 for formats whose reader applies it.
        camera: "make model lens focal@size"; photos with the same text share their optics. None if unknown.
        focal_px: Focal length in pixels of the oriented original.
        focal_source: "exif35", "exif+sensor", "database" or "estimated".
        taken_utc: ISO 8601 with Z; local time taken as UTC where the photo names no zone. None if unknown.
        lat: Degrees north, WGS 84; None without a usable position.
        lon: Degrees east, WGS 84.
        alt: Metres, as the camera wrote it.
        notes: Kinds of oddities met while reading (see findings).
        md5: Of the file; None when only the head was read.
        phash: 256-bit perceptual hash, 64 hex digits; None when only the head was read.
        sharpness: Spread of the Laplacian relative to the picture's contrast; comparable within a capture.
        mean_luma: 0 to 255.
        luma_low: 2nd percentile of the luma.
        luma_high: 98th percentile of the luma.
    """

    path: str
    size: int
    format: str
    width: int
    height: int
    orientation: int
    camera: str | None
    focal_px: float | None
    focal_source: str
    taken_utc: str | None
    lat: float | None
    lon: float | None
    alt: float | None
    notes: tuple[str, ...] = ()
    md5: str | None = None
    phash: str | None = None
    sharpness: float | None = None
    mean_luma: float | None = None
    luma_low: float | None = None
    luma_high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON values."""
        return {**dataclasses.asdict(self), "notes": list(self.notes)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> PhotoRecord:
        """Return the record that `to_dict` described; other keys are ignored."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {name: value for name, value in data.items() if name in names}
        return cls(**{**known, "notes": tuple(data.get("notes", ()))})

    def with_notes(self, *notes: str) -> PhotoRecord:
        """Return the record with notes added."""
        return dataclasses.replace(self, notes=(*self.notes, *notes))
