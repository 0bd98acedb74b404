"""Making the map of a set from the heads of its photos. Pure; slow for many photos: not on a window's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from tiepoint.domain.photo_coverage import count_at, coverage_of
from tiepoint.domain.photo_footprint import Corners, flight_directions, footprint, ground_pixel_m
from tiepoint.domain.photo_map import CoverageGrid, MapPhoto, PhotoMap, Point
from tiepoint.domain.photo_positions import distances_m, far_photos, middle_of, offset_m
from tiepoint.domain.photo_reading import PhotoHead


def map_of(heads: Mapping[str, PhotoHead], included: frozenset[str]) -> PhotoMap | None:
    """Return the map of a set; None when no photo has a position.

    Args:
        heads: All photos that can be read, by path.
        included: Those that a job would use; only they count as covering ground.
    """
    geographic = {path: (head.lat, head.lon) for path, head in heads.items() if head.lat is not None}
    located = {path: (lat, lon) for path, (lat, lon) in geographic.items() if lat is not None and lon is not None}
    if not located:
        return None
    origin = middle_of(list(located.values()))
    places = {path: offset_m(place, origin) for path, place in located.items()}
    yaws = _yaws(heads, places)
    shapes = {path: footprint(heads[path], place, yaws.get(path)) for path, place in places.items()}
    far = far_photos(distances_m(heads))
    covering = {path: shape for path, shape in shapes.items() if shape and path in included and path not in far}
    grid = coverage_of(list(covering.values()))
    photos = tuple(
        MapPhoto(path, *place, shapes[path], yaws.get(path), _overlap(grid, place, path in covering))
        for path, place in places.items()
    )
    west, south, east, north = _bounds([photo for photo in photos if photo.path not in far] or photos)
    return PhotoMap(photos, west, south, east, north, *origin, _gsd(heads), tuple(far.items()), grid)


def _yaws(heads: Mapping[str, PhotoHead], places: Mapping[str, Point]) -> dict[str, float]:
    """Take the camera's own word, else the direction of flight."""
    flown = sorted((path for path in places if heads[path].taken_utc), key=lambda path: (heads[path].taken_utc, path))
    told = {path: yaw for path in places if (yaw := heads[path].yaw_deg) is not None}
    return {**flight_directions(places, flown), **told}


def _overlap(grid: CoverageGrid | None, place: Point, counts_itself: bool) -> int | None:
    return None if grid is None else max(0, count_at(grid, place) - counts_itself)


def _gsd(heads: Mapping[str, PhotoHead]) -> float | None:
    known = [pixel for head in heads.values() if (pixel := ground_pixel_m(head)) is not None]
    return median(known) if known else None


def _bounds(photos: Sequence[MapPhoto]) -> tuple[float, float, float, float]:
    points = [point for photo in photos for point in _extent(photo)]
    easts, norths = [point[0] for point in points], [point[1] for point in points]
    return min(easts), min(norths), max(easts), max(norths)


def _extent(photo: MapPhoto) -> tuple[Point, ...] | Corners:
    return photo.footprint or ((photo.east_m, photo.north_m),)
