"""The camera's numbers, without a screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.ui.viewer import CameraView, Direction, PhotoPose

CAMERA = CameraView((3.0, -4.0, 2.0), (0.5, 0.2, 0.1), width=800, height=600)
small = st.floats(-0.6, 0.6)


@pytest.mark.parametrize("orthographic", [False, True])
@given(x=small, y=small, z=small)
def test_a_ray_through_a_projected_point_meets_the_point(orthographic: bool, x: float, y: float, z: float) -> None:
    camera = replace(CAMERA, is_orthographic=orthographic)
    point = np.array([x, y, z])
    pixels, depth = camera.project(point[None])
    origin, direction = camera.ray(*pixels[0])
    off = point - origin
    assert depth[0] > 0
    assert np.linalg.norm(off - (off @ direction) * direction) < 1e-6


def test_the_pivot_is_in_the_middle() -> None:
    pixels, _ = CAMERA.project(np.array([CAMERA.pivot]))
    assert pixels[0] == pytest.approx((400, 300))


def test_what_is_behind_the_camera_has_no_depth() -> None:
    _, depth = CAMERA.project(np.array([[30.0, -40.0, 20.0]]))
    assert depth[0] < 0


@given(azimuth=st.floats(-400, 400), height=st.floats(-400, 400))
def test_orbiting_keeps_distance_and_up(azimuth: float, height: float) -> None:
    turned = CAMERA.orbited(azimuth, height)
    assert turned.distance == pytest.approx(CAMERA.distance)
    assert turned.axes()[1][2] >= -1e-6


def test_panning_moves_the_picture_with_the_pointer() -> None:
    moved = CAMERA.panned(50, -20)
    pixels, _ = moved.project(np.array([CAMERA.pivot]))
    assert pixels[0] == pytest.approx((450, 280))


@pytest.mark.parametrize("orthographic", [False, True])
def test_zooming_keeps_what_is_under_the_pointer(orthographic: bool) -> None:
    camera = replace(CAMERA, is_orthographic=orthographic)
    right, up, _ = camera.axes()
    under = np.asarray(camera.pivot) + (right * 120 - up * 60) * camera.metres_per_pixel
    pixels, _ = camera.zoomed(1.7, 520, 360).project(under[None])
    assert pixels[0] == pytest.approx((520, 360))


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("orthographic", [False, True])
def test_fitting_fills_the_picture_and_no_more(direction: Direction, orthographic: bool) -> None:
    points = np.random.default_rng(1).uniform((-3, 10, -1), (9, 14, 2), (500, 3))
    camera = replace(CAMERA, is_orthographic=orthographic).turned_to(direction).fitted(points)
    pixels, depth = camera.project(points)
    assert (depth > 0).all()
    assert (pixels >= 0).all()
    assert (pixels <= (800, 600)).all()
    assert max(np.ptp(pixels[:, 0]) / 800, np.ptp(pixels[:, 1]) / 600) > 0.85


def test_from_the_top_north_is_up_and_east_is_right() -> None:
    top = CAMERA.turned_to(Direction.TOP)
    origin, east, north = top.project(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]]))[0]
    assert east[0] > origin[0]
    assert north[1] < origin[1]


def test_a_photo_is_looked_through_as_it_was_taken() -> None:
    looking_north = ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0))
    photo = PhotoPose("a.jpg", (0.0, -10.0, 1.0), looking_north, aspect=4 / 3, field_of_view_deg=40)
    camera = CAMERA.seen_by(photo, np.array([[0.0, 0, 0], [0, 1, 1]]))
    pixels, _ = camera.project(np.array([[0.0, 0.0, 1.0], [1, 0, 1], [0, 0, 2]]))
    assert camera.position == photo.centre
    assert camera.view_angle_deg == pytest.approx(40)
    assert pixels[0] == pytest.approx((400, 300))
    assert pixels[1][0] > 400
    assert pixels[2][1] < 300


def test_a_flight_ends_at_its_goal() -> None:
    goal = CAMERA.turned_to(Direction.LEFT).zoomed(3)
    middle = CAMERA.mixed(goal, 0.5)
    assert CAMERA.mixed(goal, 1.0) == goal
    assert min(CAMERA.distance, goal.distance) <= middle.distance <= max(CAMERA.distance, goal.distance)
    assert np.isfinite(middle.position).all()


def test_a_flight_to_the_opposite_side_is_defined() -> None:
    goal = CameraView((-3.0, 4.0, -2.0), (0.0, 0.0, 0.0), width=800, height=600)
    middle = replace(CAMERA, position=(3.0, -4.0, 2.0), pivot=(0.0, 0.0, 0.0)).mixed(goal, 0.5)
    assert middle.distance == pytest.approx(goal.distance)
