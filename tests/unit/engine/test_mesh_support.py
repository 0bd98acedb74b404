"""Cropping the cloud, choosing the octree's depth, and what speaks for a vertex."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pycolmap
import pytest

from tiepoint.engine.meshing import cloud, support
from tiepoint.engine.meshing.views import View


def view(distortion: float = 0.0) -> View:
    camera = pycolmap.Camera(model="SIMPLE_RADIAL", width=40, height=30, params=[40.0, 20.0, 15.0, distortion])
    return View("a", 40, 30, camera, np.eye(3), np.zeros(3), 1.0)


def test_the_box_decides_what_is_kept() -> None:
    points = np.array([[0, 0, 0], [2, 0, 0]], np.float32)
    assert cloud.inside_box(points, {"min": [-1, -1, -1], "max": [1, 1, 1]}).tolist() == [True, False]
    assert cloud.inside_box(points, None).all()


def test_spacing_is_the_distance_to_the_nearest_point() -> None:
    x, y = np.meshgrid(np.arange(10) * 0.5, np.arange(10) * 0.5)
    points = np.stack([x.ravel(), y.ravel(), np.zeros(100)], axis=1).astype(np.float32)
    assert cloud.spacing_m(points) == pytest.approx(0.5)


@pytest.mark.parametrize(("most", "faces", "expected"), [(12, 0, 7), (7, 0, 7), (12, 5_000, 6), (12, 1_000_000, 7)])
def test_the_octree_is_as_deep_as_points_and_faces_ask(most: int, faces: int, expected: int) -> None:
    x, y = np.meshgrid(np.linspace(0, 1, 150), np.linspace(0, 1, 150))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1).astype(np.float32)
    assert cloud.octree_depth(points, most, faces) == expected


def test_projection_agrees_with_the_camera_model() -> None:
    points = np.array([[0.4, -0.2, 2], [0, 0, 1], [0, 0, -1], [9, 0, 1]], np.float32)
    pixels, depth = view(0.1).project(points)
    expected = view(0.1).camera.img_from_cam(points[:2].astype(np.float64)) - 0.5
    np.testing.assert_allclose(pixels[:2], expected, atol=1e-4)
    assert depth.tolist() == [2, 1, -1, -1]


def test_depth_maps_agree_or_see_through() -> None:
    vertices = np.array([[0, 0, 2], [0, 0, 1], [0, 0, 3], [5, 0, 2]], np.float32)
    counts = np.zeros((4, 2), np.int16)
    support.depth_evidence(vertices, view(), np.full((30, 40), 2, np.float32), counts)
    assert counts.tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]
    support.depth_evidence(vertices, view(), np.zeros((30, 40), np.float32), counts)
    assert counts.sum() == 2


def test_verdicts_need_two_maps_or_one_and_a_close_point() -> None:
    distance = np.array([1.0, 3.0, 3.0, 1.0, 50.0], np.float32)
    counts = np.array([[1, 0], [1, 0], [2, 0], [1, 3], [3, 0]], np.int16)
    invented, contradicted = support.verdicts(distance, counts, has_maps=True)
    assert invented.tolist() == [False, True, False, False, True]
    assert contradicted.tolist() == [False, False, False, True, False]
    assert support.verdicts(distance, counts, has_maps=False)[0].tolist() == [False, False, False, False, True]


def test_a_depth_map_file_is_read(tmp_path: Path) -> None:
    depth = np.arange(6, dtype="<f4").reshape(2, 3)
    (tmp_path / "a.bin").write_bytes(b"3&2&1&" + depth.tobytes())
    np.testing.assert_array_equal(support.read_depth_map(tmp_path / "a.bin"), depth)


def test_distance_is_counted_in_the_clouds_own_spacing() -> None:
    x, y = np.meshgrid(np.arange(20.0), np.arange(20.0))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1).astype(np.float32)
    found = support.distance_in_spacings(np.array([[10, 10, 0], [10, 10, 8]], np.float32), points, 1.0)
    assert found[0] == 0
    assert found[1] > 4
