"""A job folder as it lies when the texture stage has ended: a textured cube of one metre, seen by five cameras.

Everything is a few kilobytes, made in milliseconds. The photos were 128 x 96 px; the prepared ones are half as large.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
from numpy.typing import NDArray
from PIL import Image

from tiepoint.engine.job_folder import JobFolder

HOSTILE_NAME = "<script>alert('x')</script> & \"Küche\""
PHOTOS = ("a 1.jpg", "sub/ü <b>.JPG", "c.jpg", "d.jpg", "e.jpg", "f.jpg")
ORIGINAL_PX = (128, 96)
PREPARED_PX = (64, 48)
FOCAL_PX = 160.0
"""Of the original photos, as refined; the photos themselves say 158."""
ORIGIN = {"lat": 46.8426, "lon": -91.99456, "alt": 198.0}
FACES = 12
TIE_POINTS = 8


def make_job(root: Path, *, with_gps: bool = True, name: str = HOSTILE_NAME) -> JobFolder:
    """Return a job folder that is ready for the export stage; the last photo stayed out.

    Args:
        root: The job's folder; must not exist.
        with_gps: Whether the frame is metric and tied to the ground.
        name: The job's name.
    """
    job = JobFolder.create(root, capture_folder=root / "20260502-cube-0a1b2c", name=name, preset="draft", changes={})
    centres = _centres()
    _write_photos(job.work)
    _write_sparse(job.work, centres)
    _write(job.work / "check.json", _check())
    _write(job.work / "alignment.json", _alignment(centres, with_gps))
    _write_mesh(job.work)
    _write_cloud(job.work / "fused.ply")
    confirmed = {path: round(0.9 - 0.2 * number, 3) for number, path in enumerate(PHOTOS[:-1])}
    _write(job.work / "point_cloud.json", {"points": 1000, "cropped": 0, "confirmed_share": confirmed})
    _write_manifests(job.work)
    return job


def cube() -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
    """Return vertices (24, 3), faces (12, 3) and uv (24, 2); each side has a cell of a 3 x 2 atlas."""
    vertices, faces, uv = [], [], []
    for side in range(6):
        axis, sign = side % 3, 1 if side < 3 else -1
        across, up = (axis + 1) % 3, (axis + 2) % 3
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        for i, (u, v) in enumerate(corners if sign > 0 else corners[::-1]):
            corner = np.zeros(3)
            corner[[axis, across, up]] = sign, u, v
            vertices.append(corner / 2 + (0, 0, 0.5))
            column, row = side % 3, side // 3
            uv.append(((column + (0.1, 0.9, 0.9, 0.1)[i]) / 3, (row + (0.1, 0.1, 0.9, 0.9)[i]) / 2))
        first = 4 * side
        faces += [(first, first + 1, first + 2), (first, first + 2, first + 3)]
    return np.array(vertices, np.float32), np.array(faces, np.int32), np.array(uv, np.float32)


def _centres() -> NDArray[np.float64]:
    angles = np.linspace(-2.6, -0.4, len(PHOTOS) - 1)
    return np.stack([4 * np.cos(angles), 4 * np.sin(angles), np.full(len(angles), 2.0)], 1)


def _rotation(centre: NDArray[np.float64]) -> NDArray[np.float64]:
    forward = np.array([0, 0, 0.5]) - centre
    forward /= np.linalg.norm(forward)
    right = np.cross(forward, (0, 0, 1))
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def _write_photos(work: Path) -> None:
    for number, path in enumerate(PHOTOS):
        file = work / "photos" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", PREPARED_PX, (40 * number, 120, 200)).save(file, "JPEG")


def _write_sparse(work: Path, centres: NDArray[np.float64]) -> None:
    model = pycolmap.Reconstruction()
    focal_px = FOCAL_PX * PREPARED_PX[0] / ORIGINAL_PX[0]
    camera = pycolmap.Camera(
        model="SIMPLE_RADIAL", width=PREPARED_PX[0], height=PREPARED_PX[1], params=[focal_px, 32, 24, 0.01], camera_id=1
    )
    model.add_camera_with_trivial_rig(camera)
    corners = np.unique(cube()[0], axis=0).astype(np.float64)
    for number, centre in enumerate(centres, start=1):
        rotation = _rotation(centre)
        pose = pycolmap.Rigid3d(pycolmap.Rotation3d(rotation), -rotation @ centre)
        seen = [pycolmap.Point2D(camera.img_from_cam(pose * corner)) for corner in corners]
        image = pycolmap.Image(name=PHOTOS[number - 1], points2D=seen, camera_id=1, image_id=number)
        model.add_image_with_trivial_frame(image, pose)
    for number, corner in enumerate(corners):
        elements = [pycolmap.TrackElement(image, number) for image in range(1, len(centres) + 1)]
        model.add_point3D(corner, pycolmap.Track(elements), np.array([200, 120, 60], np.uint8))
    (work / "sparse").mkdir()
    model.write_binary(work / "sparse")


def _check() -> dict[str, Any]:
    photos = [
        {
            "path": path, "image": path, "size": 1000, "md5": "0" * 32,
            "width": ORIGINAL_PX[0], "height": ORIGINAL_PX[1],
            "work_width": PREPARED_PX[0], "work_height": PREPARED_PX[1],
            "camera": "Acme <Cam> 24mm@128x96", "focal_px": 158.0, "focal_source": "exif35", "taken_utc": None,
            "lat": None, "lon": None, "alt": None, "orientation": 1, "sharpness": 1.0 if number else 0.1,
            "phash": "0" * 64, "mean_luma": 120.0,
        }
        for number, path in enumerate(PHOTOS)
    ]  # fmt: skip
    excluded = {
        "path": "x<img src=x>.jpg", "kind": "empty", "summary": "The file is empty (0 bytes).", "remedy": "Copy it.",
    }  # fmt: skip
    return {"photos": photos, "excluded": [excluded], "warnings": [], "work_size_px": PREPARED_PX[0]}


def _alignment(centres: NDArray[np.float64], with_gps: bool) -> dict[str, Any]:
    matrix = [[80.0, 0, 32.0], [0, 80.0, 24.0], [0, 0, 1]]
    aligned = [
        {
            "image": path, "path": path, "width": PREPARED_PX[0], "height": PREPARED_PX[1], "K": matrix,
            "center": list(centre), "observations": TIE_POINTS,
        }
        for path, centre in zip(PHOTOS, centres.tolist(), strict=False)
    ]  # fmt: skip
    crs = {"frame": "ENU", "epsg": "EPSG:4979", "origin": ORIGIN}
    warning = {"kind": "unaligned", "summary": "1 photo stayed out.", "remedy": "Add photos.", "photos": [PHOTOS[-1]]}
    return {
        "photos_total": len(PHOTOS),
        "aligned": aligned,
        "unaligned": [{"image": PHOTOS[-1], "path": PHOTOS[-1], "reason": "Too few matches."}],
        "other_models": [],
        "tie_points": TIE_POINTS,
        "reprojection_error_px": {"mean": 0.5, "max": math.pi},
        "gsd_m": 0.0213 if with_gps else None,
        "scale": {"source": "gps", "metres_per_unit": 1.0} if with_gps else {"source": "none", "metres_per_unit": None},
        "crs": crs if with_gps else {"frame": "local", "epsg": None, "origin": None},
        "scene_box": {"min": [-1, -1, -1], "max": [1, 1, 1]},
        "views": [],
        "retry": None,
        "warnings": [warning],
    }


def _write_mesh(work: Path) -> None:
    vertices, faces, uv = cube()
    folder = work / "texture"
    folder.mkdir()
    np.savez(folder / "mesh.npz", vertices=vertices, faces=faces, uv=uv)
    colours = np.array(
        [[[220, 40, 40], [40, 200, 40], [40, 60, 220]], [[200, 200, 40], [200, 40, 200], [40, 200, 200]]]
    )
    cells = np.kron(colours[::-1], np.ones((32, 32, 1))).astype(np.uint8)
    Image.fromarray(cells).save(folder / "atlas.jpg", quality=95, subsampling=0)
    _write(folder / "texture.json", {"faces": FACES, "texture_px": [96, 64], "dropped_share": 0.021})


def _write_cloud(path: Path) -> None:
    grid = np.linspace(-0.5, 0.5, 12)
    x, y = np.meshgrid(grid, grid)
    top = np.stack([x.ravel(), y.ravel(), np.ones(x.size)], 1)
    floats, colours = ("x", "y", "z", "nx", "ny", "nz"), ("red", "green", "blue")
    records = np.zeros(len(top), [(axis, "<f4") for axis in floats] + [(colour, "u1") for colour in colours])
    for column, axis in enumerate("xyz"):
        records[axis] = top[:, column]
    records["nz"], records["green"] = 1, 180
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {len(top)}"]
    lines += [f"property float {axis}" for axis in floats]
    lines += [f"property uchar {colour}" for colour in colours]
    path.write_bytes("\n".join([*lines, "end_header", ""]).encode() + records.tobytes())


def _write_manifests(work: Path) -> None:
    for key, finished, seconds in (
        ("check/0000", 102.0, 2.0), ("features/0000", 110.0, 4.0), ("features/0001", 111.0, 4.0),
        ("alignment/0000", 120.0, 5.0), ("texture/bake", 140.0, 10.0),
    ):  # fmt: skip
        manifest = {
            "key": key, "digest": "", "outputs": {}, "seconds": seconds, "cpu_seconds": seconds + 1,
            "peak_memory_bytes": 10_000_000 + int(finished), "process": 1, "finished": finished,
        }  # fmt: skip
        _write(work / "manifests" / f"{key}.json", manifest)
