"""Words and figures as people read them in a terminal.

Names come from files, photos and schedulers: `plain` makes them harmless before they are shown. Pure; any thread.
"""

from __future__ import annotations

import math
from datetime import datetime

from tiepoint.domain.plain_text import plain

__all__ = ["duration_text", "length_text", "moment_text", "plain", "remaining_text"]


def duration_text(seconds: float) -> str:
    """Write a duration: `3.2 s`, `41 s`, `2:05 min`, `1:02 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d} h"


def remaining_text(low_s: float, high_s: float) -> str:
    """Write a remaining time no finer than it is known: `under a minute left`, `3 to 5 min left`."""
    low, high = math.ceil(low_s / 60), math.ceil(high_s / 60)
    if high <= 1:
        return "under a minute left"
    return f"about {high} min left" if low == high else f"{low} to {high} min left"


def moment_text(moment: datetime | None, now: datetime) -> str:
    """Write a moment in this computer's time zone: the time alone if it is today's."""
    if moment is None:
        return "–"
    local, today = moment.astimezone(), now.astimezone().date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%Y-%m-%d %H:%M}"


def length_text(metres: float) -> str:
    """Write a small length: `0.8 mm`, `3.4 cm`, `1.2 m`."""
    if metres < 0.01:
        return f"{metres * 1000:.1f} mm"
    return f"{metres * 100:.1f} cm" if metres < 1 else f"{metres:.1f} m"
