"""Rays on meshes and clouds, frusta under the pointer, the ground grid: numbers only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tiepoint.ui.viewer import CameraView, PhotoPose, Tone
from tiepoint.ui.viewer.frusta import Frusta
from tiepoint.ui.viewer.ground_grid import ground_grid
from tiepoint.ui.viewer.ray_index import RayIndex
from tiepoint.ui.viewer.surface import Model, Part

DOWN = np.array([0.0, 0.0, -1.0])
NORTH = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
NONE = np.empty((0, 3), np.int32)


def hills(count: int) -> Part:
    """A height field over the unit square."""
    grid = np.linspace(0, 1, count)
    x, y = np.meshgrid(grid, grid)
    points = np.stack([x, y, 0.2 * np.sin(7 * x) * np.cos(5 * y)], -1).reshape(-1, 3).astype(np.float32)
    number = np.arange(count * count).reshape(count, count)
    first = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:]], -1).reshape(-1, 3)
    second = np.stack([number[:-1, :-1], number[1:, 1:], number[1:, :-1]], -1).reshape(-1, 3)
    return Part(points, np.concatenate([first, second]).astype(np.int32))


def test_a_ray_meets_the_surface_where_it_is() -> None:
    index = RayIndex(Model(Path("m"), (hills(150),), origin=(500_000.0, 0.0, 0.0)))
    random = np.random.default_rng(3)
    for x, y in random.uniform(0.02, 0.98, (50, 2)):
        hit = index.hit(np.array([500_000 + x, y, 5.0]), DOWN)
        assert hit is not None
        assert hit == pytest.approx((500_000 + x, y, 0.2 * np.sin(7 * x) * np.cos(5 * y)), abs=1e-3)


def test_the_nearest_of_several_surfaces_is_met() -> None:
    lower = hills(20)
    upper = Part(lower.points + np.float32([0, 0, 2]), lower.faces)
    hit = RayIndex(Model(Path("m"), (lower, upper))).hit(np.array([0.5, 0.5, 9.0]), DOWN)
    assert hit is not None
    assert hit[2] > 1.5


def test_a_ray_beside_the_model_meets_nothing() -> None:
    index = RayIndex(Model(Path("m"), (hills(20),)))
    assert index.hit(np.array([3.0, 0.5, 9.0]), DOWN) is None
    assert index.hit(np.array([0.5, 0.5, 9.0]), -DOWN) is None


def test_in_a_cloud_the_first_point_near_the_ray_is_met() -> None:
    points = np.array([[0, 0, 0], [0, 0, 2], [0.5, 0, 4]], np.float32)
    index = RayIndex(Model(Path("m"), (Part(points, NONE),)))
    hit = index.hit(np.array([0.01, 0.0, 9.0]), DOWN, cone=0.01)
    assert hit is not None
    assert hit[2] == pytest.approx(2, abs=0.01)
    assert index.hit(np.array([0.2, 0.0, 9.0]), DOWN, cone=0.001) is None


def photos(count: int = 3) -> list[PhotoPose]:
    return [PhotoPose(f"{number}.jpg", (number * 2.0, 0.0, 1.0), NORTH) for number in range(count)]


def test_the_frustum_under_the_pointer_is_found() -> None:
    frusta = Frusta(photos(), size=20.0)
    camera = CameraView((2.0, -12.0, 1.0), (2.0, 0.0, 1.0), width=800, height=600)
    pixels, _ = camera.project(np.array([(0.0, 0.0, 1.0), (4.0, 0.0, 1.0)]))
    assert frusta.at(camera, *pixels[0]) == "0.jpg"
    assert frusta.at(camera, *pixels[1]) == "2.jpg"
    assert frusta.at(camera, 5, 5) == ""


def test_tones_differ_in_shape_too() -> None:
    colours = dict.fromkeys(Tone, (1, 2, 3))
    counts = set()
    for tone in (Tone.DONE, Tone.NOW, Tone.WAITING):
        _, lines, shades = Frusta([PhotoPose("a", (0.0, 0.0, 0.0), NORTH, tone=tone)], 10.0).lines(colours)
        assert len(lines) == len(shades)
        counts.add(len(lines))
    assert len(counts) == 3


def test_frusta_keep_a_sensible_size() -> None:
    for spacing, size in ((1e-9, 50.0), (1000.0, 50.0), (2.0, 0.0)):
        poses = [PhotoPose(str(k), (k * spacing, 0.0, 0.0), NORTH) for k in range(3)]
        corners = Frusta(poses, size).image_corners("0")
        assert corners is not None
        depth = float(corners[0, 1])
        assert depth > 0
        assert size == 0 or size * 0.005 < depth < size * 0.1


@pytest.mark.parametrize("size", [1e-6, 0.7, 30.0, 1e6])
def test_the_grid_has_a_round_step_and_few_lines(size: float) -> None:
    points, lines, colours = ground_grid((0.0, 0.0, -1.0), (size, size / 2, 3.0), (1, 1, 1), (2, 2, 2))
    assert 10 < len(lines) < 80
    assert len(colours) == len(lines)
    assert (points[:, 2] == -1).all()
