"""Positions from EXIF as metres east, north and up of a local origin. Pure; any thread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.geodesy import ecef_from_geodetic

# Five decimals of a degree are 1.1 m.
_DECIMALS: Final = 5
_FARTHEST_M: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class Positions:
    """Where photos were taken.

    Attributes:
        origin: Latitude and longitude in degrees and height in metres of the local frame's origin.
        enu: Metres east, north and up of it, by image name, (3,) float64 each.
        has_height: Whether heights are known; where not, "up" is zero.
        ignored: Photos whose position is zero or far from all others.
    """

    origin: tuple[float, float, float]
    enu: dict[str, NDArray[np.float64]]
    has_height: bool
    ignored: list[str]


def positions_of(photos: Sequence[Mapping[str, Any]]) -> Positions | None:
    """Return the positions of the photos that have one, or None without any.

    Args:
        photos: The photos of check.json; the first one by name with a usable position gives the origin.
    """
    located = {
        str(photo["image"]): photo
        for photo in sorted(photos, key=lambda photo: str(photo["image"]))
        if photo.get("lat") is not None and photo.get("lon") is not None
    }
    usable = {image: photo for image, photo in located.items() if (photo["lat"], photo["lon"]) != (0, 0)}
    near = _near(usable)
    if not near:
        return None
    has_height = all(photo.get("alt") is not None for photo in near.values())
    first = next(iter(near.values()))
    height = float(round(first["alt"])) if has_height else 0.0
    origin = (round(float(first["lat"]), _DECIMALS), round(float(first["lon"]), _DECIMALS), height)
    enu = {
        image: enu_from_geodetic(
            (float(photo["lat"]), float(photo["lon"]), float(photo["alt"]) if has_height else 0.0), origin
        )
        for image, photo in near.items()
    }
    return Positions(origin, enu, has_height, sorted(set(located) - set(near)))


def enu_from_geodetic(position: tuple[float, float, float], origin: tuple[float, float, float]) -> NDArray[np.float64]:
    """Return metres east, north and up of the origin, (3,) float64.

    Args:
        position: Latitude and longitude in degrees, ellipsoidal height in metres.
        origin: The same of the frame's origin.
    """
    lat, lon = math.radians(origin[0]), math.radians(origin[1])
    offset = np.array(ecef_from_geodetic(*position)) - np.array(ecef_from_geodetic(*origin))
    east = [-math.sin(lon), math.cos(lon), 0.0]
    north = [-math.sin(lat) * math.cos(lon), -math.sin(lat) * math.sin(lon), math.cos(lat)]
    up = [math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)]
    moved: NDArray[np.float64] = np.array([east, north, up]) @ offset
    return moved


def _near(photos: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the photos that are not absurdly far from the others."""
    if not photos:
        return {}
    middle = (
        float(np.median([photo["lat"] for photo in photos.values()])),
        float(np.median([photo["lon"] for photo in photos.values()])),
        0.0,
    )
    return {
        image: photo
        for image, photo in photos.items()
        if float(np.linalg.norm(enu_from_geodetic((float(photo["lat"]), float(photo["lon"]), 0.0), middle)))
        <= _FARTHEST_M
    }
