"""What a set of positions means: which are believed, and what to say of the others. Standard library only; pure."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from tiepoint.engine.photos.findings import Finding, counted
from tiepoint.engine.photos.record import PhotoRecord

_EARTH_RADIUS_M: Final = 6_371_000.0
# A capture may be a long corridor, so a position is only wrong when it is both many times and far outside.
_FAR_FACTOR: Final = 20.0
_FAR_M: Final = 2_000.0
# Less than any receiver resolves: a camera that kept repeating its last fix.
_SAME_M: Final = 0.1
_OTHERS_COUNT: Final = "Nothing needs to be done if other photos have good positions; they give place and scale."


def believed_positions(photos: Sequence[PhotoRecord]) -> tuple[list[PhotoRecord], list[Finding]]:
    """Return the photos with unbelievable positions removed, and what to say about positions.

    Args:
        photos: The photos that will be used.
    """
    found = position_oddities(photos)
    far = far_off(photos)
    if far:
        verb = "lies" if len(far) == 1 else "lie"
        summary = f"{counted(len(far))} {verb} far away from all others by GPS; this is ignored."
        found.append(Finding("gps-far", summary, _OTHERS_COUNT, far))
    kept = [_without_position(photo) if photo.path in far else photo for photo in photos]
    located = [photo for photo in kept if photo.lat is not None]
    if len(located) > 1 and _extent_m(located) < _SAME_M:
        summary = f"All {len(located)} GPS positions are the same and are ignored: the model has no scale from GPS."
        found.append(Finding("gps-same", summary, "Wait for a GPS fix before taking photos."))
        return [_without_position(photo) for photo in kept], found
    missing = tuple(photo.path for photo in kept if photo.lat is None)
    if located and missing:
        summary = f"{counted(len(missing))} of {len(kept)} {'has' if len(missing) == 1 else 'have'} no GPS position."
        found.append(
            Finding(
                "gps-partly",
                summary,
                "Nothing needs to be done; the others give place and scale.",
                missing,
                severity="info",
            )
        )
    return kept, found


def position_oddities(photos: Sequence[PhotoRecord]) -> list[Finding]:
    """Say which photos have a position that cannot be one."""
    found = []
    for note, what in (("gps-zero", "a GPS position of 0, 0"), ("gps-broken", "a GPS position that makes no sense")):
        paths = tuple(photo.path for photo in photos if note in photo.notes)
        if paths:
            verb = "has" if len(paths) == 1 else "have"
            found.append(Finding(note, f"{counted(len(paths))} {verb} {what}, which is ignored.", _OTHERS_COUNT, paths))
    return found


def far_off(photos: Sequence[PhotoRecord]) -> tuple[str, ...]:
    """Return the photos whose position cannot belong to the same capture as the others."""
    located = [photo for photo in photos if photo.lat is not None and photo.lon is not None]
    if len(located) < 3:
        return ()
    distances = _distances_m(located)
    limit = max(_FAR_M, _FAR_FACTOR * median(distances))
    return tuple(photo.path for photo, distance in zip(located, distances, strict=True) if distance > limit)


def _distances_m(located: Sequence[PhotoRecord]) -> list[float]:
    """Return each photo's distance from the middle of them all, on a plane; good enough to tell near from far."""
    lat = median(photo.lat or 0.0 for photo in located)
    lon = median(photo.lon or 0.0 for photo in located)
    per_degree = math.radians(1) * _EARTH_RADIUS_M
    return [
        math.hypot(
            ((photo.lat or 0.0) - lat) * per_degree,
            (((photo.lon or 0.0) - lon + 180) % 360 - 180) * per_degree * math.cos(math.radians(lat)),
        )
        for photo in located
    ]


def _extent_m(located: Sequence[PhotoRecord]) -> float:
    heights = [photo.alt for photo in located if photo.alt is not None]
    return max(max(_distances_m(located)), max(heights) - min(heights) if heights else 0.0)


def _without_position(photo: PhotoRecord) -> PhotoRecord:
    return dataclasses.replace(photo, lat=None, lon=None, alt=None)
