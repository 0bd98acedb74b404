"""From the text of cameras.json to cameras, one at a time: a thread that parses thousands of them in one call would
hold up every other thread of Python for as long. Pure; any thread.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

from tiepoint.adapters.files.json_values import JsonObject
from tiepoint.domain.model_facts import Camera, Vector

_LIST: Final = '"cameras":'
_MOST: Final = 200_000
_FARTHEST: Final = 1e9
_UNIT_TOLERANCE: Final = 1e-2


class BrokenCameras(ValueError):
    """The text is no list of cameras."""


def camera_entries(text: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of the list `cameras`, one after the other.

    Raises:
        BrokenCameras: The text ends early or is no such list.
    """
    # Inside a string of JSON the quotes would be escaped, so this finds the name of a list.
    at = text.find(_LIST)
    at = _skipped(text, at + len(_LIST)) if at >= 0 else len(text)
    if text[at : at + 1] != "[":
        raise BrokenCameras("it holds no list of cameras")
    decoder = json.JSONDecoder()
    at = _skipped(text, at + 1)
    for _ in range(_MOST):
        if text[at : at + 1] == "]":
            return
        try:
            entry, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise BrokenCameras("it ends early or is broken") from error
        if isinstance(entry, dict):
            yield entry
        at = _skipped(text, at)
        if text[at : at + 1] == ",":
            at = _skipped(text, at + 1)


def frame_of_cameras(text: str) -> JsonObject:
    """Return the object `frame` that comes before the cameras; an empty one when it cannot be read."""
    head = text[: max(text.find(_LIST), 0)].rstrip().rstrip(",")
    try:
        content = json.loads(f"{head}}}")
    except (ValueError, RecursionError):
        content = {}
    frame = content.get("frame") if isinstance(content, dict) else None
    return JsonObject(frame if isinstance(frame, dict) else {})


def camera_of(entry: dict[str, Any], photos: Path | None) -> Camera | None:
    """Return an aligned photo's camera; None when it makes no sense.

    Args:
        entry: An entry with `aligned` true.
        photos: The capture's folder of photos, if it is here.
    """
    given = JsonObject(entry)
    path = entry.get("path")
    centre, rotation = _vector(entry.get("position")), _rotation(entry.get("rotation"))
    focal, principal = _numbers(entry.get("focal_px")), _numbers(entry.get("principal_point_px"))
    width, height = given.count("width"), given.count("height")
    if not isinstance(path, str) or centre is None or rotation is None or not focal or min(focal) <= 0:
        return None
    if not width or not height:
        return None
    middle = (principal[0], principal[1]) if len(principal) == 2 else (width / 2, height / 2)
    orientation = given.count("exif_orientation")
    return Camera(
        photo=path,
        file=None if photos is None else inside(photos, path),
        centre=centre,
        rotation=rotation,
        width_px=width,
        height_px=height,
        focal_px=sum(focal) / len(focal),
        principal_point_px=middle,
        exif_orientation=orientation if orientation is not None and 1 <= orientation <= 8 else 1,
        tie_points=given.count("observations"),
    )


def inside(folder: Path, path: str) -> Path | None:
    """Return a file below a folder by its relative path; None when the path leads out of it."""
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts or not relative.parts or "\0" in path:
        return None
    return folder.joinpath(*relative.parts)


def _skipped(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def _numbers(value: Any) -> list[float]:
    if not isinstance(value, list) or len(value) > 3:
        return []
    good = [float(part) for part in value if type(part) in (int, float) and abs(part) <= _FARTHEST]
    return good if len(good) == len(value) else []


def _vector(value: Any) -> Vector | None:
    numbers = _numbers(value)
    return (numbers[0], numbers[1], numbers[2]) if len(numbers) == 3 else None


def _rotation(value: Any) -> tuple[Vector, Vector, Vector] | None:
    rows = [_vector(row) for row in value] if isinstance(value, list) and len(value) == 3 else []
    whole = [row for row in rows if row is not None and abs(math.hypot(*row) - 1) < _UNIT_TOLERANCE]
    return (whole[0], whole[1], whole[2]) if len(whole) == 3 else None
