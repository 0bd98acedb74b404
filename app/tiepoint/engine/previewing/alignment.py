"""The first preview: tie points and cameras, as soon as the photos are aligned. Loads COLMAP; any thread."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tiepoint.engine.dense.undistorted_model import read_model
from tiepoint.engine.job_folder import read_json, write_json
from tiepoint.engine.previewing.files import (
    CAMERAS,
    CLOUD,
    MOST_POINTS,
    WAITING,
    Vertices,
    folder_of,
    harmless,
    vertices_of,
    write_preview,
)
from tiepoint.engine.stages.undistortion import views_with_depth

_FEWEST_PHOTOS = 3


def preview_alignment(work: Path) -> None:
    """Begin the preview anew with what the alignment found; never raises."""
    with harmless("the alignment"):
        alignment = read_json(work / "alignment.json")
        model = read_model(work / "sparse")
        shutil.rmtree(folder_of(work) / "parts", ignore_errors=True)
        write_json(folder_of(work) / CAMERAS, {"cameras": _cameras(model, alignment)})
        write_preview(work, _facts(alignment), _tie_points(model))


def _facts(alignment: Mapping[str, Any]) -> dict[str, Any]:
    images = [entry["image"] for entry in alignment["aligned"]]
    return {
        "schema_version": 1,
        "stage": "alignment",
        "cloud": CLOUD,
        "points": 0,
        "photos_done": len(alignment["aligned"]),
        "photos_total": int(alignment["photos_total"]),
        "views": [view["image"] for view in views_with_depth(alignment)],
        "scene_box": alignment["scene_box"],
        "has_scale": alignment["scale"]["source"] != "none",
        "cameras": CAMERAS,
        "images": images,
        "states": WAITING * len(images),
    }


def _cameras(model: Any, alignment: Mapping[str, Any]) -> list[dict[str, Any]]:
    by_name = {image.name: image for image in model.images.values() if image.has_pose}
    return [_camera(entry, model, by_name[entry["image"]]) for entry in alignment["aligned"]]


def _camera(entry: Mapping[str, Any], model: Any, image: Any) -> dict[str, Any]:
    lens = model.cameras[image.camera_id]
    to_world = np.asarray(image.cam_from_world().rotation.matrix()).T
    return {
        "photo": entry["path"],
        "center": [round(float(value), 6) for value in entry["center"]],
        "rotation": [round(float(value), 7) for value in to_world.ravel()],
        "size_px": [int(lens.width), int(lens.height)],
        "focal_px": round(float(lens.mean_focal_length()), 3),
    }


def _tie_points(model: Any) -> Vertices:
    """Return the tie points that several photos see; the others are often wrong."""
    points = [point for point in model.points3D.values() if point.track.length() >= _FEWEST_PHOTOS]
    points = points[:: max(1, -(-len(points) // MOST_POINTS))]
    positions = np.array([point.xyz for point in points]).reshape(-1, 3)
    colours = np.array([point.color for point in points], np.uint8).reshape(-1, 3)
    return vertices_of(positions, colours)
