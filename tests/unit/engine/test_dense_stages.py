"""Planning of the dense stages, and undistortion of a synthetic model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tiepoint.engine.dense.views import read_view, view_path
from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.stages import depth_maps, point_cloud, undistortion
from tiepoint.engine.task import run_task

VIEWS = [
    {"image": "a.jpg", "sources": ["b.jpg", "c.jpg", "d.jpg"], "depth_min": 1.0, "depth_max": 9.0},
    {"image": "b.jpg", "sources": ["a.jpg"], "depth_min": 1.0, "depth_max": 9.0},
    {"image": "c.jpg", "sources": [], "depth_min": 1.0, "depth_max": 9.0},
]


def _job(tmp_path: Path, views: list[dict[str, Any]], **changes: Any) -> JobFolder:
    job = JobFolder.create(tmp_path / "job", capture_folder=tmp_path, name="n", preset="draft", changes=changes)
    aligned = [{"image": view["image"]} for view in views]
    write_json(job.work / "alignment.json", {"aligned": aligned, "views": views, "scene_box": None})
    return job


def test_planning_loads_no_numerics() -> None:
    code = """
import sys
from tiepoint.engine.stages import undistortion, depth_maps, point_cloud
print(sorted({"numpy", "numba", "cv2", "pycolmap"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_one_depth_map_per_photo_with_sources(tmp_path: Path) -> None:
    tasks = depth_maps.plan(_job(tmp_path, VIEWS, depth_sources=2))
    assert [task.options["image"] for task in tasks] == ["a.jpg", "b.jpg"]
    assert tasks[0].options["sources"] == ["b.jpg", "c.jpg"]
    assert "undistorted/images/d.jpg" not in tasks[0].inputs
    assert all(task.threads == 1 and not task.isolated for task in tasks)


def test_the_cloud_is_one_killable_task_that_reads_every_depth_map(tmp_path: Path) -> None:
    (task,) = point_cloud.plan(_job(tmp_path, VIEWS))
    assert task.isolated
    assert "undistorted/stereo/depth_maps/b.jpg.geometric.bin" in task.inputs
    assert not any("c.jpg" in name for name in task.inputs)


def test_every_aligned_photo_is_undistorted_once(tmp_path: Path) -> None:
    views = [{**VIEWS[2], "image": f"{number}.jpg"} for number in range(200)]
    model, *blocks = undistortion.plan(_job(tmp_path, views))
    images = [image for block in blocks for image in block.options["images"]]
    assert model.key == "undistortion/model"
    assert len(images) == len(set(images)) == 200
    assert len(blocks) <= 32


@pytest.fixture
def synthetic(tmp_path: Path) -> JobFolder:
    """Return a job whose sparse model is made up, with distortion, and whose photos are plain."""
    pycolmap = pytest.importorskip("pycolmap")
    options = pycolmap.SyntheticDatasetOptions()
    options.num_rigs, options.num_cameras_per_rig, options.num_frames_per_rig, options.num_points3D = 1, 1, 3, 60
    options.camera_model_id = pycolmap.CameraModelId.SIMPLE_RADIAL
    options.camera_params = [900.0, 512.0, 384.0, -0.08]
    model = pycolmap.synthesize_dataset(options)
    names = [image.name for image in model.images.values()]
    views = [
        {"image": name, "sources": [n for n in names if n != name], "depth_min": 1.0, "depth_max": 99.0}
        for name in names
    ]
    job = _job(tmp_path, views, depth_size_px=200)
    (job.work / "sparse").mkdir()
    model.write(job.work / "sparse")
    for name in names:
        path = job.work / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (1024, 768), "red").save(path, format="JPEG")
    return job


def test_views_agree_with_the_undistorted_model(synthetic: JobFolder) -> None:
    import pycolmap

    for task in undistortion.plan(synthetic):
        run_task(synthetic.work, task, lambda done, total: None)
    model = pycolmap.Reconstruction(synthetic.work / "undistorted" / "sparse")
    image = next(iter(model.images.values()))
    camera = model.cameras[image.camera_id]
    assert camera.model_name == "PINHOLE"
    with Image.open(synthetic.work / "undistorted" / "images" / image.name) as copy:
        assert copy.size == (camera.width, camera.height)
    view = read_view(view_path(synthetic.work, image.name))
    assert view.intrinsics[0, 0, 2] == pytest.approx(camera.principal_point_x - 0.5)
    seen = [point for point in image.points2D if point.has_point3D()]
    assert len(view.tie_points) > 0.5 * len(seen)
    places = np.array([point.xy for point in seen]) - 0.5
    for x, y, _ in view.tie_points:
        assert np.linalg.norm(places - [x, y], axis=1).min() < 0.05
