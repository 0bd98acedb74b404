"""When a photo was taken, in UTC. Pure; any thread.

Order of trust: the time of the GPS receiver, which is UTC; the camera's clock with its zone; the camera's clock
alone, which is then taken as UTC because nothing in the file says better. Only differences within one capture
are used, so the last one does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tiepoint.engine.photos.tags import ExifTags, numbers, text

# Tag numbers: EXIF 2.32, sections 4.6.5 and 4.6.6.
_ORIGINAL, _DIGITIZED, _CHANGED = 0x9003, 0x9004, 0x0132
_ORIGINAL_ZONE, _ZONE = 0x9011, 0x9010
_GPS_TIME, _GPS_DATE = 7, 29
_ZONE_TEXT = re.compile(r"([+-])(\d\d):?(\d\d)")


def taken_utc_of(tags: ExifTags) -> str | None:
    """Return the time as "2016-06-23T16:31:59Z", or None; never raises."""
    found = _gps_time(tags.gps) or _clock_time(tags)
    return found.strftime("%Y-%m-%dT%H:%M:%SZ") if found else None


def _gps_time(gps: Mapping[int, Any]) -> datetime | None:
    parts = numbers(gps.get(_GPS_TIME), 3)
    day = _parsed(f"{text(gps.get(_GPS_DATE))} 00:00:00")
    if parts is None or day is None or not (0 <= parts[0] < 24 and 0 <= parts[1] < 60 and 0 <= parts[2] <= 60):
        return None
    return day + timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2])


def _clock_time(tags: ExifTags) -> datetime | None:
    candidates = (tags.photo.get(_ORIGINAL), tags.photo.get(_DIGITIZED), tags.main.get(_CHANGED))
    local = next((found for value in candidates if (found := _parsed(text(value)))), None)
    zone = _ZONE_TEXT.fullmatch(text(tags.photo.get(_ORIGINAL_ZONE)) or text(tags.photo.get(_ZONE)))
    if local is None or zone is None:
        return local
    sign = -1 if zone[1] == "-" else 1
    try:
        return local - sign * timedelta(hours=int(zone[2]), minutes=int(zone[3]))
    except OverflowError:
        return local


def _parsed(value: str) -> datetime | None:
    """Read "2016:06:23 16:31:59"; some programs write dashes or a fraction of a second."""
    try:
        found = datetime.strptime(value[:19].replace("-", ":"), "%Y:%m:%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if found.year >= 1900 else None
