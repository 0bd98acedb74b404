"""The sparse model of the undistorted copies, and each photo's view of it. Reads and writes files; any thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.undistorting import undistorted_camera
from tiepoint.engine.dense.views import ViewGeometry, view_path, write_view

Doubles = NDArray[np.float64]

# Trees and towers rise above what tie points show, towards a camera that looks down.
_NEARER = 0.6
_DEPTH_SLACK = 1.35


def read_model(path: Path) -> Any:
    """Return the sparse model (pycolmap.Reconstruction) of a folder, without COLMAP's log on standard error."""
    import pycolmap

    pycolmap.logging.minloglevel = 2
    return pycolmap.Reconstruction(path)


def undistort_model(model: Any, size_px: int) -> None:
    """Turn a sparse model into that of the undistorted copies, in place.

    Args:
        model: pycolmap.Reconstruction.
        size_px: Longest side of the copies, pixels; 0 keeps the photos' own.
    """
    targets = {key: undistorted_camera(camera, size_px) for key, camera in model.cameras.items()}
    for image in model.images.values():
        points = image.points2D
        if len(points):
            _move_points(points, model.cameras[image.camera_id], targets[image.camera_id])
    for key, target in targets.items():
        camera = model.cameras[key]
        camera.model, camera.params = target.model, target.params
        camera.width, camera.height = target.width, target.height


def _move_points(points: Any, camera: Any, target: Any) -> None:
    rays = np.asarray(camera.cam_from_img(points))[:, :2]
    matrix = np.asarray(target.calibration_matrix())
    moved = rays @ matrix[:2, :2].T + matrix[:2, 2]
    for point, place in zip(points, moved, strict=True):
        point.xy = place


def write_views(work: Path, model: Any, views: Sequence[Mapping[str, Any]]) -> None:
    """Write the geometry of every photo that gets a depth map.

    Args:
        work: The job's work folder.
        model: The undistorted model.
        views: `views` of alignment.json: image, sources, depth_min, depth_max.

    Raises:
        OSError: A file cannot be written.
    """
    by_name = {image.name: image for image in model.images.values()}
    places = {key: point.xyz for key, point in model.points3D.items()}
    for view in views:
        images = [by_name[name] for name in (view["image"], *view["sources"])]
        write_view(view_path(work, view["image"]), _geometry(model, images, places, view))


def _geometry(
    model: Any, images: Sequence[Any], places: Mapping[int, Doubles], view: Mapping[str, Any]
) -> ViewGeometry:
    intrinsics = np.array([model.cameras[image.camera_id].calibration_matrix() for image in images], np.float64)
    intrinsics[:, :2, 2] -= 0.5
    poses = np.array([image.cam_from_world().matrix() for image in images], np.float64)
    tie_points = _tie_points(images[0], places, intrinsics[0], poses[0])
    nearest, farthest = float(view["depth_min"]), float(view["depth_max"])
    bounds = np.array([1 / farthest, 1 / (nearest * _NEARER)])
    kept = (tie_points[:, 2] > bounds[0] / _DEPTH_SLACK) & (tie_points[:, 2] < bounds[1] * _DEPTH_SLACK)
    return ViewGeometry(intrinsics, poses[:, :, :3], poses[:, :, 3], tie_points[kept], bounds)


def _tie_points(image: Any, places: Mapping[int, Doubles], matrix: Doubles, pose: Doubles) -> Doubles:
    keys = [point.point3D_id for point in image.points2D if point.has_point3D()]
    if not keys:
        return np.zeros((0, 3))
    seen = np.array([places[key] for key in keys]) @ pose[:, :3].T + pose[:, 3]
    seen = seen[seen[:, 2] > 0]
    pixels = seen @ matrix.T
    points: Doubles = np.column_stack([pixels[:, :2], np.ones(len(seen))]) / seen[:, 2:]
    return points
