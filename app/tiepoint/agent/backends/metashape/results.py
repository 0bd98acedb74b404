"""What a finished Metashape job says of itself, in the files of the open engine. Blocking."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tiepoint import __version__
from tiepoint.domain.errors import PathMissing
from tiepoint.engine.job_folder import JobFolder, write_json

MODEL: Final = "model.obj"
_CONVENTIONS: Final = (
    "rotation: world to camera, rows are the camera's right, down and forward; position: the camera's centre"
)


@dataclass(frozen=True, slots=True)
class CapturePhotos:
    """The photos of a capture: full paths, and whether they know where they were taken."""

    paths: tuple[str, ...]
    is_georeferenced: bool


def photos_of(capture: Path) -> CapturePhotos:
    """Read which photos a capture has.

    Raises:
        PathMissing: Its manifest cannot be read.
    """
    try:
        photos = json.loads((capture / "capture.json").read_text(encoding="utf-8"))["photos"]
        placed = sum(photo.get("lat") is not None and photo.get("lon") is not None for photo in photos)
        paths = tuple(str(capture / "photos" / photo["path"]) for photo in photos)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PathMissing(
            f"The capture in {capture} cannot be read.",
            remedy="Check that the shared folder is mounted on the scheduler node.",
            retryable=True,
            detail=str(error),
        ) from error
    return CapturePhotos(paths, placed >= 3)


def require_model(products: Path) -> None:
    """Make sure that the workers wrote where we look.

    Raises:
        PathMissing: They did not.
    """
    if not (products / MODEL).is_file():
        raise PathMissing(
            f"Agisoft's workers have finished, and there is no {MODEL} in {products}.",
            remedy="Check that workers and scheduler node have the same shared folder at the same path.",
            retryable=True,
        )


def write_results(job: JobFolder, described: Mapping[str, Any], *, version: str, is_local: bool) -> None:
    """Write cameras.json and result.json among the products.

    Args:
        job: The job's folder.
        described: What the child said of the project.
        version: Of Agisoft's program.
        is_local: The model is in metres, east, north and up.

    Raises:
        OSError: The folder cannot be written.
    """
    photos = job.capture_folder / "photos"
    cameras = [_camera(entry, photos) for entry in described.get("cameras") or ()]
    unit = "metres" if is_local else "arbitrary, the photos do not say the scale"
    scale = {"source": "gps", "metres_per_unit": 1.0} if is_local else {"source": "none"}
    frame = {"axes": "x east, y north, z up" if is_local else "z up", "unit": unit, "crs": None, "scale": scale}
    content = {
        "schema_version": 1,
        "generator": f"Tiepoint {__version__}, Metashape {version}",
        "frame": frame,
        "conventions": _CONVENTIONS,
        "cameras": cameras,
    }
    write_json(job.products / "cameras.json", content)
    aligned = sum(camera["aligned"] for camera in cameras)
    result = {
        "schema_version": 1,
        "name": job.name,
        "capture": job.capture_folder.name,
        "finished_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "photos_total": len(cameras),
        "photos_aligned": aligned,
        "photos_excluded": 0,
        "tie_points": int(described.get("tie_points") or 0),
        "faces": int(described.get("faces") or 0),
        "scale": scale,
        "preset": job.preset,
        "parameters": job.parameters.to_dict(),
        "versions": {"metashape": version, "tiepoint": __version__},
        "stages": [],
        "lights": [],
        "warnings": [],
        "excluded": [],
    }
    write_json(job.products / "result.json", result)


def _camera(entry: Mapping[str, Any], photos: Path) -> dict[str, Any]:
    path = _inside(str(entry.get("path") or ""), photos)
    pose = _pose(entry.get("matrix"))
    if pose is None or not entry.get("width"):
        return {"path": path, "aligned": False, "reason": "Metashape could not align it."}
    centre, rotation = pose
    width, height, focal = int(entry["width"]), int(entry["height"]), float(entry["f"])
    middle = [width / 2 + float(entry.get("cx") or 0), height / 2 + float(entry.get("cy") or 0)]
    return {
        "path": path,
        "aligned": True,
        "width": width,
        "height": height,
        "focal_px": [focal],
        "principal_point_px": middle,
        "position": [round(value, 6) for value in centre],
        "rotation": [[round(value, 9) for value in row] for row in rotation],
    }


def _pose(matrix: Any) -> tuple[list[float], list[list[float]]] | None:
    """Return centre and rotation (world to camera) of a matrix that leads from the camera to the world."""
    try:
        rows = [[float(value) for value in row] for row in matrix][:3]
        axes = [[rows[i][axis] for i in range(3)] for axis in range(3)]
        lengths = [math.hypot(*axis) for axis in axes]
        if not all(math.isfinite(length) and length > 0 for length in lengths):
            return None
        rotation = [[value / length for value in axis] for axis, length in zip(axes, lengths, strict=True)]
        return [row[3] for row in rows], rotation
    except (TypeError, ValueError, IndexError):
        return None


def _inside(path: str, photos: Path) -> str:
    """Return a photo's path inside the capture, as its manifest spells it."""
    try:
        return Path(path).relative_to(photos).as_posix()
    except ValueError:
        return Path(path).name
