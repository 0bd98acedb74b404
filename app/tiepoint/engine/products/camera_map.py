"""The report's map: the cloud from straight above, with every camera's place and where it looked. Any thread."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from tiepoint.engine.meshing import ply
from tiepoint.engine.render import encoded, map_of
from tiepoint.engine.rendering.scene import Part
from tiepoint.engine.rendering.view import View

SIZE_PX: Final = (1120, 640)
_MOST_POINTS: Final = 1_500_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A camera on the map: place in map pixels, the heading's angle in degrees clockwise from up, what it is."""

    path: str
    x_px: float
    y_px: float
    heading_deg: float
    is_nadir: bool


@dataclass(frozen=True, slots=True)
class CameraMap:
    """All the template needs to draw the map.

    Attributes:
        width_px: Width of the drawing.
        height_px: Height of the drawing.
        picture: The cloud from above as a data URI.
        marks: The cameras.
        bar_px: Length of the scale bar.
        bar_label: What it stands for; empty when the scale is not known.
        has_north: Whether up on the map is north.
    """

    width_px: int
    height_px: int
    picture: str
    marks: tuple[Mark, ...]
    bar_px: float
    bar_label: str
    has_north: bool


def drawn_map(cloud: Path, cameras: Mapping[str, Any]) -> CameraMap | None:
    """Return the map, or None when no camera has a place.

    Args:
        cloud: The fused cloud, binary PLY in the job frame.
        cameras: Content of cameras.json.

    Raises:
        EngineFailure: The cloud is broken.
    """
    placed = [photo for photo in cameras["cameras"] if photo["aligned"]]
    if not placed:
        return None
    centres = np.array([photo["position"] for photo in placed], np.float64)
    picture, view = map_of(_thinned(cloud), centres, SIZE_PX)
    spots = view.project(centres.astype(np.float32))
    frame = cameras["frame"]
    is_metric = frame["unit"] == "metres"
    bar_px, bar_label = _bar(view) if is_metric else (0.0, "")
    return CameraMap(
        width_px=SIZE_PX[0],
        height_px=SIZE_PX[1],
        picture=data_uri(encoded(picture, ".webp", 82), "image/webp"),
        marks=tuple(_mark(photo, spot) for photo, spot in zip(placed, spots, strict=True)),
        bar_px=bar_px,
        bar_label=bar_label,
        has_north=(frame.get("crs") or {}).get("frame") == "ENU",
    )


def data_uri(data: bytes, mime: str) -> str:
    """Return bytes as a data URI."""
    return f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"


def _thinned(path: Path) -> Part:
    records = ply.read_records(path, "vertex")
    records = records[:: max(1, math.ceil(len(records) / _MOST_POINTS))]
    colours = np.stack([records[name] for name in ("red", "green", "blue")], 1)
    vertices = np.ascontiguousarray(ply.columns(records, ("x", "y", "z")))
    return Part(vertices, np.zeros((0, 3), np.int32), colours=np.ascontiguousarray(colours, np.uint8))


def _mark(photo: Mapping[str, Any], spot: Any) -> Mark:
    east, north, up = (float(value) for value in photo["rotation"][2])
    return Mark(
        path=str(photo["path"]),
        x_px=round(float(spot[0]), 1),
        y_px=round(float(spot[1]), 1),
        heading_deg=round(math.degrees(math.atan2(east, north)), 1),
        is_nadir=up < -0.94,
    )


def _bar(view: View) -> tuple[float, str]:
    """Return the length in pixels and the label of a round scale bar about a sixth of the map wide."""
    wanted_m = view.size_px[0] / 6 / view.scale_px
    power = 10 ** math.floor(math.log10(wanted_m))
    length_m = max(step * power for step in (1, 2, 5) if step * power <= wanted_m)
    label = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    label = label if length_m >= 1 else f"{length_m * 100:g} cm" if length_m >= 0.01 else f"{length_m * 1000:g} mm"
    return round(length_m * view.scale_px, 1), label
