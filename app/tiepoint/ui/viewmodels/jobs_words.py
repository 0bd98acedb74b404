"""Times, sizes, shares and states of jobs as people read them. Pure; any thread."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final

from tiepoint.domain.estimate import TimeRange
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.space import size_text
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import day_text, tr, tr_count

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86400
_SHORT_STAGES: Final = {"check": "Check", "undistortion": "Undistort", "alignment": "Align", "matching": "Match"}
PRIORITIES: Final = (2, 1, 0, -1, -2)
_NO_BREAK: Final = "\N{NO-BREAK SPACE}"


def duration_text(seconds: float) -> str:
    """Write a duration: `under 1 s`, `42 s`, `4 min 05 s`, `1 h 42 min`, `2 d 3 h`."""
    whole = max(0, int(seconds))
    if whole < 1:
        return tr("Times", "under 1 s").replace(" ", _NO_BREAK)
    if whole < _MINUTE:
        return f"{whole}{_NO_BREAK}s"
    if whole < _HOUR:
        return f"{whole // 60}{_NO_BREAK}min {whole % 60:02d}{_NO_BREAK}s"
    if whole < _DAY:
        return f"{whole // _HOUR}{_NO_BREAK}h {whole % _HOUR // 60:02d}{_NO_BREAK}min"
    return f"{whole // _DAY}{_NO_BREAK}d {whole % _DAY // _HOUR}{_NO_BREAK}h"


def range_text(time: TimeRange) -> str:
    """Write a range no finer than it is known: `33–48 s`, `4–6 min`, `1–2 h`."""
    if time.high_s < 5:
        return tr("Times", "a few seconds")
    if time.high_s < 90:
        return _range(time, 1, "s")
    if time.high_s < 90 * _MINUTE:
        return _range(time, _MINUTE, "min")
    return _range(time, _HOUR, "h")


def age_text(seconds: float) -> str:
    """Write how long ago: `now`, `4 s ago`, `2 min ago`."""
    if seconds < 2:
        return tr("Times", "now")
    return tr("Times", "{time} ago", time=coarse_text(seconds))


def coarse_text(seconds: float) -> str:
    """Write a duration in one unit: `4 s`, `2 min`, `3 h`, `2 d`."""
    if seconds < _MINUTE:
        return f"{int(max(0, seconds))}{_NO_BREAK}s"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)}{_NO_BREAK}min"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)}{_NO_BREAK}h"
    return f"{int(seconds // _DAY)}{_NO_BREAK}d"


def clock_text(moment: datetime, now: datetime, *, with_seconds: bool = False) -> str:
    """Write a moment in this computer's time zone: the time alone if it is today's."""
    local, today = moment.astimezone(), now.astimezone().date()
    time = f"{local:%H:%M:%S}" if with_seconds else f"{local:%H:%M}"
    if local.date() == today:
        return time
    is_this_year = local.year == today.year
    day = day_text(local, is_short=True, has_year=not is_this_year)
    return f"{day} {local:%H:%M}" if is_this_year else day


def bytes_text(size_bytes: int) -> str:
    """Write an amount of memory: `281 MB`, `1.4 GB`."""
    return size_text(size_bytes).replace(" ", _NO_BREAK)


def percent_text(share: float) -> str:
    """Write a share: `44 %`; never 100 % before it is all of it."""
    shown = math.floor(share * 100) if share < 1 else 100
    return f"{shown}{_NO_BREAK}%"


def priority_text(priority: int) -> str:
    """Name a priority."""
    names = {
        2: tr("Priority", "Highest"),
        1: tr("Priority", "High"),
        0: tr("Priority", "Normal"),
        -1: tr("Priority", "Low"),
        -2: tr("Priority", "Lowest"),
    }
    return names.get(priority, str(priority))


def short_stage(name: str) -> str:
    """Name a stage in one short word where there is little room."""
    return tr("Stage", _SHORT_STAGES.get(name) or stage_title(name))


def preset_name(preset: str) -> str:
    """Name a preset: Standard."""
    return tr("Preset", preset.capitalize()) if preset else ""


def preset_text(job: Job) -> str:
    """Name a job's preset and its photos: `Standard · 18 photos`."""
    photos = tr_count("Jobs", "{count} photo", "{count} photos", job.photos) if job.photos else ""
    return " · ".join(part for part in (preset_name(job.preset), photos) if part)


def job_look(job: Job) -> tuple[str, str]:
    """Return a job's state as a name for `theme.states` and words of its own (empty = the state's)."""
    if job.state is JobState.FAILED and job.stage:
        return "failed", tr("Jobs", "Failed in {stage}", stage=short_stage(job.stage))
    if job.state is JobState.PAUSED and job.error is not None:
        return "warning", tr("Jobs", "Interrupted")
    return job.state.value, ""


def queue_text(place: int) -> str:
    """Say where in the queue a job stands."""
    if place <= 1:
        return tr("Jobs", "Next in the queue")
    return tr("Jobs", "Number {place} in the queue", place=place)


def ticking_text(seconds: float) -> str:
    """Write a duration that ticks: `00:02:15`."""
    whole = max(0, int(seconds))
    return f"{whole // _HOUR:02d}:{whole % _HOUR // 60:02d}:{whole % 60:02d}"


def _range(time: TimeRange, unit_s: int, name: str) -> str:
    low, high = int(time.low_s // unit_s), math.ceil(time.high_s / unit_s)
    if unit_s == 1 and high > 20:
        low, high = low // 2 * 2, math.ceil(high / 2) * 2
    if low <= 0:
        return tr("Times", "under {high}", high=f"{high}{_NO_BREAK}{name}")
    return f"{high}{_NO_BREAK}{name}" if low >= high else f"{low}–{high}{_NO_BREAK}{name}"
