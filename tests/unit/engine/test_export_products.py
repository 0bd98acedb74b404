"""The export stage over a fake work folder: every product is there, whole, and says the same as the others."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap
import pytest
import trimesh
from PIL import Image

from fakes.work_folder import FACES, FOCAL_PX, ORIGIN, ORIGINAL_PX, PHOTOS, TIE_POINTS, cube, make_job
from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.geodesy import ecef_from_geodetic, geodetic_from_ecef, geodetic_from_enu
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.products.model import face_count, jpeg_size_px, read_model
from tiepoint.engine.products.obj import decimals
from tiepoint.engine.stages import export
from tiepoint.engine.task import is_done, run_task


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    made = make_job(tmp_path_factory.mktemp("export") / "job")
    for task in export.plan(made):
        run_task(made.work, task, lambda done, total: None)
    return made


def _glb(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    magic, version, total = struct.unpack_from("<4sII", data)
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length, kind = struct.unpack_from("<I4s", data, 12)
    assert kind == b"JSON"
    assert length % 4 == 0
    binary_length, kind = struct.unpack_from("<I4s", data, 20 + length)
    assert kind == b"BIN\0"
    assert 28 + length + binary_length == len(data)
    return json.loads(data[20 : 20 + length]), data[28 + length :]


def test_every_task_is_done_after_its_run(job: JobFolder) -> None:
    assert all(is_done(job.work, task) for task in export.plan(job))


def test_glb_opens_in_trimesh_with_uv_and_texture(job: JobFolder) -> None:
    mesh = trimesh.load_mesh(job.products / "model.glb", process=False)
    vertices, _, uv = cube()
    assert len(mesh.faces) == FACES
    np.testing.assert_allclose(mesh.vertices, np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], 1), atol=1e-6)
    np.testing.assert_allclose(mesh.visual.uv, uv, atol=1e-6)
    assert mesh.visual.material.baseColorTexture.size == (96, 64)
    assert mesh.visual.material.metallicFactor == 0
    assert mesh.visual.material.roughnessFactor == 1
    assert mesh.is_winding_consistent
    assert mesh.volume == pytest.approx(1.0)


def test_glb_structure_keeps_the_rules(job: JobFolder) -> None:
    document, binary = _glb(job.products / "model.glb")
    assert document["buffers"] == [{"byteLength": len(binary)}]
    sizes = {5123: 2, 5125: 4, 5126: 4}
    widths = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}
    for accessor in document["accessors"]:
        view = document["bufferViews"][accessor["bufferView"]]
        assert view["byteOffset"] % 4 == 0
        assert view["byteLength"] == accessor["count"] * sizes[accessor["componentType"]] * widths[accessor["type"]]
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    position = document["accessors"][attributes["POSITION"]]
    view = document["bufferViews"][position["bufferView"]]
    values = np.frombuffer(binary, "<f4", 3 * position["count"], view["byteOffset"]).reshape(-1, 3)
    assert position["min"] == values.min(0).tolist()
    assert position["max"] == values.max(0).tolist()
    normal = document["accessors"][attributes["NORMAL"]]
    start = document["bufferViews"][normal["bufferView"]]["byteOffset"]
    normals = np.frombuffer(binary, "<f4", 3 * normal["count"], start).reshape(-1, 3)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)


def test_glb_holds_the_jpeg_as_it_is(job: JobFolder) -> None:
    document, binary = _glb(job.products / "model.glb")
    view = document["bufferViews"][document["images"][0]["bufferView"]]
    embedded = binary[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]
    assert embedded == (job.work / "texture/atlas.jpg").read_bytes()
    assert document["asset"]["extras"]["tiepoint"]["crs"]["origin"] == ORIGIN


def test_obj_has_the_job_frame_and_its_texture(job: JobFolder) -> None:
    text = (job.products / "model.obj").read_text()
    assert "z up" in text.splitlines()[1]
    mesh = trimesh.load_mesh(job.products / "model.obj", process=False)
    assert len(mesh.faces) == FACES
    assert mesh.bounds[1].tolist() == [0.5, 0.5, 1.0]
    assert mesh.visual.uv is not None
    assert (job.products / "model_texture.jpg").read_bytes() == (job.work / "texture/atlas.jpg").read_bytes()
    assert "map_Kd model_texture.jpg" in (job.products / "model.mtl").read_text()


@pytest.mark.parametrize(("largest", "digits"), [(0.001, 9), (0.9, 8), (50.0, 6), (4000.0, 4), (1e7, 3)])
def test_obj_digits_keep_a_float32(largest: float, digits: int) -> None:
    assert decimals(np.array([[largest, 0, 0]], np.float32)) == digits


def test_cloud_keeps_its_points_and_says_its_frame(job: JobFolder) -> None:
    before, after = (trimesh.load(path) for path in (job.work / "fused.ply", job.products / "cloud.ply"))
    np.testing.assert_array_equal(before.vertices, after.vertices)
    assert b"comment axes: x east, y north, z up; unit: metres" in (job.products / "cloud.ply").read_bytes()[:400]


def test_cameras_are_those_of_the_original_photos(job: JobFolder) -> None:
    document = json.loads((job.products / "cameras.json").read_text(encoding="utf-8"))
    aligned = {entry["path"]: entry for entry in document["cameras"] if entry["aligned"]}
    assert set(aligned) == set(PHOTOS[:-1])
    assert document["cameras"][-1] == {"path": PHOTOS[-1], "aligned": False, "reason": "Too few matches."}
    first = aligned[PHOTOS[0]]
    assert (first["width"], first["height"]) == ORIGINAL_PX
    assert first["focal_px"] == [FOCAL_PX]
    assert first["principal_point_px"] == [64.0, 48.0]
    assert first["distortion"] == {"k": 0.01}
    rotation, position = np.array(first["rotation"]), np.array(first["position"])
    np.testing.assert_allclose(-rotation @ position, first["translation"], atol=1e-5)
    assert first["lat"] == pytest.approx(ORIGIN["lat"], abs=1e-3)
    assert first["alt"] == pytest.approx(ORIGIN["alt"] + 2, abs=1e-3)


def test_colmap_model_projects_in_the_original_photos(job: JobFolder) -> None:
    model = pycolmap.Reconstruction(job.products / "colmap")
    assert sorted(image.name for image in model.images.values()) == sorted(PHOTOS[:-1])
    assert model.num_points3D() == TIE_POINTS
    camera = next(iter(model.cameras.values()))
    assert (camera.width, camera.height) == ORIGINAL_PX
    model.update_point_3d_errors()
    assert model.compute_mean_reprojection_error() < 1e-6


def test_preview_shows_the_cube_and_nothing_around_it(job: JobFolder) -> None:
    with Image.open(job.products / "preview.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape == (1200, 1600, 3)
    coloured = (pixels.max(2) - pixels.min(2)) > 60
    assert 0.25 < coloured.mean() < 0.8
    assert not coloured[:, :20].any()
    assert not coloured[-10:].any()


def test_export_without_gps_says_that_the_scale_is_unknown(tmp_path: Path) -> None:
    job = make_job(tmp_path / "job", with_gps=False)
    for task in export.plan(job):
        if task.key != "export/preview":
            run_task(job.work, task, lambda done, total: None)
    document = json.loads((job.products / "cameras.json").read_text(encoding="utf-8"))
    assert "arbitrary" in document["frame"]["unit"]
    assert "lat" not in document["cameras"][0]
    assert "arbitrary" in (job.products / "model.obj").read_text()[:200]


def test_a_broken_mesh_is_refused(tmp_path: Path) -> None:
    job = make_job(tmp_path / "job")
    path = job.work / "texture/mesh.npz"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(EngineFailure, match="missing or broken"):
        read_model(job.work)
    with pytest.raises(EngineFailure, match="missing or broken"):
        face_count(path)
    vertices, faces, uv = cube()
    np.savez(path, vertices=vertices, faces=faces + 20, uv=uv)
    with pytest.raises(EngineFailure, match="broken"):
        read_model(job.work)
    np.savez(path, vertices=vertices, faces=faces[:0], uv=uv)
    with pytest.raises(EngineFailure, match="empty"):
        read_model(job.work)


def test_jpeg_size_is_read_from_the_header(tmp_path: Path) -> None:
    for progressive in (False, True):
        Image.new("RGB", (37, 21)).save(tmp_path / "a.jpg", progressive=progressive)
        assert jpeg_size_px(tmp_path / "a.jpg") == (37, 21)
    (tmp_path / "b.jpg").write_bytes(b"no jpeg")
    with pytest.raises(EngineFailure):
        jpeg_size_px(tmp_path / "b.jpg")


@pytest.mark.parametrize(
    "place", [(46.8, -91.99, 198.0), (-33.9, 151.2, -20.0), (89.9999, 10.0, 3000.0), (0.0, 180.0, 0.0)]
)
def test_geodesy_returns_where_it_started(place: tuple[float, float, float]) -> None:
    lat, lon, height = geodetic_from_ecef(*ecef_from_geodetic(*place))
    assert (lat, height) == (pytest.approx(place[0], abs=1e-11), pytest.approx(place[2], abs=1e-6))
    assert abs(lon) == pytest.approx(abs(place[1]), abs=1e-11)


def test_geodesy_moves_north_and_up() -> None:
    lat, lon, height = geodetic_from_enu((0, 111.2, 5), (45.0, 7.0, 100.0))
    assert lat == pytest.approx(45.001, abs=2e-6)
    assert lon == pytest.approx(7.0, abs=1e-9)
    assert height == pytest.approx(105.001, abs=1e-2)
