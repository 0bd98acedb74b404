"""A photo's focal length in pixels, from what its EXIF block offers. Pure; any thread."""

from __future__ import annotations

import math
from typing import Final

from tiepoint.engine.photos.sensors import sensor_width_mm
from tiepoint.engine.photos.tags import ExifTags, number, positive, text

# Tag numbers: EXIF 2.32, section 4.6.5.
_MODEL, _FOCAL_MM, _FOCAL_35 = 0x0110, 0x920A, 0xA405
_PLANE_X, _PLANE_UNIT, _EXIF_WIDTH = 0xA20E, 0xA210, 0xA002
_UNIT_MM: Final = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}

_FULL_FRAME_DIAGONAL_MM: Final = math.hypot(36.0, 24.0)
# Without any hint: between a phone (0.8) and a portrait lens (2.4); what COLMAP starts from as well.
ESTIMATED_FACTOR: Final = 1.2
# From a fish-eye to a long telephoto lens, in longest sides; outside of it a tag is wrong, not extreme.
_SHORTEST, _LONGEST = 0.2, 40.0


def focal_length_of(tags: ExifTags, width_px: int, height_px: int) -> tuple[float, str]:
    """Return the focal length in pixels and where it came from.

    Args:
        tags: The photo's EXIF tags.
        width_px: As stored, before its orientation is applied.
        height_px: As stored.

    Returns:
        Pixels of the original, and "exif35", "exif+sensor", "database" or "estimated".
    """
    longest = max(width_px, height_px)
    candidates = (
        (_from_equivalent(tags, width_px, height_px), "exif35"),
        (_from_focal_plane(tags, width_px), "exif+sensor"),
        (_from_table(tags, longest), "database"),
    )
    for focal, source in candidates:
        if focal is not None and _SHORTEST * longest <= focal <= _LONGEST * longest:
            return round(focal, 3), source
    return round(ESTIMATED_FACTOR * longest, 3), "estimated"


def _from_equivalent(tags: ExifTags, width_px: int, height_px: int) -> float | None:
    """Use FocalLengthIn35mmFilm, which compares diagonals (CIPA DCG-001).

    A 16:9 photo of a drone or phone is cut from a 4:3 sensor, and its tag still speaks of the whole sensor:
    FC300S, 4000 x 2250, 20 mm: 2311 px this way, 2339 px from its sensor's width, 2121 px from the cut diagonal.
    """
    equivalent = positive(tags.photo.get(_FOCAL_35))
    if equivalent is None:
        return None
    longest, shortest = max(width_px, height_px), min(width_px, height_px)
    sensor_short = longest * 0.75 if longest / shortest > 1.6 else shortest
    return equivalent * math.hypot(longest, sensor_short) / _FULL_FRAME_DIAGONAL_MM


def _from_focal_plane(tags: ExifTags, width_px: int) -> float | None:
    """Use FocalPlaneXResolution; it belongs to the size the camera wrote, not to a later smaller copy."""
    focal_mm, resolution = positive(tags.photo.get(_FOCAL_MM)), positive(tags.photo.get(_PLANE_X))
    unit_mm = _UNIT_MM.get(int(number(tags.photo.get(_PLANE_UNIT)) or 2))
    if focal_mm is None or resolution is None or unit_mm is None:
        return None
    written_px = positive(tags.photo.get(_EXIF_WIDTH)) or width_px
    sensor_mm = written_px / resolution * unit_mm
    return focal_mm / sensor_mm * width_px if 1.0 <= sensor_mm <= 100.0 else None


def _from_table(tags: ExifTags, longest_px: int) -> float | None:
    focal_mm = positive(tags.photo.get(_FOCAL_MM))
    sensor_mm = sensor_width_mm(text(tags.main.get(_MODEL)))
    return focal_mm / sensor_mm * longest_px if focal_mm and sensor_mm else None
