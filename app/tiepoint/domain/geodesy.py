"""From the job's local frame to latitude, longitude and height (WGS 84). Pure; any thread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

SEMI_MAJOR_AXIS_M: Final = 6_378_137.0
FLATTENING: Final = 1 / 298.257223563
_ECCENTRICITY_SQUARED: Final = FLATTENING * (2 - FLATTENING)


def geodetic_from_enu(position_m: Sequence[float], origin: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return latitude and longitude in degrees and ellipsoidal height in metres of a local position.

    Args:
        position_m: East, north and up from the origin, metres.
        origin: Latitude and longitude in degrees and height in metres of the frame's origin.
    """
    lat, lon = math.radians(origin[0]), math.radians(origin[1])
    east, north, up = (float(value) for value in position_m)
    flat = -math.sin(lat) * north + math.cos(lat) * up
    x, y, z = ecef_from_geodetic(*origin)
    x += -math.sin(lon) * east + math.cos(lon) * flat
    y += math.cos(lon) * east + math.sin(lon) * flat
    z += math.cos(lat) * north + math.sin(lat) * up
    return geodetic_from_ecef(x, y, z)


def ecef_from_geodetic(lat_deg: float, lon_deg: float, height_m: float) -> tuple[float, float, float]:
    """Return earth-centred coordinates in metres."""
    lat, lon = math.radians(lat_deg), math.radians(lon_deg)
    normal = _normal_m(lat)
    flat = (normal + height_m) * math.cos(lat)
    return (
        flat * math.cos(lon),
        flat * math.sin(lon),
        (normal * (1 - _ECCENTRICITY_SQUARED) + height_m) * math.sin(lat),
    )


def geodetic_from_ecef(x_m: float, y_m: float, z_m: float) -> tuple[float, float, float]:
    """Return latitude and longitude in degrees and height in metres; the iteration settles below a micrometre."""
    flat = math.hypot(x_m, y_m)
    lat = math.atan2(z_m, flat * (1 - _ECCENTRICITY_SQUARED))
    for _ in range(8):
        lat = math.atan2(z_m + _ECCENTRICITY_SQUARED * _normal_m(lat) * math.sin(lat), flat)
    normal = _normal_m(lat)
    # The form with the sine stays exact near the poles, where the cosine vanishes.
    height = flat * math.cos(lat) + z_m * math.sin(lat) - normal * (1 - _ECCENTRICITY_SQUARED * math.sin(lat) ** 2)
    return math.degrees(lat), math.degrees(math.atan2(y_m, x_m)), height


def _normal_m(lat: float) -> float:
    return SEMI_MAJOR_AXIS_M / math.sqrt(1 - _ECCENTRICITY_SQUARED * math.sin(lat) ** 2)
