"""The ground that a photo shows, from its focal length, its height and its direction.

Assumption: the camera looks straight down at level ground. Says None wherever that or a number is not known. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from tiepoint.domain.photo_map import Point
from tiepoint.domain.photo_reading import PhotoHead

_STRAIGHT_DOWN_DEG: Final = -90.0
# Tilted more, the ground shown is no rectangle and lies elsewhere.
_MOST_TILT_DEG: Final = 20.0
_LEAST_HEIGHT_M: Final = 1.0
# Below it two positions differ by the receiver's noise rather than by flight.
_LEAST_STEP_M: Final = 1.0
_MOST_TURN_DEG: Final = 45.0

Corners = tuple[Point, Point, Point, Point]


def ground_pixel_m(head: PhotoHead) -> float | None:
    """Return the ground covered by one pixel in metres; None when height or focal length are unknown."""
    height, focal = head.height_above_start_m, head.focal_px
    if height is None or height < _LEAST_HEIGHT_M or not focal or head.focal_source == "estimated":
        return None
    return height / focal


def footprint(head: PhotoHead, place: Point, yaw_deg: float | None) -> Corners | None:
    """Return the corners of the ground shown: top left, top right, bottom right, bottom left of the picture.

    Args:
        head: Says size, focal length, height and tilt.
        place: East and north of the camera in metres.
        yaw_deg: Where the top of the picture points, clockwise from north.
    """
    pixel = ground_pixel_m(head)
    is_tilted = head.pitch_deg is not None and abs(head.pitch_deg - _STRAIGHT_DOWN_DEG) > _MOST_TILT_DEG
    if pixel is None or yaw_deg is None or is_tilted:
        return None
    right, up = head.width * pixel / 2, head.height * pixel / 2
    sine, cosine = math.sin(math.radians(yaw_deg)), math.cos(math.radians(yaw_deg))

    def corner(x: float, y: float) -> Point:
        return place[0] + x * cosine + y * sine, place[1] - x * sine + y * cosine

    return corner(-right, up), corner(right, up), corner(right, -up), corner(-right, -up)


def flight_directions(places: Mapping[str, Point], order: Sequence[str]) -> dict[str, float]:
    """Return the direction of flight in degrees clockwise from north, where the neighbours in time agree on one.

    Args:
        places: East and north in metres, by path.
        order: Paths in the order in which the photos were taken.
    """
    steps = [_step_deg(places[one], places[other]) for one, other in zip(order, order[1:], strict=False)]
    directions = {}
    for index, path in enumerate(order):
        around = [steps[at] for at in (index - 1, index) if 0 <= at < len(steps)]
        known = [step for step in around if step is not None]
        if len(known) == 2 and abs((known[1] - known[0] + 180) % 360 - 180) > _MOST_TURN_DEG:
            continue
        if known:
            turn = (known[-1] - known[0] + 180) % 360 - 180
            directions[path] = (known[0] + turn / 2) % 360
    return directions


def _step_deg(one: Point, other: Point) -> float | None:
    east, north = other[0] - one[0], other[1] - one[1]
    return math.degrees(math.atan2(east, north)) % 360 if math.hypot(east, north) >= _LEAST_STEP_M else None
