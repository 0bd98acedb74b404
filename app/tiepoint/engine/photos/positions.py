"""Where a photo was taken, from its GPS tags. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.engine.photos.tags import number, numbers, text

# Tag numbers: EXIF 2.32, section 4.6.6 (GPS attribute information).
_LAT_REF, _LAT, _LON_REF, _LON, _ALT_REF, _ALT = 1, 2, 3, 4, 5, 6
# A receiver without a fix writes zeros; 1e-6 degrees is 0.1 m.
_ZERO_DEG: Final = 1e-6
_LOWEST_M, _HIGHEST_M = -1_000.0, 100_000.0


@dataclass(frozen=True, slots=True)
class Position:
    """A position, or why there is none.

    Attributes:
        lat: Degrees north, WGS 84.
        lon: Degrees east, WGS 84.
        alt: Metres, in the height system of the camera.
        note: "", "gps-zero" (a receiver without a fix) or "gps-broken".
    """

    lat: float | None = None
    lon: float | None = None
    alt: float | None = None
    note: str = ""


def position_of(gps: Mapping[int, Any]) -> Position:
    """Return the position that GPS tags describe; never raises.

    Args:
        gps: Tags by number.
    """
    if _LAT not in gps and _LON not in gps:
        return Position()
    lat = _degrees(gps.get(_LAT), text(gps.get(_LAT_REF)), "NS")
    lon = _degrees(gps.get(_LON), text(gps.get(_LON_REF)), "EW")
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return Position(note="gps-broken")
    if abs(lat) < _ZERO_DEG and abs(lon) < _ZERO_DEG:
        return Position(note="gps-zero")
    return Position(lat, lon, _altitude_m(gps))


def _degrees(value: Any, reference: str, letters: str) -> float | None:
    parts = numbers(value, 3)
    letter = reference[:1].upper()
    if parts is None or letter not in letters or not letter or min(parts) < 0:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return round(-degrees if letter == letters[1] else degrees, 9)


def _altitude_m(gps: Mapping[int, Any]) -> float | None:
    found = number(gps.get(_ALT))
    if found is None:
        return None
    reference = gps.get(_ALT_REF)
    is_below_sea = reference in (1, b"\x01", "\x01", "1")
    metres = -abs(found) if is_below_sea else found
    return round(metres, 4) if _LOWEST_M <= metres <= _HIGHEST_M else None
