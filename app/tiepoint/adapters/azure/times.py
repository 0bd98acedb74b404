"""Times and durations as Resource Manager writes them. Pure; any thread."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_DURATION: Final = re.compile(r"P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", re.IGNORECASE)
_FRACTION: Final = re.compile(r"(\.\d{6})\d+")


def read_time(text: str) -> datetime | None:
    """Read an ISO time with any number of digits after the second; None when it is none."""
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(r"\1", text))
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def read_duration_s(text: str) -> float | None:
    """Read an ISO duration (`PT1M12.3S`) in seconds; None when it is none."""
    found = _DURATION.fullmatch(text)
    if not text or found is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
