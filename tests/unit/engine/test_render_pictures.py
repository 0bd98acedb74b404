"""The software renderer: exact pixels of small scenes, the fit, named views, files of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fakes.work_folder import cube
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.engine.render import PICTURE_SIZE_PX, picture_of, render_file, towards_of, warm
from tiepoint.engine.rendering.framing import Camera, subject
from tiepoint.engine.rendering.paint import BACKGROUND, cut_out, on_background, painted
from tiepoint.engine.rendering.scene import Part, load_scene, mip_levels, texture_of, vertex_normals
from tiepoint.engine.rendering.view import VIEWS, direction, fitted, seen_from, three_quarter

SIZE_PX = (160, 120)
QUAD = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
QUAD_FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
QUAD_UV = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
FRONT = np.array(VIEWS["front"])


def _checker() -> np.ndarray:
    quarters = np.array([[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]])
    return np.kron(quarters, np.ones((32, 32, 1))).astype(np.uint8)


def _reddish(picture: np.ndarray) -> np.ndarray:
    return (picture[:, :, 0].astype(int) > 100) & (picture[:, :, 1] < 60) & (picture[:, :, 2] < 60)


def test_texture_is_the_right_way_up() -> None:
    part = Part(QUAD, QUAD_FACES, QUAD_UV, _checker())
    picture = picture_of([part], FRONT, SIZE_PX).astype(int)
    top_left, top_right = picture[35, 55], picture[35, 105]
    bottom_left, bottom_right = picture[85, 55], picture[85, 105]
    assert top_left[0] > 200 > 40 > top_left[1]
    assert top_right[1] > 200 > 40 > top_right[0]
    assert bottom_left[2] > 200 > 40 > bottom_left[0]
    assert bottom_right[:2].min() > 200 > 40 > bottom_right[2]


def test_the_nearer_triangle_wins_in_any_order() -> None:
    far, near = QUAD + (0, 1, 0), QUAD * 0.5
    vertices = np.concatenate([far, near]).astype(np.float32)
    colours = np.repeat(np.array([[0, 0, 255], [255, 0, 0]], np.uint8), 4, axis=0)
    for faces in (
        np.concatenate([QUAD_FACES, QUAD_FACES + 4]),
        np.concatenate([QUAD_FACES + 4, QUAD_FACES]),
    ):
        picture = picture_of([Part(vertices, faces.astype(np.int32), colours=colours)], FRONT, SIZE_PX)
        assert _reddish(picture)[60, 80]
        assert picture[20, 45, 2] > 200


def test_parts_hide_each_other() -> None:
    red = np.full((4, 3), (255, 0, 0), np.uint8)
    blue = np.full((4, 3), (0, 0, 255), np.uint8)
    near = Part((QUAD * 0.5).astype(np.float32), QUAD_FACES, colours=red)
    far = Part((QUAD + (0, 1, 0)).astype(np.float32), QUAD_FACES, colours=blue)
    for parts in ([near, far], [far, near]):
        assert _reddish(picture_of(parts, FRONT, SIZE_PX))[60, 80]


def test_perspective_texture_has_no_kink_along_the_diagonal() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, 32:] = 255
    ground = np.array([[-1, -1, 0], [1, -1, 0], [1, 30, 0], [-1, 30, 0]], np.float32)
    view = fitted(ground, direction(-90, 12), (320, 240))
    picture = painted([Part(ground, QUAD_FACES, QUAD_UV, stripes)], view)
    screen = view.project(np.array([[0, y, 0] for y in np.linspace(0, 25, 9)], np.float32))
    for x, y, _ in screen:
        assert picture[int(y), int(x) - 5].max() < 60
        assert picture[int(y), int(x) + 5].min() > 150


def test_a_mesh_has_no_pinholes() -> None:
    n = 60
    x, y = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    vertices = np.stack([x.ravel(), 0.1 * np.sin(7 * x.ravel()), y.ravel()], 1).astype(np.float32)
    corner = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate(
        [np.stack([corner, corner + 1, corner + n + 1], 1), np.stack([corner, corner + n + 1, corner + n], 1)]
    ).astype(np.int32)
    red = np.full((len(vertices), 3), (255, 0, 0), np.uint8)
    view = fitted(vertices, FRONT, SIZE_PX)
    alpha = cut_out([Part(vertices, faces, colours=red)], view)[:, :, 3]
    assert alpha[15:105, 40:120].min() == 255


def test_back_sides_are_darker() -> None:
    white = Part(QUAD, QUAD_FACES, colours=np.full((4, 3), 200, np.uint8))
    front = picture_of([white], FRONT, SIZE_PX)[60, 80]
    back = picture_of([white], -FRONT, SIZE_PX)[60, 80]
    assert back.max() < 0.7 * front.min()


def test_cloud_closes_into_a_surface() -> None:
    grid = np.linspace(-1, 1, 50)
    x, z = np.meshgrid(grid, grid)
    points = np.stack([x.ravel(), np.zeros(x.size), z.ravel()], 1).astype(np.float32)
    red = np.full((len(points), 3), (255, 0, 0), np.uint8)
    picture = picture_of([Part(points, np.zeros((0, 3), np.int32), colours=red)], FRONT, (640, 480))
    assert _reddish(picture)[60:420, 150:490].mean() > 0.97


def test_background_is_neutral_and_the_cut_out_clear() -> None:
    part = Part(QUAD, QUAD_FACES, colours=np.full((4, 3), (255, 0, 0), np.uint8))
    view = fitted(QUAD, FRONT, SIZE_PX)
    picture, clear = painted([part], view), cut_out([part], view)
    np.testing.assert_allclose(picture[0, 0], BACKGROUND[0], atol=2)
    np.testing.assert_allclose(picture[-1, -1], BACKGROUND[1], atol=2)
    assert clear[0, 0, 3] == 0
    assert clear[60, 80, 3] == 255
    assert np.abs(on_background(clear).astype(int) - picture).max() <= 4


@settings(max_examples=40, deadline=None)
@given(
    azimuth=st.floats(-180, 180),
    elevation=st.floats(-89, 89),
    stretch=st.tuples(*[st.floats(0.01, 100)] * 3),
    shift=st.floats(-1e4, 1e4),
    is_flat=st.booleans(),
)
def test_everything_fits_and_touches_a_side(
    azimuth: float, elevation: float, stretch: tuple[float, float, float], shift: float, is_flat: bool
) -> None:
    points = (cube()[0] * np.array(stretch) + shift).astype(np.float32)
    view = fitted(points, direction(azimuth, elevation), (400, 300), is_flat=is_flat)
    screen = view.project(points)
    assert (screen[:, 2] > 0).all()
    low, high = screen[:, :2].min(0), screen[:, :2].max(0)
    assert (low >= -2).all()
    assert (high <= np.array([402, 302])).all()
    assert max((high - low) / (400, 300)) > 0.6


def test_views_face_what_was_seen() -> None:
    ring = np.array([[4 * np.cos(a), 4 * np.sin(a), 2] for a in np.linspace(-2, -1, 7)])
    assert seen_from(ring, cube()[0]) @ (0, -1, 0.3) > 0.7
    flight = np.array([[x, y, 50.0] for x in range(-20, 21, 10) for y in range(-10, 11, 10)])
    oblique = seen_from(flight, (cube()[0] * (40, 20, 1)).astype(np.float32))
    assert 0.5 < oblique[2] < 0.8
    assert abs(oblique[1]) > abs(oblique[0])
    all_around = np.array([[4 * np.cos(a), 4 * np.sin(a), 1.5] for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)])
    assert 0 < seen_from(all_around, cube()[0])[2] < 0.7
    assert np.linalg.norm(three_quarter((0, 0, 1))) == pytest.approx(1)


def test_an_open_surface_is_seen_from_its_front() -> None:
    up = Part(np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32), QUAD_FACES)
    assert towards_of([up], "iso")[2] > 0.5
    closed = Part(*cube()[:2])
    np.testing.assert_allclose(towards_of([closed], "iso"), direction(-55, 28))
    with pytest.raises(UsageError, match="no view named"):
        towards_of([closed], "inside out")


def test_smooth_normals_ignore_texture_seams() -> None:
    sphere = trimesh.creation.icosphere(subdivisions=2)
    apart = np.ascontiguousarray(sphere.vertices[sphere.faces.ravel()], np.float32)
    faces = np.arange(len(apart), dtype=np.int32).reshape(-1, 3)
    normals = vertex_normals(apart, faces)
    assert (normals * apart).sum(1).min() > 0.99


def test_mip_levels_halve_down_and_keep_the_mean() -> None:
    texels, levels = mip_levels(_checker())
    assert levels[0].tolist() == [0, 64, 64]
    assert levels[1].tolist() == [64 * 64 * 3, 32, 32]
    assert texels[levels[1][0] :].mean() == pytest.approx(_checker().mean(), abs=1)


def test_large_textures_are_read_smaller() -> None:
    assert max(texture_of(Image.new("RGB", (8200, 100))).shape) <= 4100


def test_strays_do_not_shrink_the_picture() -> None:
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (5000, 3)).astype(np.float32)
    points[:10] *= 300
    framed = subject([Part(points, np.zeros((0, 3), np.int32))], FRONT)
    assert np.abs(framed).max() < 2
    assert len(framed) > 4900


def test_a_far_thing_nobody_looked_at_is_left_out() -> None:
    vertices, faces, _ = cube()
    both = np.concatenate([vertices, vertices * 0.5 + (30, 0, 0)]).astype(np.float32)
    part = Part(both, np.concatenate([faces, faces + len(vertices)]).astype(np.int32))
    looking = Camera(np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]]), np.array([0.0, -5, 0.5]), 0.5)
    assert subject([part], FRONT, [looking])[:, 0].max() < 1
    assert subject([Part(vertices, faces)], FRONT, [looking])[:, 0].max() == 0.5


@pytest.mark.parametrize("suffix", [".glb", ".obj", ".ply", ".stl"])
def test_every_kind_of_file_is_drawn(tmp_path: Path, suffix: str) -> None:
    mesh = trimesh.creation.box((1, 2, 3))
    mesh.export(tmp_path / f"box ü{suffix}")
    render_file(tmp_path / f"box ü{suffix}", tmp_path / "box.png", SIZE_PX, "front")
    with Image.open(tmp_path / "box.png") as picture:
        assert picture.size == SIZE_PX
        pixels = np.asarray(picture).astype(int)
    has_y_up = suffix in {".glb", ".obj"}
    wide = (np.abs(pixels - pixels[0, 0]).max(2) > 40).any(0).sum()
    high = (np.abs(pixels - pixels[0, 0]).max(2) > 40).any(1).sum()
    # One wide and two or three high, depending on which axis is up; perspective enlarges the near side a little.
    assert (high > 2.4 * wide) == (not has_y_up)


def test_a_cloud_file_is_drawn(tmp_path: Path) -> None:
    points = np.random.default_rng(1).uniform(-1, 1, (3000, 3))
    trimesh.PointCloud(points, colors=np.tile([255, 0, 0, 255], (3000, 1))).export(tmp_path / "cloud.ply")
    assert load_scene(tmp_path / "cloud.ply")[0].is_cloud
    render_file(tmp_path / "cloud.ply", tmp_path / "cloud.png", SIZE_PX)
    with Image.open(tmp_path / "cloud.png") as picture:
        pixels = np.asarray(picture).astype(int)
    assert ((pixels[:, :, 0] - pixels[:, :, 1]) > 60).mean() > 0.2


def test_bad_files_are_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.glb").write_bytes(b"not a model")
    (tmp_path / "a.txt").write_text("hello")
    with pytest.raises(InputError, match="cannot be read"):
        render_file(tmp_path / "a.glb", tmp_path / "a.png")
    with pytest.raises(InputError, match="not a model"):
        render_file(tmp_path / "a.txt", tmp_path / "a.png")
    with pytest.raises(InputError, match="no file"):
        render_file(tmp_path / "none.glb", tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_warm_compiles_all(tmp_path: Path) -> None:
    warm()
    assert PICTURE_SIZE_PX == (1600, 1200)
