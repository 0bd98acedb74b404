"""Jobs that start at undistortion: from a sparse model, or from the true cameras of a generated scene."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from synthetic_scene import Scene
from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.sfm.scene_box import scene_box
from tiepoint.engine.sfm.source_views import source_views
from tiepoint.engine.sfm.tie_points import tie_points_of
from tiepoint.engine.task import run_task


def job_from_model(root: Path, photos: Path, sparse: Path, *, preset: str) -> JobFolder:
    """Return a job whose photos and sparse model are given; the photos are linked, not copied."""
    import pycolmap

    job = JobFolder.create(root, capture_folder=photos, name="benchmark", preset=preset, changes={})
    (job.work / "photos").symlink_to(photos, target_is_directory=True)
    (job.work / "sparse").symlink_to(sparse, target_is_directory=True)
    _describe(job, pycolmap.Reconstruction(sparse))
    return job


def job_from_truth(root: Path, photos: Path, scene: Scene, *, preset: str) -> JobFolder:
    """Return a job with the true cameras, and tie points drawn from the true surface."""

    job = JobFolder.create(root, capture_folder=photos, name="benchmark", preset=preset, changes={})
    (job.work / "photos").symlink_to(photos, target_is_directory=True)
    model = _true_model(scene)
    (job.work / "sparse").mkdir()
    model.write(job.work / "sparse")
    _describe(job, model)
    return job


def run_stage(job: JobFolder, stage: ModuleType) -> list[float]:
    """Run a stage's tasks one after the other and return the CPU seconds of each."""
    return [run_task(job.work, task, lambda done, total: None)["cpu_seconds"] for task in stage.plan(job)]


def _describe(job: JobFolder, model: Any) -> None:
    tie_points = tie_points_of(model)
    aligned = [
        {"image": image, "center": center.tolist()}
        for image, center in zip(tie_points.images, tie_points.centers, strict=True)
    ]
    views = source_views(tie_points, job.parameters.depth_sources)
    content = {"aligned": aligned, "views": views, "scene_box": scene_box(tie_points)}
    write_json(job.work / "alignment.json", content)


def _true_model(scene: Scene) -> Any:
    import pycolmap

    model = pycolmap.Reconstruction()
    size = (scene.focal_px, scene.width, scene.height)
    camera = pycolmap.Camera.create_from_model_name(1, "PINHOLE", *size)
    model.add_camera_with_trivial_rig(camera)
    points = scene.visible_blob_points(3)
    chosen = points[np.random.default_rng(5).choice(len(points), min(3000, len(points)), replace=False)]
    sights = [scene.sights(pose, chosen) for pose in scene.poses]
    for number, (pose, (pixels, seen)) in enumerate(zip(scene.poses, sights, strict=True), 1):
        rigid = pycolmap.Rigid3d(pycolmap.Rotation3d(pose.rotation), -pose.rotation @ pose.centre)
        corners = [pycolmap.Point2D(pixel + 0.5) for pixel in pixels[seen]]
        image = pycolmap.Image(name=pose.name, points2D=corners, camera_id=1, image_id=number)
        model.add_image_with_trivial_frame(image, rigid)
    ranks = [np.cumsum(seen) - 1 for _, seen in sights]
    for index, point in enumerate(chosen):
        elements = [
            pycolmap.TrackElement(number, int(ranks[number - 1][index]))
            for number in range(1, len(sights) + 1)
            if sights[number - 1][1][index]
        ]
        model.add_point3D(point, pycolmap.Track(elements), np.zeros(3, np.uint8))
    return model
