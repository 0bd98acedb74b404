"""Photo data as plain rows for JSON, and back: what children answer and what the store of sets writes.

A row is a list of values in the order of the dataclass: ten thousand photos are read in tens of milliseconds. Must not
read files. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue
from tiepoint.domain.photo_map import CoverageGrid, MapPhoto, PhotoMap, Point
from tiepoint.domain.photo_reading import PhotoHead, PhotoQuality, PhotoReading

Row = list[Any]
_HEAD: Final = attrgetter(*(field.name for field in fields(PhotoHead)))
BROKEN_ROW_ERRORS: Final = (TypeError, ValueError, LookupError, AttributeError)
"""What reading a row that is none raises."""


def head_row(head: PhotoHead | None) -> Row | None:
    """Return the row of a head."""
    return None if head is None else list(_HEAD(head))


def head_of(row: Sequence[Any] | None) -> PhotoHead | None:
    """Return the head of a row."""
    if row is None:
        return None
    values = (*row[:-1], tuple(row[-1]))
    return PhotoHead(*values)


def quality_row(quality: PhotoQuality | None) -> Row | None:
    """Return the row of a quality."""
    if quality is None:
        return None
    numbers = [quality.sharpness, quality.mean_luma, quality.luma_low, quality.luma_high]
    return [quality.md5, quality.phash, *numbers, quality.histogram.hex()]


def quality_of(row: Sequence[Any] | None) -> PhotoQuality | None:
    """Return the quality of a row."""
    if row is None:
        return None
    values = (*row[:-1], bytes.fromhex(row[-1]))
    return PhotoQuality(*values)


def issue_rows(issues: Iterable[PhotoIssue]) -> list[Row]:
    """Return the rows of issues."""
    return [[issue.kind.value, issue.summary, issue.remedy, issue.severity.value] for issue in issues]


def issues_of(rows: Iterable[Sequence[Any]]) -> tuple[PhotoIssue, ...]:
    """Return the issues of rows."""
    return tuple(PhotoIssue(IssueKind(row[0]), row[1], row[2], IssueSeverity(row[3])) for row in rows)


def reading_row(reading: PhotoReading) -> Row:
    """Return the row of a reading."""
    problem = reading.problem
    said = [problem.kind, problem.summary, problem.remedy, problem.detail] if problem else None
    return [
        *(reading.path, head_row(reading.head), quality_row(reading.quality), said),
        *(reading.size, reading.mtime_ns),
    ]


def reading_of(row: Sequence[Any]) -> PhotoReading:
    """Return the reading of a row."""
    path, head, quality, said, size, mtime_ns = row
    problem = Failure(said[0], said[1], said[2], detail=said[3]) if said else None
    return PhotoReading(path, head_of(head), quality_of(quality), problem, size, mtime_ns)


def finding_row(finding: SetFinding) -> Row:
    """Return the row of a finding."""
    return [finding.kind, finding.summary, finding.remedy, finding.severity, list(finding.photos)]


def finding_of(row: Sequence[Any]) -> SetFinding:
    """Return the finding of a row."""
    return SetFinding(row[0], row[1], row[2], row[3], tuple(row[4]))


def map_photo_row(photo: MapPhoto) -> Row:
    """Return the row of a photo on a map."""
    return [photo.path, photo.east_m, photo.north_m, photo.footprint, photo.yaw_deg, photo.overlap]


def map_photo_of(row: Sequence[Any]) -> MapPhoto:
    """Return the photo on a map of a row."""
    path, east_m, north_m, corners, yaw_deg, overlap = row
    return MapPhoto(path, east_m, north_m, _corners(corners) if corners else None, yaw_deg, overlap)


def map_row(found: PhotoMap) -> Row:
    """Return the row of a map without its photos."""
    grid = found.coverage
    bounds = [found.west_m, found.south_m, found.east_m, found.north_m, found.origin_lat, found.origin_lon]
    cells = [grid.west_m, grid.south_m, grid.cell_m, grid.columns, grid.rows, grid.counts.hex()] if grid else None
    return [*bounds, found.gsd_m, found.far, cells]


def map_of_row(row: Sequence[Any], photos: tuple[MapPhoto, ...]) -> PhotoMap:
    """Return the map of a row.

    Args:
        row: See `map_row`.
        photos: Its photos.
    """
    west, south, east, north, lat, lon, gsd_m, far, cells = row
    grid = _grid((*cells[:-1], bytes.fromhex(cells[-1]))) if cells else None
    away = tuple((path, distance) for path, distance in far)
    return PhotoMap(photos, west, south, east, north, lat, lon, gsd_m, away, grid)


def _grid(values: tuple[Any, ...]) -> CoverageGrid:
    return CoverageGrid(*values)


def _corners(rows: Sequence[Sequence[float]]) -> tuple[Point, Point, Point, Point]:
    one, two, three, four = ((row[0], row[1]) for row in rows)
    return one, two, three, four
