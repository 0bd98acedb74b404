"""The preview while depth maps are made: a few points of each finished one. Any thread, several processes at once."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.dense.depth_map import DepthMap
from tiepoint.engine.dense.undistorting import read_picture
from tiepoint.engine.dense.views import read_view, view_path
from tiepoint.engine.previewing.files import (
    DONE,
    MOST_POINTS,
    RUNNING,
    VERTEX,
    WAITING,
    Vertices,
    age_s,
    began_path,
    folder_of,
    harmless,
    part_path,
    read_facts,
    thinned,
    vertices_of,
    write_preview,
)
from tiepoint.runtime.locks import FileLock

# Renewing takes some milliseconds; nobody looks more often.
_PERIOD_S: Final = 1.5
_WORST_COST: Final = 0.3
_MOST_OF_A_PHOTO: Final = 6000


def preview_began(work: Path, image: str) -> None:
    """Note that a photo's depth map is being made; never raises."""
    with harmless(image):
        path = began_path(work, image)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def preview_depth_map(work: Path, image: str, found: DepthMap) -> None:
    """Add a finished depth map; never raises.

    Args:
        work: The job's work folder.
        image: The photo.
        found: Its depth map.
    """
    with harmless(image):
        facts = read_facts(work)
        wanted = min(_MOST_OF_A_PHOTO, -(-MOST_POINTS // max(len(facts["views"]), 1)))
        vertices = _sampled(work, image, found, wanted)
        with replaced(part_path(work, image)) as file:
            file.write(_inside(vertices, facts["scene_box"]).tobytes())
        _renew(work)


def _sampled(work: Path, image: str, found: DepthMap, wanted: int) -> Vertices:
    height, width = found.depth.shape
    known = np.flatnonzero((found.depth > 0) & (found.cost < _WORST_COST))
    if len(known) == 0:
        return np.empty(0, VERTEX)
    chosen = known[np.random.default_rng(zlib.crc32(image.encode())).integers(0, len(known), wanted)]
    rows, columns = chosen // width, chosen % width
    view = read_view(view_path(work, image))
    rays = np.stack([columns, rows, np.ones(wanted)], 1) @ np.linalg.inv(view.intrinsics[0]).T
    places = (rays * found.depth[rows, columns, None] - view.translations[0]) @ view.rotations[0]
    small = read_picture(
        work / "undistorted" / "images" / image, cv2.IMREAD_REDUCED_COLOR_2 | cv2.IMREAD_IGNORE_ORIENTATION
    )
    low, wide = small.shape[:2]
    colours = small[np.minimum(rows * low // height, low - 1), np.minimum(columns * wide // width, wide - 1), ::-1]
    return vertices_of(places, colours)


def _inside(vertices: Vertices, box: Any) -> Vertices:
    if box is None:
        return vertices
    kept = np.ones(len(vertices), bool)
    for name, low, high in zip("xyz", box["min"], box["max"], strict=True):
        kept &= (vertices[name] >= low) & (vertices[name] <= high)
    return vertices[kept]


def _renew(work: Path) -> None:
    """Put the parts together, unless that was done a moment ago or is being done; the last one always is."""
    with FileLock(folder_of(work) / "lock", timeout_s=5.0):
        facts = read_facts(work)
        states = {image: _state(work, image) for image in facts["views"]}
        done = [image for image, state in states.items() if state == DONE]
        if len(done) < len(states) and facts["stage"] == "depth_maps" and age_s(work) < _PERIOD_S:
            return
        parts = [np.fromfile(part_path(work, image), VERTEX) for image in done]
        letters = "".join(states.get(image, DONE) for image in facts["images"])
        changes = {"stage": "depth_maps", "photos_done": len(done), "photos_total": len(states), "states": letters}
        write_preview(work, {**facts, **changes}, thinned(np.concatenate(parts)) if parts else None)


def _state(work: Path, image: str) -> str:
    if part_path(work, image).exists():
        return DONE
    return RUNNING if began_path(work, image).exists() else WAITING
