"""What a drone writes into a photo's XMP packet: where its camera pointed and how high it flew. Pure; any thread.

The packet is searched, not parsed: broken XML is common, and only three numbers are wanted. The names are DJI's
(drone-dji schema 1.0), which several makers use.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

_LONGEST_PACKET: Final = 65_536
_NUMBER: Final = rb'(?:\s*=\s*["\']|>)\s*([+-]?\d{1,6}(?:\.\d{1,12})?)'
_FIELD: Final = re.compile(rb":(GimbalYawDegree|FlightYawDegree|GimbalPitchDegree|RelativeAltitude)" + _NUMBER)
_MOST_HEIGHT_M: Final = 20_000.0


@dataclass(frozen=True, slots=True)
class DroneTags:
    """What was found; None for what was not.

    Attributes:
        yaw_deg: Of the camera, else of the aircraft; degrees clockwise from north, 0 to 360.
        pitch_deg: Of the camera: -90 straight down, 0 at the horizon.
        height_above_start_m: Above the take-off point.
    """

    yaw_deg: float | None = None
    pitch_deg: float | None = None
    height_above_start_m: float | None = None


def drone_tags_of(packet: object) -> DroneTags:
    """Read an XMP packet, whatever it is; never raises."""
    if not isinstance(packet, bytes):
        return DroneTags()
    found = {name: float(value) for name, value in _FIELD.findall(packet[:_LONGEST_PACKET])}
    yaw = found.get(b"GimbalYawDegree", found.get(b"FlightYawDegree"))
    pitch, height = found.get(b"GimbalPitchDegree"), found.get(b"RelativeAltitude")
    return DroneTags(
        yaw_deg=yaw % 360 if yaw is not None and math.fabs(yaw) <= 360 else None,
        pitch_deg=pitch if pitch is not None and math.fabs(pitch) <= 180 else None,
        height_above_start_m=height if height is not None and math.fabs(height) <= _MOST_HEIGHT_M else None,
    )
