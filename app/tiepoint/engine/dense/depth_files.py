"""From undistorted photos to depth map files, one photo at a time. Files to files; any thread; draws on one core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from tiepoint.engine.dense.colmap_arrays import Floats, write_array
from tiepoint.engine.dense.depth_map import DepthMap, Effort, estimate
from tiepoint.engine.dense.pyramid import Photo
from tiepoint.engine.dense.seeding import first_planes
from tiepoint.engine.dense.undistorting import read_picture
from tiepoint.engine.dense.views import ViewGeometry, read_view, view_path


def depth_path(work: Path, image: str) -> Path:
    """Return where the depth map of a photo lies."""
    return work / "undistorted" / "stereo" / "depth_maps" / f"{image}.geometric.bin"


def normal_path(work: Path, image: str) -> Path:
    """Return where the normal map of a photo lies."""
    return work / "undistorted" / "stereo" / "normal_maps" / f"{image}.geometric.bin"


def write_depth_map(work: Path, images: Sequence[str], effort: Effort) -> DepthMap:
    """Estimate the depth map of a photo, write it with its normals, and return it.

    Args:
        work: The job's work folder.
        images: The photo, then its sources.
        effort: How long to search.

    Raises:
        EngineFailure: A work file is missing or broken.
        OSError: A file cannot be read or written.
    """
    view = read_view(view_path(work, images[0]))
    photos = [_photo(work, image, view, index) for index, image in enumerate(images)]

    def seed(width: int, height: int) -> list[Floats]:
        scale = width / photos[0].brightness.shape[1]
        points = view.tie_points * [scale, scale, 1.0] + [(scale - 1) / 2, (scale - 1) / 2, 0.0]
        focal_px = float(view.intrinsics[0, 0, 0]) * scale
        return first_planes(width, height, points=points, focal_px=focal_px, bounds=bounds)

    bounds = (float(view.bounds[0]), float(view.bounds[1]))
    found = estimate(photos[0], photos[1:], seed=seed, bounds=bounds, effort=effort)
    write_array(depth_path(work, images[0]), found.depth)
    write_array(normal_path(work, images[0]), found.normals)
    return found


def _photo(work: Path, image: str, view: ViewGeometry, index: int) -> Photo:
    path = work / "undistorted" / "images" / image
    brightness = read_picture(path, cv2.IMREAD_GRAYSCALE | cv2.IMREAD_IGNORE_ORIENTATION)
    return Photo(
        np.ascontiguousarray(brightness), view.intrinsics[index], view.rotations[index], view.translations[index]
    )
