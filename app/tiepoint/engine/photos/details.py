"""What the head of a photo says, in full, for a person who looks at it. Any thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.photo_reading import PhotoHead as Details
from tiepoint.engine.photos.drone_tags import drone_tags_of
from tiepoint.engine.photos.reading import PhotoHead
from tiepoint.engine.photos.record import PhotoRecord
from tiepoint.engine.photos.tags import number, positive, text

# Tag numbers: EXIF 2.32, sections 4.6.4 and 4.6.5.
_MAKE, _MODEL, _LENS = 0x010F, 0x0110, 0xA434
_FOCAL_MM, _FOCAL_35, _EXPOSURE, _F_NUMBER, _ISO = 0x920A, 0xA405, 0x829A, 0x829D, 0x8827
_MOST_ISO: Final = 10_000_000


def details_of(head: PhotoHead, record: PhotoRecord) -> Details:
    """Return the details of a photo.

    Args:
        head: Its tags.
        record: What the engine made of them.
    """
    photo, drone = head.tags.photo, drone_tags_of(head.xmp)
    return Details(
        format=record.format,
        width=record.width,
        height=record.height,
        orientation=record.orientation,
        camera=record.camera,
        body=_body(text(head.tags.main.get(_MAKE)), text(head.tags.main.get(_MODEL))),
        lens=text(photo.get(_LENS)) or None,
        focal_mm=positive(photo.get(_FOCAL_MM)),
        focal_35mm=positive(photo.get(_FOCAL_35)),
        focal_px=record.focal_px,
        focal_source=record.focal_source,
        exposure_s=positive(photo.get(_EXPOSURE)),
        f_number=positive(photo.get(_F_NUMBER)),
        iso=_iso(photo.get(_ISO)),
        taken_utc=record.taken_utc,
        lat=record.lat,
        lon=record.lon,
        alt_m=record.alt,
        height_above_start_m=drone.height_above_start_m,
        yaw_deg=drone.yaw_deg,
        pitch_deg=drone.pitch_deg,
        notes=record.notes,
    )


def _body(make: str, model: str) -> str | None:
    """Return make and model once: "NIKON CORPORATION" and "NIKON D40" are a "NIKON D40"."""
    if make and model and not model.upper().startswith(make.split()[0].upper()):
        return f"{make} {model}"
    return model or make or None


def _iso(value: object) -> int | None:
    found = number(value[0] if isinstance(value, tuple) and value else value)
    return round(found) if found is not None and 0 < found < _MOST_ISO else None
