"""The cameras in the size of the original photos: cameras.json, and the sparse model for other COLMAP programs.

The stages work on prepared photos (turned upright, maybe smaller); what leaves here speaks of the capture's own files.
Any thread; holds the sparse model in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pycolmap

from tiepoint import __version__
from tiepoint.domain.geodesy import geodetic_from_enu
from tiepoint.engine.products.whole_file import replacing, write_document

_log = logging.getLogger("tiepoint.engine.products")

_CONVENTIONS: Final = {
    "rotation": "Rows of the matrix that turns job-frame directions into the camera's: x right, y down, z forward.",
    "position": "The projection centre in the job frame.",
    "pixels": "Of the upright photo (EXIF orientation applied); the first pixel's centre is at 0.5, 0.5.",
    "distortion": "COLMAP's model of that name.",
}


def original_model(sparse: Path, check: Mapping[str, Any]) -> Any:
    """Return the sparse model with cameras, 2D points and names of the original photos.

    Args:
        sparse: COLMAP binary model of the prepared photos.
        check: Content of check.json.

    Returns:
        A pycolmap.Reconstruction.
    """
    pycolmap.logging.minloglevel = 2
    model = pycolmap.Reconstruction(sparse)
    photos = {photo["image"]: photo for photo in check["photos"]}
    scales: dict[int, tuple[float, float]] = {}
    for image in model.images.values():
        photo = photos.get(image.name)
        if photo is None:
            _log.warning("the sparse model names %s, which the check does not know", image.name)
            continue
        camera = model.cameras[image.camera_id]
        if image.camera_id not in scales:
            scales[image.camera_id] = (photo["width"] / camera.width, photo["height"] / camera.height)
            camera.rescale(int(photo["width"]), int(photo["height"]))
        scale = np.array(scales[image.camera_id])
        if not np.allclose(scale, 1.0):
            for point in image.points2D:
                point.xy = point.xy * scale
        image.name = photo["path"]
    model.update_point_3d_errors()
    return model


def write_colmap(model: Any, folder: Path) -> None:
    """Write the sparse model as COLMAP binary files, replacing the folder.

    Args:
        model: A pycolmap.Reconstruction.
        folder: Where to.

    Raises:
        EngineFailure: The folder cannot be written.
        NoSpace: The disk is full.
    """
    with replacing(folder) as temporary:
        temporary.mkdir()
        model.write_binary(temporary)


def write_cameras(model: Any, check: Mapping[str, Any], alignment: Mapping[str, Any], path: Path) -> None:
    """Write cameras.json.

    Args:
        model: A pycolmap.Reconstruction in the size of the original photos.
        check: Content of check.json.
        alignment: Content of alignment.json.
        path: The file to replace.
    """
    by_path = {image.name: image for image in model.images.values() if image.has_pose}
    reasons = {photo["path"]: photo.get("reason") for photo in alignment.get("unaligned", ())}
    origin = _origin(alignment)
    entries = [
        _aligned(photo, model, by_path[photo["path"]], origin)
        if photo["path"] in by_path
        else {"path": photo["path"], "aligned": False, "reason": reasons.get(photo["path"])}
        for photo in check["photos"]
    ]
    content = {
        "schema_version": 1,
        "generator": f"Tiepoint {__version__}",
        "frame": {
            "axes": "x east, y north, z up" if origin else "z up",
            "unit": unit_of(alignment),
            "crs": alignment.get("crs"),
            "scale": alignment.get("scale"),
        },
        "conventions": _CONVENTIONS,
        "cameras": entries,
    }
    write_document(path, content)


def unit_of(alignment: Mapping[str, Any]) -> str:
    """Return what one unit of the job frame is."""
    is_metric = (alignment.get("scale") or {}).get("source", "none") != "none"
    return "metres" if is_metric else "arbitrary, the photos do not say the scale"


def calibration_of(camera: Any) -> dict[str, Any]:
    """Return a pycolmap.Camera's calibration as plain values; pixels of its own size."""
    names = [name.strip() for name in str(camera.params_info).split(",")]
    params = [float(value) for value in camera.params]
    return {
        "width": int(camera.width),
        "height": int(camera.height),
        "model": str(camera.model_name),
        "focal_px": [round(params[i], 4) for i in camera.focal_length_idxs()],
        "principal_point_px": [round(params[i], 4) for i in camera.principal_point_idxs()],
        "distortion": {names[i]: round(params[i], 9) for i in camera.extra_params_idxs()},
    }


def _aligned(
    photo: Mapping[str, Any], model: Any, image: Any, origin: tuple[float, float, float] | None
) -> dict[str, Any]:
    pose = image.cam_from_world()
    centre = [float(value) for value in image.projection_center()]
    entry: dict[str, Any] = {
        "path": photo["path"],
        "aligned": True,
        **calibration_of(model.cameras[image.camera_id]),
        "camera_id": int(image.camera_id),
        "exif_orientation": photo.get("orientation", 1),
        "position": [round(value, 6) for value in centre],
        "rotation": [[round(float(value), 9) for value in row] for row in pose.rotation.matrix()],
        "translation": [round(float(value), 6) for value in pose.translation],
        "observations": int(image.num_points3D),
    }
    if origin is not None:
        lat, lon, alt = geodetic_from_enu(centre, origin)
        entry |= {"lat": round(lat, 9), "lon": round(lon, 9), "alt": round(alt, 4)}
    return entry


def _origin(alignment: Mapping[str, Any]) -> tuple[float, float, float] | None:
    origin = (alignment.get("crs") or {}).get("origin")
    return (float(origin["lat"]), float(origin["lon"]), float(origin.get("alt") or 0.0)) if origin else None
