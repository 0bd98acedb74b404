"""Depth maps of a slanted textured plane, rendered here, so that the true depth of every pixel is known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tiepoint.engine.dense.depth_map import DepthMap, Effort, estimate
from tiepoint.engine.dense.pyramid import Photo
from tiepoint.engine.dense.seeding import first_planes

WIDTH, HEIGHT, FOCAL = 240, 180, 220.0
MATRIX = np.array([[FOCAL, 0, (WIDTH - 1) / 2], [0, FOCAL, (HEIGHT - 1) / 2], [0, 0, 1.0]])
# The wall: n . X = d in the frame of the first camera.
NORMAL = np.array([0.35, -0.2, 1.0]) / np.linalg.norm([0.35, -0.2, 1.0])
DISTANCE = 4.0
BOUNDS = (1 / 8.0, 1 / 2.0)


def _texture() -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).normal(size=(600, 800)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.5) * 3 + cv2.GaussianBlur(noise, (0, 0), 6) * 10
    return np.asarray(np.clip(128 + 40 * smooth, 0, 255), np.uint8)


def _photo(centre: tuple[float, float, float]) -> Photo:
    """Return the wall as seen by a camera that is only moved, warped from the texture by the plane's homography."""
    shift = -np.array(centre)
    from_first = MATRIX @ (np.eye(3) + np.outer(shift, NORMAL) / DISTANCE) @ np.linalg.inv(MATRIX)
    from_texture = np.array([[0.5, 0, -80], [0, 0.5, -60], [0, 0, 1.0]])
    picture = cv2.warpPerspective(_texture(), from_first @ from_texture, (WIDTH, HEIGHT), flags=cv2.INTER_AREA)
    return Photo(np.asarray(picture, np.uint8), MATRIX, np.eye(3), shift)


def _true_depth() -> NDArray[np.float64]:
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    rays = np.stack([(across - MATRIX[0, 2]) / FOCAL, (down - MATRIX[1, 2]) / FOCAL, np.ones((HEIGHT, WIDTH))], axis=-1)
    return DISTANCE / (rays @ NORMAL)


def _seed(width: int, height: int) -> list[NDArray[np.float32]]:
    focal_px = FOCAL * width / WIDTH
    return first_planes(width, height, points=np.zeros((0, 3)), focal_px=focal_px, bounds=BOUNDS)


def _estimated(sources: int = 3) -> DepthMap:
    centres = [(0.5, 0.0, 0.0), (-0.5, 0.1, 0.0), (0.0, 0.5, 0.1)]
    photos = [_photo(centre) for centre in centres[:sources]]
    return estimate(_photo((0, 0, 0)), photos, seed=_seed, bounds=BOUNDS, effort=Effort(3, 1))


@pytest.fixture(scope="module")
def found() -> DepthMap:
    return _estimated()


def test_depth_is_that_of_the_wall(found: DepthMap) -> None:
    inner = (slice(20, -20), slice(20, -20))
    error = np.abs(found.depth / _true_depth() - 1)[inner]
    assert (found.depth[inner] > 0).mean() > 0.95
    assert np.median(error) < 0.002
    assert (error < 0.01).mean() > 0.93


def test_normals_face_the_camera_and_follow_the_wall(found: DepthMap) -> None:
    known = found.normals[found.depth > 0]
    np.testing.assert_allclose(np.linalg.norm(known, axis=1), 1, atol=1e-4)
    angle = np.degrees(np.arccos(np.clip(known @ -NORMAL, -1, 1)))
    assert np.median(angle) < 5


def test_unknown_pixels_have_neither_depth_nor_normal(found: DepthMap) -> None:
    assert not found.normals[found.depth == 0].any()
    assert np.isfinite(found.depth).all()


def test_one_source_is_enough() -> None:
    depth = _estimated(sources=1).depth
    assert (np.abs(depth / _true_depth() - 1) < 0.02)[20:-20, 20:-40].mean() > 0.8


def test_the_same_bits_on_one_thread_and_on_two(found: DepthMap) -> None:
    with ThreadPoolExecutor(2) as pool:
        again = list(pool.map(lambda _: _estimated(), range(2)))
    for other in again:
        np.testing.assert_array_equal(other.depth, found.depth)
        np.testing.assert_array_equal(other.normals, found.normals)


def test_tie_points_span_the_first_planes() -> None:
    corners = np.array([[0.0, 0], [39, 0], [0, 29], [39, 29], [20, 14]])
    inverse_depth = 0.2 + 0.001 * corners[:, 0] - 0.002 * corners[:, 1]
    points = np.column_stack([corners, inverse_depth])
    depth, slope_x, slope_y = first_planes(40, 30, points=points, focal_px=40.0, bounds=(0.05, 0.5))
    assert depth[10, 15] == pytest.approx(0.2 + 0.015 - 0.02, abs=1e-5)
    np.testing.assert_allclose(slope_x[1:-1, 1:-1], 0.001, atol=1e-5)
    np.testing.assert_allclose(slope_y[1:-1, 1:-1], -0.002, atol=1e-5)


@pytest.mark.parametrize("points", [[[5, 5, 0.2]] * 5, [[0, 0, 0.2], [1, 1, 0.2], [2, 2, 0.2], [3, 3, 0.2]]])
def test_degenerate_tie_points_leave_a_random_start(points: list[list[float]]) -> None:
    planes = first_planes(8, 6, points=np.array(points, float), focal_px=8.0, bounds=(0.1, 0.5))
    assert (planes[0] >= 0.1).all()
    assert (planes[0] <= 0.5).all()
