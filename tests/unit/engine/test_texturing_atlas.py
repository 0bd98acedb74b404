"""Packing, painting and levelling the atlas."""

from __future__ import annotations

import numpy as np
import pytest

from tiepoint.engine.texturing import painting
from tiepoint.engine.texturing.charts import PAD_PX, Charts, atlas_pixels
from tiepoint.engine.texturing.levelling import corrections
from tiepoint.engine.texturing.packing import pack


def charts_of_triangles(count: int, size: float) -> Charts:
    random = np.random.default_rng(3)
    corners = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
    pixels = np.concatenate(
        [random.uniform(0, 500, 2) + corners * random.uniform(0.2, 1, 2) * size for _ in range(count)]
    )
    number = np.arange(count, dtype=np.int32)
    return Charts(
        faces=np.arange(3 * count, dtype=np.int32).reshape(-1, 3),
        of_face=number,
        of_vertex=np.repeat(number, 3),
        source=np.arange(3 * count, dtype=np.int32),
        view=np.zeros(count, np.int16),
        pixels=pixels.astype(np.float32),
    )


@pytest.mark.parametrize(("count", "most"), [(1, 256), (60, 512), (60, 128)])
def test_charts_lie_apart_and_inside(count: int, most: int) -> None:
    charts = charts_of_triangles(count, 60)
    layout = pack(charts, most)
    assert max(layout.width, layout.height) <= most
    places = atlas_pixels(charts, layout)
    covered = np.zeros((layout.height, layout.width), np.int32)
    for face in charts.faces:
        owner = np.full(covered.shape, -1, np.int32)
        painting.claim_pixels(places, face[None], owner)
        covered += owner >= 0
    assert covered.max() == 1
    assert places.min() >= PAD_PX - 1
    assert (places.max(axis=0) <= (layout.width - PAD_PX, layout.height - PAD_PX)).all()


def test_charts_that_fit_are_not_shrunk_and_move_by_whole_pixels() -> None:
    charts = charts_of_triangles(20, 40)
    layout = pack(charts, 1024)
    assert layout.scale == 1.0
    moved = atlas_pixels(charts, layout) - charts.pixels
    np.testing.assert_allclose(moved, layout.shift[charts.of_vertex], atol=1e-3)


def test_pixels_are_copied_exactly_and_the_margin_continues_the_photo() -> None:
    random = np.random.default_rng(5)
    photo = random.integers(0, 256, size=(40, 50, 3), dtype=np.uint8)
    places = np.array([[8, 8], [28, 8], [8, 28]], np.float32)
    faces, owner = np.array([[0, 1, 2]], np.int32), np.full((40, 50), -1, np.int32)
    painting.claim_pixels(places, faces, owner)
    atlas = np.zeros_like(photo)
    shift = np.array([5, 3], np.float32)
    painting.paint_photo(
        np.roll(photo, (3, 5), axis=(0, 1)), np.zeros(1, np.int32), np.ones((1, 3), np.float32),
        np.zeros((1, 3, 3), np.float32), (places + shift)[None], places, faces, owner, atlas,
    )  # fmt: skip
    painted = owner >= 0
    assert painted[8, 8 - PAD_PX]
    assert np.abs(atlas[painted].astype(int) - photo[painted]).max() <= 1


def test_gaps_are_filled_with_what_is_near() -> None:
    covered = np.zeros((64, 64), np.bool_)
    covered[:, :20], covered[:, 44:] = True, True
    atlas = np.zeros((64, 64, 3), np.uint8)
    atlas[:, :20], atlas[:, 44:] = 200, 100
    painting.fill_gaps(atlas, covered)
    assert atlas.min() >= 95
    assert atlas[:, 21].mean() > atlas[:, 42].mean()
    assert (atlas[:, :20] == 200).all()


def test_levelling_makes_both_sides_of_a_seam_agree() -> None:
    charts = Charts(
        faces=np.array([[0, 1, 2], [3, 4, 5]], np.int32),
        of_face=np.array([0, 1], np.int32),
        of_vertex=np.array([0, 0, 0, 1, 1, 1], np.int32),
        source=np.array([0, 1, 2, 1, 2, 3], np.int32),
        view=np.array([0, 1], np.int16),
        pixels=np.zeros((6, 2), np.float32),
    )
    colours = np.repeat(np.array([100, 100, 100, 108, 108, 108], np.float32)[:, None], 3, axis=1)
    level = colours + corrections(charts, colours)
    np.testing.assert_allclose(level[[1, 2]], level[[3, 4]], atol=0.3)
    np.testing.assert_allclose(level, 104, atol=0.5)
