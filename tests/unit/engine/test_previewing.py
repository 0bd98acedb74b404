"""The preview of a running job: points where the surface is, cameras as aligned, and never a reason to fail."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tiepoint.adapters.files.preview_store import FolderPreviewStore
from tiepoint.domain.preview import CameraState, Preview
from tiepoint.engine.dense.cloud_file import CloudFile
from tiepoint.engine.dense.depth_map import DepthMap
from tiepoint.engine.dense.points import Points
from tiepoint.engine.dense.views import ViewGeometry, view_path, write_view
from tiepoint.engine.job_folder import write_json
from tiepoint.engine.meshing.ply import columns, read_records
from tiepoint.engine.previewing import depth_maps
from tiepoint.engine.previewing.alignment import preview_alignment
from tiepoint.engine.previewing.depth_maps import preview_began, preview_depth_map
from tiepoint.engine.previewing.files import CAMERAS, MOST_POINTS, facts_path, folder_of, read_facts
from tiepoint.engine.previewing.point_cloud import preview_point_cloud

SIZE = (80, 60)
BOX = {"min": [-50.0, -50.0, 0.0], "max": [50.0, 50.0, 20.0]}
IMAGES = ("a.jpg", "in a folder/b.jpg")


def _look_down(centre: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Camera from job frame for a camera that looks straight down: x right, y down (south), z down."""
    rotation = np.array([[1.0, 0, 0], [0, -1, 0], [0, 0, -1]])
    return rotation, -rotation @ np.array(centre)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Two cameras 10 above a plane at height 5, with a preview of their alignment."""
    work = tmp_path / "job" / "work"
    cameras = []
    for number, image in enumerate(IMAGES):
        rotation, translation = _look_down((float(number), 2.0, 15.0))
        matrix = np.array([[100.0, 0, 40], [0, 100, 30], [0, 0, 1]])
        view = ViewGeometry(matrix[None], rotation[None], translation[None], np.zeros((0, 3)), np.array([0.01, 1]))
        write_view(view_path(work, image), view)
        path = work / "undistorted" / "images" / image
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", SIZE, (200, 100, 0)).save(path)
        cameras.append({"photo": f"photos of {image}", "center": [number, 2, 15]})
        cameras[-1] |= {"rotation": rotation.T.ravel().tolist(), "size_px": list(SIZE), "focal_px": 100.0}
    facts: dict[str, Any] = {
        "stage": "alignment",
        "cloud": "cloud.ply",
        "points": 0,
        "photos_done": 2,
        "photos_total": 2,
    }
    facts |= {"cameras": CAMERAS, "images": list(IMAGES), "states": "ww"}
    write_json(folder_of(work) / CAMERAS, {"cameras": cameras})
    write_json(facts_path(work), {**facts, "views": list(IMAGES), "scene_box": BOX})
    return work


def _map(depth: float = 10.0) -> DepthMap:
    shape = (SIZE[1], SIZE[0])
    return DepthMap(np.full(shape, depth, np.float32), np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32))


def _places(work: Path) -> np.ndarray:
    return columns(read_records(folder_of(work) / "cloud.ply", "vertex"), ("x", "y", "z"))


async def test_points_lie_where_the_depth_map_says(work: Path) -> None:
    preview_began(work, IMAGES[0])
    preview_began(work, IMAGES[1])
    preview_depth_map(work, IMAGES[0], _map())
    places = _places(work)
    assert len(places) > 1000
    assert np.allclose(places[:, 2], 5.0, atol=1e-4)
    assert places[:, 0].min() == pytest.approx(0 - 40 * 0.1, abs=0.11)
    assert places[:, 1].max() == pytest.approx(2 + 30 * 0.1, abs=0.11)
    colours = read_records(folder_of(work) / "cloud.ply", "vertex")
    assert abs(int(colours["red"][0]) - 200) < 4
    assert int(colours["blue"][0]) < 4
    preview = await _read(work)
    assert (preview.stage, preview.photos_done, preview.photos_total) == ("depth_maps", 1, 2)
    assert [camera.state for camera in preview.cameras] == [CameraState.DONE, CameraState.RUNNING]
    assert preview.points == len(places)


async def _read(work: Path) -> Preview:
    preview = await FolderPreviewStore().read(work.parent)
    assert preview is not None
    return preview


async def test_the_last_map_is_always_in_it_and_others_wait_a_moment(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(depth_maps, "age_s", lambda _: 0.1)
    write_json(facts_path(work), {**read_facts(work), "stage": "depth_maps", "views": [*IMAGES, "c.jpg"]})
    preview_depth_map(work, IMAGES[0], _map())
    assert not (folder_of(work) / "cloud.ply").exists()
    write_json(facts_path(work), {**read_facts(work), "views": list(IMAGES)})
    preview_depth_map(work, IMAGES[1], _map())
    preview = await _read(work)
    assert preview.photos_done == 2
    assert {camera.state for camera in preview.cameras} == {CameraState.DONE}


def test_what_is_outside_the_scene_or_bad_is_left_out(work: Path) -> None:
    bad = _map()
    bad.cost[:] = 0.9
    preview_depth_map(work, IMAGES[0], bad)
    preview_depth_map(work, IMAGES[1], _map(depth=30.0))
    assert len(_places(work)) == 0


def test_the_fused_cloud_is_thinned(work: Path, tmp_path: Path) -> None:
    count = 2 * MOST_POINTS + 5
    places = np.random.default_rng(1).uniform(0, 10, (count, 3)).astype(np.float32)
    with CloudFile(tmp_path / "fused.ply") as cloud:
        cloud.add(Points(places, places, np.full((count, 3), 7, np.uint8), np.ones(count, np.float32)))
        cloud.save()
    preview_point_cloud(work, tmp_path / "fused.ply", count)
    found = _places(work)
    assert MOST_POINTS / 2 < len(found) <= MOST_POINTS
    assert np.array_equal(found, places[::3])
    assert read_facts(work)["stage"] == "point_cloud"


@pytest.mark.parametrize("broken", ["facts", "view", "photo", "folder"])
def test_nothing_that_goes_wrong_is_raised(work: Path, broken: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    if broken == "facts":
        facts_path(work).write_text("{")
    elif broken == "view":
        view_path(work, IMAGES[0]).write_bytes(b"broken")
    elif broken == "photo":
        (work / "undistorted" / "images" / IMAGES[0]).write_bytes(b"broken")
    else:
        (folder_of(work) / "parts").write_text("a file where a folder should be")
    preview_began(work, IMAGES[0])
    preview_depth_map(work, IMAGES[0], _map())
    preview_point_cloud(work, work / "missing.ply", 5)
    preview_alignment(work)
    assert "no preview of" in caplog.text


def test_tie_points_and_cameras_are_in_the_frame_of_the_model(tmp_path: Path) -> None:
    pycolmap = pytest.importorskip("pycolmap")
    options = pycolmap.SyntheticDatasetOptions()
    options.num_rigs, options.num_cameras_per_rig, options.num_frames_per_rig, options.num_points3D = 1, 1, 4, 80
    model = pycolmap.synthesize_dataset(options)
    (tmp_path / "sparse").mkdir()
    model.write(tmp_path / "sparse")
    images = sorted(model.images.values(), key=lambda image: str(image.name))
    aligned = [{"image": i.name, "path": f"{i.name}.tif", "center": i.projection_center().tolist()} for i in images]
    views = [{"image": image.name, "sources": ["x"], "depth_min": 1.0, "depth_max": 9.0} for image in images[:3]]
    alignment = {"aligned": aligned, "photos_total": 5, "views": views, "scene_box": None, "scale": {"source": "gps"}}
    write_json(tmp_path / "alignment.json", alignment)
    preview_alignment(tmp_path)
    facts = json.loads(facts_path(tmp_path).read_text())
    assert (facts["photos_done"], facts["photos_total"], facts["has_scale"]) == (4, 5, True)
    assert facts["points"] == len(_places(tmp_path)) > 20
    known = np.array([point.xyz for point in model.points3D.values()])
    for place in _places(tmp_path)[:20]:
        assert np.linalg.norm(known - place, axis=1).min() < 1e-4
    cameras = json.loads((folder_of(tmp_path) / CAMERAS).read_text())["cameras"]
    assert facts["states"] == "wwww"
    forward = np.array(cameras[0]["rotation"]).reshape(3, 3)[:, 2]
    assert np.allclose(forward, images[0].cam_from_world().rotation.matrix()[2], atol=1e-6)
