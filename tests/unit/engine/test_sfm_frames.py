"""From a model's own frame to metres or an upright local frame, over models with exact truth."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tiepoint.domain.geodesy import geodetic_from_enu
from tiepoint.engine.sfm.georeference import Frame, frame_of
from tiepoint.engine.sfm.positions import Positions, positions_of
from tiepoint.engine.sfm.scene_box import scene_box
from tiepoint.engine.sfm.source_views import source_views
from tiepoint.engine.sfm.tie_points import TiePoints
from tiepoint.engine.sfm.upright import up_of

ORIGIN = (46.84261, -91.99456, 198.0)
Floats = NDArray[np.float64]


def looking(centers: Floats, target: Floats, up: Floats) -> Floats:
    """Rotations of level cameras that look at a point, (N, 3, 3)."""
    forward = target - centers
    forward /= np.linalg.norm(forward, axis=1, keepdims=True)
    right = np.cross(forward, up)
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(forward, right), forward], axis=1)


def model(centers: Floats, rotations: Floats, points: Floats) -> TiePoints:
    """Every photo sees every point."""
    count, seen = len(centers), len(points)
    local = np.einsum("nij,npj->npi", rotations, points[None] - centers[:, None])
    return TiePoints(
        images=[f"{number:02d}.jpg" for number in range(count)],
        centers=centers,
        rotations=rotations,
        points=points,
        observed_by=np.tile(np.arange(count), seen),
        observed=np.repeat(np.arange(seen), count),
        depths=local[:, :, 2].T.ravel(),
        errors_px=np.zeros(count * seen),
    )


def orbit(count: int = 12, radius: float = 10.0, height: float = 5.0) -> TiePoints:
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    centers = np.column_stack([radius * np.cos(angles), radius * np.sin(angles), np.full(count, height)])
    points = np.random.default_rng(0).uniform(-1, 1, (60, 3))
    return model(centers, looking(centers, np.zeros(3), np.array([0.0, 0.0, 1.0])), points)


def moved(scene: TiePoints, scale: float = 0.2) -> TiePoints:
    """The scene as a mapper would find it: scaled, turned and shifted."""
    turn = Rotation.from_euler("xyz", [70, 20, 130], degrees=True).as_matrix()
    shift = np.array([3.0, -2.0, 1.0])
    return dataclasses.replace(
        scene,
        centers=scale * scene.centers @ turn.T + shift,
        points=scale * scene.points @ turn.T + shift,
        rotations=scene.rotations @ turn.T,
        depths=scale * scene.depths,
    )


def positions(scene: TiePoints, noise_m: float = 0.0, *, has_height: bool = True) -> Positions:
    noise = np.random.default_rng(1).normal(0, noise_m, scene.centers.shape) if noise_m else 0.0
    return Positions(ORIGIN, dict(zip(scene.images, scene.centers + noise, strict=True)), has_height, [])


def placed(frame: Frame, scene: TiePoints) -> Floats:
    matrix: Floats = np.asarray(frame.transform.matrix())
    return scene.centers @ matrix[:, :3].T + matrix[:, 3]


def photo(image: str, position: tuple[float, float, float] | None, **changes: Any) -> dict[str, Any]:
    lat, lon, alt = position or (None, None, None)
    return {"image": image, "lat": lat, "lon": lon, "alt": alt, **changes}


def test_positions_become_metres_from_the_first_photo() -> None:
    there = geodetic_from_enu((30.0, -40.0, 5.0), ORIGIN)
    found = positions_of([photo("b", there), photo("a", (46.8426071, -91.9945599, 198.31))])
    assert found is not None
    assert found.origin == ORIGIN
    np.testing.assert_allclose(found.enu["b"], [30, -40, 5], atol=1e-6)


def test_zero_and_far_positions_are_ignored() -> None:
    near = [photo(name, (46.8, -92.0 + 1e-4 * place, 200.0)) for place, name in enumerate("abc")]
    found = positions_of([*near, photo("d", (0.0, 0.0, 0.0)), photo("e", (10.0, 10.0, 0.0)), photo("f", None)])
    assert found is not None
    assert sorted(found.enu) == ["a", "b", "c"]
    assert found.ignored == ["d", "e"]


def test_no_positions() -> None:
    assert positions_of([photo("a", None), photo("b", (0, 0, 0))]) is None


def test_one_missing_height_makes_all_unknown() -> None:
    found = positions_of([photo("a", (46.8, -92.0, 5.0)), photo("b", (46.8, -92.0, 6.0), alt=None)])
    assert found is not None
    assert not found.has_height
    assert found.origin[2] == 0.0


def test_positions_give_scale_and_place() -> None:
    truth = orbit()
    frame = frame_of(moved(truth), positions(truth))
    assert frame.is_metric
    assert frame.origin == ORIGIN
    np.testing.assert_allclose(placed(frame, moved(truth)), truth.centers, atol=1e-6)


def test_a_wild_position_is_left_out() -> None:
    truth = orbit(radius=60)
    known = positions(truth, 0.5)
    known.enu["03.jpg"] = known.enu["03.jpg"] + 400
    frame = frame_of(moved(truth), known)
    assert frame.outliers == ["03.jpg"]
    assert np.abs(placed(frame, moved(truth)) - truth.centers).max() < 2


def test_coarse_positions_give_no_scale() -> None:
    truth = orbit(radius=0.5, height=0.3)
    frame = frame_of(moved(truth, 1.0), positions(truth, 3.0))
    assert not frame.is_metric
    assert frame.problem


def test_unknown_heights_leave_up_to_the_photos() -> None:
    truth = orbit(radius=50, height=20)
    flat = Positions(ORIGIN, {image: center * [1, 1, 0] for image, center in positions(truth).enu.items()}, False, [])
    frame = frame_of(moved(truth), flat)
    assert frame.is_metric
    assert not frame.has_height
    np.testing.assert_allclose(placed(frame, moved(truth))[:, :2], truth.centers[:, :2], atol=0.01)


def test_centers_on_a_line_are_held_upright() -> None:
    centers = np.column_stack([np.linspace(0, 80, 9), np.zeros(9), np.full(9, 2.0)])
    rotations = looking(centers, np.array([40.0, 30.0, 2.0]), np.array([0.0, 0.0, 1.0]))
    truth = model(centers, rotations, np.random.default_rng(0).uniform(20, 40, (50, 3)))
    frame = frame_of(moved(truth), positions(truth))
    matrix = np.asarray(frame.transform.matrix())
    points = moved(truth).points @ matrix[:, :3].T + matrix[:, 3]
    np.testing.assert_allclose(points, truth.points, atol=0.05)


@pytest.mark.parametrize("count", [3, 8, 12])
def test_level_photos_around_a_subject_tell_up(count: int) -> None:
    scene = orbit(count)
    np.testing.assert_allclose(up_of(scene), [0, 0, 1], atol=1e-6)


def test_photos_straight_down_tell_up() -> None:
    centers = np.array([[0.0, 0, 10], [5, 0, 10], [10, 0, 10], [10, 5, 10], [5, 5, 10], [0, 5, 10]])
    ahead, back = np.diag([1.0, -1, -1]), np.diag([-1.0, 1, -1])
    rotations = np.array([ahead, ahead, ahead, back, back, back])
    scene = model(centers, rotations, np.random.default_rng(0).uniform(0, 1, (30, 3)))
    np.testing.assert_allclose(up_of(scene), [0, 0, 1], atol=1e-6)


def test_without_positions_the_scene_stands_upright_around_zero() -> None:
    scene = moved(orbit())
    frame = frame_of(scene, None)
    assert not frame.is_metric
    assert frame.problem == ""
    heights = placed(frame, scene)[:, 2]
    assert np.ptp(heights) < 1e-6
    assert heights[0] > 0


def test_sources_are_near_and_share_points() -> None:
    views = source_views(orbit(36), 4)
    assert [view["image"] for view in views[:2]] == ["00.jpg", "01.jpg"]
    assert set(views[10]["sources"]) <= {"08.jpg", "09.jpg", "11.jpg", "12.jpg"}
    assert len(views[10]["sources"]) == 4
    assert 0 < views[0]["depth_min"] < 11 < views[0]["depth_max"] < 25


def test_a_photo_that_shares_nothing_has_no_sources() -> None:
    scene = orbit(4)
    mine = scene.observed_by == 3
    alone = dataclasses.replace(scene, observed=np.where(mine, scene.observed + 60, scene.observed))
    alone = dataclasses.replace(alone, points=np.vstack([scene.points, scene.points]))
    assert source_views(alone, 4)[3]["sources"] == []


def test_far_background_stays_outside_the_box() -> None:
    scene = orbit()
    far = np.random.default_rng(2).uniform(-1, 1, (15, 3)) + [0, 300, 0]
    wide = model(scene.centers, scene.rotations, np.vstack([scene.points, far]))
    box = scene_box(wide)
    assert box["max"][1] < 3
    assert all(low < -0.9 and high > 0.9 for low, high in zip(box["min"], box["max"], strict=True))
