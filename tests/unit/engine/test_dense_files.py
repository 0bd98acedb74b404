"""Files of the dense stages: COLMAP arrays, views, undistorted photos, the point cloud."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.dense.cloud_file import CloudFile
from tiepoint.engine.dense.colmap_arrays import read_array, write_array
from tiepoint.engine.dense.plane_field import SplitRows, refine_grid
from tiepoint.engine.dense.points import Points, within_box
from tiepoint.engine.dense.thinning import Thinning
from tiepoint.engine.dense.undistorting import Undistorter, read_picture, undistorted_camera
from tiepoint.engine.dense.views import ViewGeometry, read_view, write_view


@pytest.mark.parametrize("shape", [(3, 5), (4, 2, 3), (1, 1)])
def test_colmap_arrays_come_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    write_array(tmp_path / "a.bin", array)
    np.testing.assert_array_equal(read_array(tmp_path / "a.bin"), array)


def test_colmap_layout_is_width_height_channels_then_planes(tmp_path: Path) -> None:
    array = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    write_array(tmp_path / "a.bin", array)
    content = (tmp_path / "a.bin").read_bytes()
    assert content.startswith(b"2&2&3&")
    assert np.frombuffer(content[6:], "<f4").tolist() == [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]


def test_a_file_without_header_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="header"):
        read_array(tmp_path / "a.bin")


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(TypeError), replaced(path) as file:
        file.write("no bytes")  # type: ignore[arg-type]
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_views_come_back_and_a_broken_one_is_an_engine_failure(tmp_path: Path) -> None:
    view = ViewGeometry(
        np.ones((2, 3, 3)), np.ones((2, 3, 3)), np.zeros((2, 3)), np.zeros((0, 3)), np.array([0.1, 1.0])
    )
    path = tmp_path / "sub" / "1.jpg.npz"
    write_view(path, view)
    np.testing.assert_array_equal(read_view(path).bounds, view.bounds)
    path.write_bytes(b"broken")
    with pytest.raises(EngineFailure):
        read_view(path)


@given(st.integers(1, 90), st.integers(1, 40))
def test_split_rows_join_again(width: int, height: int) -> None:
    image = np.arange(width * height, dtype=np.float32).reshape(height, width)
    layout = SplitRows(width, height)
    np.testing.assert_array_equal(layout.join(layout.split(image, -1.0)), image)


def test_planes_stay_the_same_planes_on_a_finer_grid() -> None:
    down, across = np.mgrid[:6, :8].astype(np.float32)
    coarse = [1 + 0.1 * across + 0.2 * down, np.full((6, 8), 0.1, np.float32), np.full((6, 8), 0.2, np.float32)]
    fine = refine_grid(coarse, 16, 12)
    expected = 1 + 0.1 * ((np.arange(16) + 0.5) / 2 - 0.5)[None] + 0.2 * ((np.arange(12) + 0.5) / 2 - 0.5)[:, None]
    np.testing.assert_allclose(fine[0], expected, atol=1e-5)
    np.testing.assert_allclose(fine[1], 0.05, atol=1e-6)


def _camera(width: int, height: int, k: float = 0.0):  # type: ignore[no-untyped-def]
    pycolmap = pytest.importorskip("pycolmap")
    camera = pycolmap.Camera.create_from_model_name(1, "SIMPLE_RADIAL", 0.9 * width, width, height)
    camera.params = [0.9 * width, width / 2, height / 2, k]
    return camera


@pytest.mark.parametrize("size_px", [0, 100, 40])
def test_without_distortion_the_copy_is_the_photo_made_smaller(tmp_path: Path, size_px: int) -> None:
    ramp = np.add.outer(np.arange(150), np.arange(200)) * 0.6
    Image.fromarray(np.repeat(ramp[..., None], 3, axis=2).astype(np.uint8)).save(tmp_path / "ö.jpg", quality=98)
    camera = _camera(200, 150)
    Undistorter(camera, size_px).undistort(tmp_path / "ö.jpg", tmp_path / "out" / "ö.jpg")
    copy = read_picture(tmp_path / "out" / "ö.jpg", 0)
    target = undistorted_camera(camera, size_px)
    assert copy.shape == (target.height, target.width)
    assert max(copy.shape) == pytest.approx(size_px or 200, abs=2)
    columns = (np.arange(target.width) + 0.5 - target.principal_point_x) / target.focal_length_x * 180 + 99.5
    rows = (np.arange(target.height) + 0.5 - target.principal_point_y) / target.focal_length_y * 180 + 74.5
    expected = np.add.outer(rows, columns) * 0.6
    assert np.abs(copy - expected)[2:-2, 2:-2].max() < 3


def test_the_copy_carries_no_orientation_tag(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (80, 60), "red").save(tmp_path / "a.jpg", exif=exif)
    Undistorter(_camera(80, 60, 0.02), 0).undistort(tmp_path / "a.jpg", tmp_path / "b.jpg")
    with Image.open(tmp_path / "b.jpg") as copy:
        assert not dict(copy.getexif())
        assert copy.width > copy.height


def _points(count: int, footprint: float) -> Points:
    generator = np.random.default_rng(2)
    positions = generator.uniform(-1, 1, (count, 3)).astype(np.float32)
    normals = np.tile(np.array([0, 0, 1], np.float32), (count, 1))
    return Points(positions, normals, np.full((count, 3), 9, np.uint8), np.full(count, footprint, np.float32))


def test_thinning_keeps_one_point_per_cell_over_all_photos() -> None:
    thinning = Thinning(1.0)
    points = _points(20_000, 0.25)
    first = thinning.new_points(points)
    cells = np.unique(np.floor(points.positions / 0.25), axis=0)
    assert len(first.positions) == len(cells)
    assert len(thinning.new_points(points).positions) == 0


def test_thinning_grows_without_forgetting() -> None:
    thinning = Thinning(1.0)
    points = _points(200_000, 1e-3)
    kept = thinning.new_points(points)
    assert len(kept.positions) > 199_000
    assert len(thinning.new_points(points).positions) == 0


def test_the_scene_box_crops() -> None:
    points = _points(1000, 1.0)
    inside = within_box(points, {"min": [0, 0, 0], "max": [1, 1, 1]})
    assert 60 < len(inside.positions) < 190
    assert inside.positions.min() >= 0
    assert within_box(points, None) is points


def test_the_cloud_opens_elsewhere(tmp_path: Path) -> None:
    trimesh = pytest.importorskip("trimesh")
    points = _points(5, 1.0)
    with CloudFile(tmp_path / "fused.ply") as cloud:
        cloud.add(points)
        cloud.add(points)
        cloud.save()
    loaded = trimesh.load(tmp_path / "fused.ply", process=False)
    np.testing.assert_allclose(loaded.vertices, np.vstack([points.positions] * 2), atol=1e-6)
    assert loaded.colors[0].tolist() == [9, 9, 9, 255]
    assert [path.name for path in tmp_path.iterdir()] == ["fused.ply"]


def test_a_cloud_that_is_not_saved_leaves_nothing(tmp_path: Path) -> None:
    with CloudFile(tmp_path / "fused.ply") as cloud:
        cloud.add(_points(5, 1.0))
    assert list(tmp_path.iterdir()) == []
