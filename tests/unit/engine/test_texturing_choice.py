"""Which photo textures which face: visibility, oddities, agreement of neighbours, exposure."""

from __future__ import annotations

import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import face_normals, shared_edges
from tiepoint.engine.meshing.views import View
from tiepoint.engine.texturing import exposure
from tiepoint.engine.texturing.candidates import Candidates, add_view, distrust_odd_views
from tiepoint.engine.texturing.labelling import chart_numbers, choose_views


def view(x: float = 0.0, z: float = 0.0) -> View:
    camera = pycolmap.Camera(model="PINHOLE", width=200, height=160, params=[150.0, 150.0, 100.0, 80.0])
    return View(f"{x}", 200, 160, camera, np.eye(3), np.array([-x, 0, -z]), 2.0)


def square(z: float, half: float) -> NDArray[np.float32]:
    return np.array([[-half, -half, z], [half, -half, z], [-half, half, z], [half, half, z]], np.float32)


FACES = np.array([[0, 2, 1], [2, 3, 1]], np.int32)  # seen from -z
GREY = np.full((160, 200, 3), 128, np.uint8)


def candidates(vertices: NDArray[np.float32], faces: NDArray[np.int32], views: list[View]) -> Candidates:
    found = Candidates.none(len(faces))
    for index, each in enumerate(views):
        add_view(found, index, each, (vertices, faces, face_normals(vertices, faces)[0]), GREY)
    return found


def test_a_hidden_face_has_no_photo() -> None:
    vertices = np.concatenate([square(2, 0.3), square(4, 0.3)])
    faces = np.concatenate([FACES, FACES + 4]).astype(np.int32)
    assert candidates(vertices, faces, [view()]).seen.tolist() == [True, True, False, False]


def test_a_face_that_looks_away_or_leaves_the_photo_has_no_photo() -> None:
    assert not candidates(square(2, 0.3), FACES[:, ::-1].copy(), [view()]).seen.any()
    assert not candidates(square(2, 3.0), FACES, [view()]).seen.any()


def test_the_nearer_photo_comes_first() -> None:
    found = candidates(square(4, 0.3), FACES, [view(z=0.0), view(z=2.0), view(z=1.0)])
    assert found.views[:, :4].tolist() == [[1, 2, 0, -1]] * 2
    assert (np.diff(found.scores[:, :3]) < 0).all()


def table(colours: list[int], scores: list[float]) -> Candidates:
    found = Candidates.none(1)
    count = len(colours)
    found.views[0, :count], found.scores[0, :count] = np.arange(count), scores
    found.looks[0, :count] = np.array(colours)[:, None]
    found.looks[0, :count, 3] = 20
    return found


def test_a_photo_with_another_colour_is_no_longer_first() -> None:
    found = table([200, 90, 92, 91], [9, 8, 7, 6])
    distrust_odd_views(found, np.ones((4, 3), np.float32))
    assert found.views[0, :4].tolist() == [1, 2, 3, 0]


def test_two_photos_are_not_judged() -> None:
    found = table([200, 90], [9, 8])
    distrust_odd_views(found, np.ones((2, 3), np.float32))
    assert found.views[0, :2].tolist() == [0, 1]


def test_a_blurred_photo_is_marked_down() -> None:
    found = table([90, 90, 90, 90], [9, 8, 7, 6])
    found.looks[0, 0, 3] = 4
    distrust_odd_views(found, np.ones((4, 3), np.float32))
    assert found.views[0, 0] == 1


def test_a_darker_photo_is_levelled_and_then_trusted() -> None:
    random = np.random.default_rng(1)
    found = Candidates.none(3000)
    true = random.integers(60, 160, size=(3000, 1, 1))
    brightness = np.array([1.0, 0.7, 1.0, 1.0])
    found.views[:, :4], found.scores[:, :4] = np.arange(4), 1
    found.looks[:, :4, :3] = np.rint(true * brightness[None, :, None])
    gains = exposure.gains(found, 4)
    np.testing.assert_allclose(gains[1] / gains[0], 1 / 0.7, rtol=0.2)
    assert (gains[1] / gains[0] > 1.2).all()
    np.testing.assert_allclose(np.log(gains).mean(axis=0), 0, atol=1e-5)


def test_a_lone_face_follows_its_neighbours() -> None:
    strip = np.array([[index, index + 1, index + 2] for index in range(9)], np.int32)
    found = Candidates.none(9)
    found.views[:, :2], found.scores[:, :2] = (0, 1), (1.0, 0.9)
    found.views[4, :2] = (1, 0)
    labels = choose_views(found, shared_edges(strip)[0])
    assert labels.tolist() == [0] * 9
    assert chart_numbers(labels, shared_edges(strip)[0]).max() == 0


def test_a_face_without_that_photo_keeps_its_own() -> None:
    strip = np.array([[index, index + 1, index + 2] for index in range(9)], np.int32)
    found = Candidates.none(9)
    found.views[:, 0], found.scores[:, 0] = 0, 1.0
    found.views[4, 0] = 1
    assert choose_views(found, shared_edges(strip)[0]).tolist() == [0, 0, 0, 0, 1, 0, 0, 0, 0]
