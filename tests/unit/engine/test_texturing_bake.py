"""The whole texture stage on a flat wall and two photos of it, one of them darker."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.meshing import ply
from tiepoint.engine.stages import texture
from tiepoint.engine.task import run_task

FOCAL_PX, WIDTH, HEIGHT, AWAY = 300.0, 320, 240, 4.0


def wall_colour(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.stack([120 + 40 * np.sin(4 * x), 130 + 40 * np.cos(5 * y), 110 + 30 * np.sin(3 * (x + y))], axis=-1)


def photo(centre_x: float, brightness: float) -> NDArray[np.uint8]:
    column, row = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    x = (column - WIDTH / 2) / FOCAL_PX * AWAY + centre_x
    y = (row - HEIGHT / 2) / FOCAL_PX * AWAY
    return np.rint(wall_colour(x, y) * brightness).astype(np.uint8)


def wall() -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    x, y = np.meshgrid(np.linspace(-3.3, 3.3, 45), np.linspace(-1.2, 1.2, 25))
    vertices = np.stack([x.ravel(), y.ravel(), np.full(x.size, AWAY)], axis=1).astype(np.float32)
    corner = (np.arange(24)[:, None] * 45 + np.arange(44)).ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + 45, corner + 1], axis=1), np.stack([corner + 45, corner + 46, corner + 1], axis=1)]
    )
    return vertices, faces.astype(np.int32)


def job_with_wall(root: Path) -> JobFolder:
    job = JobFolder.create(root, capture_folder=root, name="wall", preset="draft", changes={})
    model = pycolmap.Reconstruction()
    camera = pycolmap.Camera(
        camera_id=1, model="PINHOLE", width=WIDTH, height=HEIGHT, params=[FOCAL_PX, FOCAL_PX, WIDTH / 2, HEIGHT / 2]
    )
    model.add_camera_with_trivial_rig(camera)
    (job.work / "photos").mkdir()
    for number, (name, centre_x, brightness) in enumerate((("left.png", -0.6, 1.0), ("right.png", 0.6, 0.8)), start=1):
        pose = pycolmap.Rigid3d(pycolmap.Rotation3d(), np.array([-centre_x, 0, 0]))
        model.add_image_with_trivial_frame(pycolmap.Image(image_id=number, name=name, camera_id=1), pose)
        cv2.imwrite(str(job.work / "photos" / name), photo(centre_x, brightness))
    (job.work / "sparse").mkdir()
    model.write(str(job.work / "sparse"))
    (job.work / "mesh").mkdir()
    ply.write_mesh(job.work / "mesh/clean.ply", *wall())
    write_json(job.work / "alignment.json", {"aligned": [{"image": "left.png"}, {"image": "right.png"}]})
    return job


def test_a_wall_is_textured_without_a_seam(tmp_path: Path) -> None:
    job = job_with_wall(tmp_path / "job")
    (task,) = texture.plan(job)
    assert task.isolated
    steps: list[tuple[int, int | None]] = []
    run_task(job.work, task, lambda done, total: steps.append((done, total)))
    assert steps[-1] == (6, 6)
    facts = json.loads((job.work / "texture/texture.json").read_text())
    mesh = np.load(job.work / "texture/mesh.npz")
    atlas = cv2.imread(str(job.work / "texture/atlas.jpg"))
    assert facts["faces"] == len(mesh["faces"])
    assert facts["charts"] == 2
    assert facts["texture_px"] == [atlas.shape[1], atlas.shape[0]]
    assert 0 < facts["dropped_share"] < 0.4  # the wall's ends are in neither photo
    assert mesh["vertices"].dtype == np.float32
    assert mesh["faces"].dtype == np.int32
    assert mesh["uv"].min() >= 0
    assert mesh["uv"].max() <= 1
    middle, uv = (mesh[name][mesh["faces"]].mean(axis=1) for name in ("vertices", "uv"))
    column, row = uv[:, 0] * atlas.shape[1], (1 - uv[:, 1]) * atlas.shape[0]
    shown = atlas[row.astype(int), column.astype(int)].astype(float)
    ratio = (shown / wall_colour(middle[:, 0], middle[:, 1])).mean(axis=1)
    left, right = np.median(ratio[middle[:, 0] < 0]), np.median(ratio[middle[:, 0] > 0])
    assert abs(left - right) < 0.08  # 0.2 before levelling
    near = np.abs(middle[:, 0]) < 0.3
    assert np.ptp(ratio[near]) < 0.1
