"""Where the photos of a set were taken and what ground each shows, in metres on a flat map.

Assumption, said wherever a footprint is shown: the camera looks straight down at level ground. A photo whose camera
looked elsewhere, or whose height above the ground is unknown, has no footprint. Must not read files. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""East and north in metres from the map's origin."""


@dataclass(frozen=True, slots=True)
class MapPhoto:
    """A photo on the map.

    Args:
        path: Which photo of the set.
        east_m: East of the origin.
        north_m: North of the origin.
        footprint: Its four corners on the ground: top left, top right, bottom right, bottom left of the picture.
        yaw_deg: Where the top of the picture points, degrees clockwise from north; None when unknown.
        overlap: How many other photos show the ground below it; None without footprints.
    """

    path: str
    east_m: float
    north_m: float
    footprint: tuple[Point, Point, Point, Point] | None = None
    yaw_deg: float | None = None
    overlap: int | None = None


@dataclass(frozen=True, slots=True)
class CoverageGrid:
    """How many photos show each piece of ground.

    Args:
        west_m: Left edge.
        south_m: Lower edge.
        cell_m: Side of a cell.
        columns: Cells across.
        rows: Cells up.
        counts: `rows` x `columns` bytes, the southern row first; 255 means 255 or more.
    """

    west_m: float
    south_m: float
    cell_m: float
    columns: int
    rows: int
    counts: bytes


@dataclass(frozen=True, slots=True)
class PhotoMap:
    """All photos of a set that have a position.

    Args:
        photos: In the order of the set; photos left out are among them, photos without position are not.
        west_m: Bounds of positions and footprints that belong together; far-away photos lie outside.
        south_m: Likewise.
        east_m: Likewise.
        north_m: Likewise.
        origin_lat: Latitude of the origin in degrees.
        origin_lon: Longitude of the origin in degrees.
        gsd_m: Ground covered by a pixel, the median over photos; None when unknown.
        far: Photos too far away to belong to the others, with the distance in metres.
        coverage: How many included photos show each piece of ground; None without footprints.
    """

    photos: tuple[MapPhoto, ...]
    west_m: float
    south_m: float
    east_m: float
    north_m: float
    origin_lat: float
    origin_lon: float
    gsd_m: float | None = None
    far: tuple[tuple[str, float], ...] = ()
    coverage: CoverageGrid | None = None
