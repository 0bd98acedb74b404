"""What the positions of a set of photos tell: which cannot be right, which are missing, which belong elsewhere.

Works on heads alone. Must not change a photo; issues are what it gives. Pure; any thread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from statistics import median
from typing import Final

from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue
from tiepoint.domain.photo_reading import PhotoHead

EARTH_RADIUS_M: Final = 6_371_000.0
_FEWEST_TO_COMPARE: Final = 4
# Along a straight line of evenly spaced photos the last one is twice the median distance from the middle, in a
# square block 1.8 times; a single photo of another place is many times as far.
_FAR_FACTOR: Final = 5.0
# Below it a position may just be a bad fix: receivers without correction err by some metres.
_FAR_M: Final = 50.0
_NO_PLACE: Final = "Nothing needs to be done if other photos have good positions; they give place and scale."


def distances_m(heads: Mapping[str, PhotoHead]) -> dict[str, float]:
    """Return the distance of each located photo from the middle of them all, in metres on the ground.

    Args:
        heads: By path; those without position are passed over.
    """
    located = {path: (head.lat, head.lon) for path, head in heads.items() if head.lat is not None is not head.lon}
    places = [(lat, lon) for lat, lon in located.values() if lat is not None and lon is not None]
    if not places:
        return {}
    middle = middle_of(places)
    return {path: math.hypot(*offset_m(place, middle)) for path, place in zip(located, places, strict=True)}


def middle_of(places: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the median latitude and longitude; photos around the date line are taken as neighbours."""
    first = places[0][1]
    lon = first + median((lon - first + 180) % 360 - 180 for _, lon in places)
    return median(lat for lat, _ in places), (lon + 180) % 360 - 180


def offset_m(place: tuple[float, float], origin: tuple[float, float]) -> tuple[float, float]:
    """Return how far east and north of the origin a place lies, in metres; flat, good for some kilometres.

    Args:
        place: Latitude and longitude in degrees.
        origin: Likewise.
    """
    per_degree = math.radians(1) * EARTH_RADIUS_M
    east = ((place[1] - origin[1] + 180) % 360 - 180) * per_degree * math.cos(math.radians(origin[0]))
    return east, (place[0] - origin[0]) * per_degree


def far_photos(distances: Mapping[str, float]) -> dict[str, float]:
    """Return the photos that lie many times as far from the middle as is usual, with their distance in metres."""
    if len(distances) < _FEWEST_TO_COMPARE:
        return {}
    limit = max(_FAR_M, _FAR_FACTOR * median(distances.values()))
    return {path: distance for path, distance in distances.items() if distance > limit}


def position_issues(heads: Mapping[str, PhotoHead]) -> dict[str, list[PhotoIssue]]:
    """Return what there is to say about positions, by path; photos without an issue are absent.

    Args:
        heads: All photos of the set that can be read, by path.
    """
    distances = distances_m(heads)
    issues = {path: [_far(distance, distances)] for path, distance in far_photos(distances).items()}
    for path, head in heads.items():
        if "gps-zero" in head.notes:
            issues.setdefault(path, []).append(_ZERO)
        elif "gps-broken" in head.notes:
            issues.setdefault(path, []).append(_BROKEN)
        elif not head.has_position and distances:
            issues.setdefault(path, []).append(_none(len(distances), len(heads)))
    return issues


def metres(distance: float) -> str:
    """Return a distance as people read it: "288 m", "12 km"."""
    return f"{distance / 1000:,.0f} km" if distance >= 10_000 else f"{distance:,.0f} m"


def _far(distance: float, distances: Mapping[str, float]) -> PhotoIssue:
    usual = median(distances.values())
    summary = f"{metres(distance)} away from the middle of the photos, usual {metres(usual)}."
    return PhotoIssue(IssueKind.FAR_POSITION, summary, "Leave it out if it shows another place.")


_ZERO: Final = PhotoIssue(
    IssueKind.ZERO_POSITION, "Its position is 0°, 0°: the receiver had no fix. It is ignored.", _NO_PLACE
)
_BROKEN: Final = PhotoIssue(
    IssueKind.ZERO_POSITION, "Its position makes no sense and is ignored.", _NO_PLACE, IssueSeverity.WARNING
)


def _none(located: int, total: int) -> PhotoIssue:
    summary = f"It has no position; {located} of {total} photos have one."
    return PhotoIssue(IssueKind.NO_POSITION, summary, _NO_PLACE, IssueSeverity.INFO)
