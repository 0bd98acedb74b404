"""report.html: one page that opens without a network, shows what a job came to and says what to do. Any thread.

Names of photos and jobs are hostile text: the template escapes everything, and the page allows no script at all.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import jinja2
from PIL import Image

from tiepoint import resources
from tiepoint.domain.stages import stage_title
from tiepoint.engine.products.camera_map import CameraMap, data_uri
from tiepoint.engine.products.traffic_lights import WORDS, grouped
from tiepoint.engine.render import encoded
from tiepoint.engine.rendering.scene import texture_of

TEMPLATE: Final = "report.html.j2"
THUMBNAIL_PX: Final = 112
MOST_THUMBNAILS: Final = 240
_UNITS: Final = (("km", 1e3), ("m", 1.0), ("cm", 1e-2), ("mm", 1e-3), ("µm", 1e-6))


def rendered(
    result: Mapping[str, Any],
    cameras: Mapping[str, Any],
    *,
    picture: str,
    camera_map: CameraMap | None,
    thumbnails: Mapping[str, str],
    files: Sequence[tuple[str, int]],
) -> str:
    """Return the page.

    Args:
        result: Content of result.json.
        cameras: Content of cameras.json.
        picture: Data URI of the model's picture.
        camera_map: The map, when a camera has a place.
        thumbnails: Data URI of a small picture by photo path.
        files: Name and bytes of each product.
    """
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: resources.read_text(f"report/{name}")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "grouped": grouped,
        "distance": distance,
        "duration": duration,
        "size": size,
        "percent": percent,
        "parameter": parameter,
        "stage": stage_title,
    }
    return environment.get_template(TEMPLATE).render(
        result=result,
        calibrations=calibrations(cameras, result),
        cameras=cameras,
        picture=picture,
        map=camera_map,
        thumbnails=thumbnails,
        files=files,
        words=WORDS,
        verdict=verdict(result),
        finished=finished(result["finished_utc"]),
        longest_s=max((stage["seconds"] for stage in result["stages"]), default=0) or 1,
        most_observations=max((row["observations"] or 0 for row in result["photos"]), default=0) or 1,
        sharpest=max((row["sharpness"] or 0 for row in result["photos"]), default=0) or 1,
    )


def verdict(result: Mapping[str, Any]) -> str:
    """Return the outcome in a few words."""
    notes = len(result["warnings"]) + len(result["excluded"])
    word = {"good": "Good", "fair": "Usable, with limits", "poor": "Needs attention"}.get(result["verdict"], "Done")
    return word if not notes else f"{word}, {notes} {'note' if notes == 1 else 'notes'}"


def calibrations(cameras: Mapping[str, Any], result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each camera's calibration once, with its focal length's change and how many photos share it."""
    found: dict[int, dict[str, Any]] = {}
    for photo in cameras["cameras"]:
        if photo["aligned"]:
            found.setdefault(photo["camera_id"], {**photo, "photos": 0})["photos"] += 1
    return [{**entry, "focal": focal} for entry, focal in zip(found.values(), result["focal"], strict=False)]


def small_pictures(work: Path, photos: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return a small picture of each photo by its path, for the first MOST_THUMBNAILS photos.

    Args:
        work: The job's work folder, with the prepared photos.
        photos: The photos of check.json.
    """
    found: dict[str, str] = {}
    for photo in photos[:MOST_THUMBNAILS]:
        try:
            with Image.open(work / "photos" / photo["image"]) as image:
                image.draft("RGB", (2 * THUMBNAIL_PX, 2 * THUMBNAIL_PX))
                image.thumbnail((THUMBNAIL_PX, THUMBNAIL_PX))
                found[str(photo["path"])] = data_uri(encoded(texture_of(image), ".jpg", 72), "image/jpeg")
        except (OSError, ValueError):
            continue
    return found


def finished(utc: str) -> str:
    """Return an ISO time as people write it."""
    moment = datetime.datetime.fromisoformat(utc)
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"


def distance(metres: float | None) -> str:
    """Return a distance with a fitting unit."""
    if metres is None or metres <= 0:
        return "unknown"
    name, factor = next((unit for unit in _UNITS if metres >= unit[1]), _UNITS[-1])
    value = metres / factor
    return f"{value:.{max(0, 2 - math.floor(math.log10(max(value, 1e-9))))}f} {name}"


def duration(seconds: float) -> str:
    """Return a time span as people read it."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def size(count: float) -> str:
    """Return a number of bytes with a decimal unit."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count:.0f} bytes"


def percent(share: float | None) -> str:
    """Return a share as a percentage."""
    return "–" if share is None else f"{100 * share:.0f} %"


def parameter(value: Any) -> str:
    """Return a parameter's value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return grouped(value) if isinstance(value, int) and abs(value) >= 10_000 else str(value)
