"""Words and figures about photos: what a camera wrote, said as people of the field say it. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue
from tiepoint.domain.photo_reading import PhotoHead
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.domain.space import size_text
from tiepoint.ui.text import day_text, grouped, tr

NOTHING: Final = "–"
THIN: Final = "\N{NARROW NO-BREAK SPACE}"
ISSUE_ICONS: Final[Mapping[IssueKind, str]] = MappingProxyType(
    {
        IssueKind.MISSING: "file-x",
        IssueKind.UNREADABLE: "octagon-x",
        IssueKind.TRUNCATED: "scissors",
        IssueKind.DUPLICATE: "copy",
        IssueKind.BLURRED: "droplets",
        IssueKind.NEAR_DUPLICATE: "copy-check",
        IssueKind.FAR_POSITION: "map-pin-off",
        IssueKind.ZERO_POSITION: "map-pin-off",
        IssueKind.OVEREXPOSED: "sun",
        IssueKind.UNDEREXPOSED: "moon",
        IssueKind.OTHER_CAMERA: "camera",
        IssueKind.NO_FOCAL_LENGTH: "aperture",
        IssueKind.NO_POSITION: "map-pin-off",
        IssueKind.ODD_FILE: "file-image",
        IssueKind.SOFT: "circle-alert",
    }
)
_TONES: Final = MappingProxyType(
    {IssueSeverity.ERROR: "err", IssueSeverity.WARNING: "warn", IssueSeverity.INFO: "neutral"}
)


def escaped(text: str) -> str:
    """Return a text as a tool tip that shows it as it is written, though tool tips take what looks like HTML for it."""
    return f"<span>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</span>"


def issue_word(issue: PhotoIssue) -> str:
    """Return the word of an issue in the user's language."""
    return tr("PhotoIssue", issue.word)


def issue_tone(issue: PhotoIssue) -> str:
    """Return the tone an issue is shown in."""
    return _TONES[issue.severity]


def issues_text(photo: SetPhoto) -> str:
    """Name everything that is wrong with a photo, the gravest first."""
    return ", ".join(issue_word(issue) for issue in photo.issues)


def badge_of(photo: SetPhoto) -> tuple[str, str, str] | None:
    """Return icon, word and tone of the badge on a photo's picture; None when nothing is wrong with it."""
    worst = photo.worst
    if worst is None or worst.severity is IssueSeverity.INFO:
        return None
    return ISSUE_ICONS[worst.kind], issue_word(worst), issue_tone(worst)


def state_of(photo: SetPhoto) -> tuple[str, str, str]:
    """Return icon, word and tone of what stands beside a photo's name; the word is empty when nothing is known."""
    if not photo.is_included:
        return "eye-off", tr("Photos", "left out"), "neutral"
    if photo.is_suggested_out:
        return "triangle-alert", tr("Photos", "have a look"), "warn"
    badge = badge_of(photo)
    if badge is not None:
        return badge
    if photo.has(IssueKind.SOFT):
        return "circle-alert", tr("Photos", "Soft"), "neutral"
    if photo.quality is not None:
        return "circle-check", tr("Photos", "Sharp"), "ok"
    return "", "", "neutral"


def pixels_text(head: PhotoHead | None) -> str:
    """Write the size of a picture: `4000 × 2250`."""
    return NOTHING if head is None else f"{head.width} × {head.height}"


def size_line(photo: SetPhoto) -> str:
    """Write pixels and bytes of a photo."""
    return f"{pixels_text(photo.head)} · {size_text(photo.size)}" if photo.head else size_text(photo.size)


def camera_line(head: PhotoHead | None) -> str:
    """Write body and focal length: `DJI FC300S, 3.6 mm (35 mm: 20)`."""
    if head is None or not (head.body or head.focal_mm):
        return NOTHING
    parts = [head.body] if head.body else []
    if head.focal_mm:
        like = f" (35{THIN}mm: {head.focal_35mm:g})" if head.focal_35mm else ""
        parts.append(f"{head.focal_mm:.3g}{THIN}mm{like}")
    return ", ".join(parts)


def exposure_line(head: PhotoHead | None) -> str:
    """Write exposure time, aperture and sensitivity: `1/462 s · f/2.8 · ISO 100`."""
    if head is None:
        return NOTHING
    parts = []
    if head.exposure_s:
        time = f"1/{1 / head.exposure_s:.0f}" if head.exposure_s < 0.3 else f"{head.exposure_s:.3g}"
        parts.append(f"{time}{THIN}s")
    if head.f_number:
        parts.append(f"f/{head.f_number:.3g}")
    if head.iso:
        parts.append(f"ISO{THIN}{head.iso}")
    return " · ".join(parts) or NOTHING


def position_line(head: PhotoHead | None) -> str:
    """Write a position in degrees: `46.84228° N  91.99408° W`."""
    if head is None or head.lat is None or head.lon is None:
        return NOTHING
    north, east = "N" if head.lat >= 0 else "S", "E" if head.lon >= 0 else "W"
    return f"{abs(head.lat):.5f}°{THIN}{north}  {abs(head.lon):.5f}°{THIN}{east}"


def height_line(head: PhotoHead | None) -> str:
    """Write the height: above the take-off point for a drone, else as the camera wrote it."""
    if head is None:
        return NOTHING
    if head.height_above_start_m is not None:
        return tr("Photos", "{height} m above take-off", height=f"{head.height_above_start_m:.1f}")
    return NOTHING if head.alt_m is None else f"{head.alt_m:.1f}{THIN}m"


def taken_moment(text: str | None) -> datetime | None:
    """Read the moment a photo was taken; None when there is none or it is no moment."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None


def taken_line(head: PhotoHead | None) -> str:
    """Write when a photo was taken: `16:33:27, 23 June 2016`."""
    moment = taken_moment(head.taken_utc) if head else None
    return NOTHING if moment is None else f"{moment:%H:%M:%S}, {day_text(moment)}"


def taken_short(head: PhotoHead | None) -> str:
    """Write when a photo was taken, for tables: `2016-06-23 16:33:27`."""
    moment = taken_moment(head.taken_utc) if head else None
    return NOTHING if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"


def sharpness_text(photo: SetPhoto) -> str:
    """Write the sharpness as a whole number."""
    return NOTHING if photo.quality is None else grouped(photo.quality.shown_sharpness)


def distance_text(metres: float) -> str:
    """Write a distance on the ground: `20 m`, `288 m`, `1.2 km`."""
    if metres >= 1000:
        return f"{metres / 1000:.3g}{THIN}km"
    return f"{metres:.3g}{THIN}m" if metres < 10 else f"{metres:.0f}{THIN}m"


def sampling_text(gsd_m: float) -> str:
    """Write a ground sampling distance: `≈ 16 mm/px`."""
    if gsd_m < 0.03:  # the same step as where results tell theirs
        return f"≈ {gsd_m * 1000:.0f}{THIN}mm/px"
    return f"≈ {gsd_m * 100:.{1 if gsd_m < 0.1 else 0}f}{THIN}cm/px"
