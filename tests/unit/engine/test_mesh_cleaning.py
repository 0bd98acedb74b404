"""Topology of triangle meshes, and mending them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.meshing import cleaning, topology


def grid(columns: int, rows: int) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """A flat sheet of 2 x columns x rows triangles with unit squares, seen from +z."""
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1))
    vertices = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1).astype(np.float32)
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    below = corner + columns + 1
    faces = np.concatenate(
        [np.stack([corner, corner + 1, below], axis=1), np.stack([below, corner + 1, below + 1], axis=1)]
    )
    return vertices, faces.astype(np.int32)


def test_two_triangles_share_one_edge_and_have_four_open_ones() -> None:
    faces = np.array([[0, 1, 2], [2, 1, 3]], np.int32)
    pairs, edges = topology.shared_edges(faces)
    assert np.sort(pairs).tolist() == [[0, 1]]
    assert edges.tolist() == [[1, 2]]
    assert len(topology.open_edges(faces)) == 4
    assert topology.neighbours(2, pairs).tolist() == [[1, -1, -1], [0, -1, -1]]


def test_degenerate_doubled_and_surplus_faces_go() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0.5, 0.5, 1], [np.nan, 0, 0]], np.float32)
    faces = np.array([[0, 1, 2], [2, 0, 1], [2, 1, 3], [2, 1, 4], [0, 0, 1], [0, 1, 5]], np.int32)
    mended_vertices, mended_faces = cleaning.mended(vertices, faces)
    assert len(mended_faces) == 2
    assert len(mended_vertices) == 4
    assert np.bincount(topology.shared_edges(mended_faces)[0].ravel()).tolist() == [1, 1]


def test_a_bow_tie_becomes_two_vertices() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [-1, 0, 0], [-1, -1, 0]], np.float32)
    split, faces = cleaning.mended(vertices, np.array([[0, 1, 2], [0, 3, 4]], np.int32))
    assert len(split) == 6
    assert len(set(faces.ravel().tolist())) == 6


def test_islands_are_told_by_their_area() -> None:
    vertices, faces = grid(6, 6)
    small, few = grid(1, 1)
    both = np.concatenate([vertices, small + 20])
    kept = cleaning.without_islands(
        both, np.concatenate([faces, few + len(vertices)]).astype(np.int32), least_share=0.1, least_faces=1
    )
    assert kept.tolist() == [True] * len(faces) + [False] * len(few)


def test_small_patches_are_inside_and_small() -> None:
    vertices, faces = grid(8, 8)
    middle = vertices[faces].mean(axis=1)
    inside = (np.abs(middle[:, :2] - 4) < 1).all(axis=1)
    on_border = middle[:, 0] < 1
    found = cleaning.small_patches(vertices, faces, inside | on_border, 4.0)
    np.testing.assert_array_equal(found, inside)
    assert not cleaning.small_patches(vertices, faces, inside, 1.0).any()


def test_a_fringe_that_hangs_by_one_edge_is_taken_off() -> None:
    vertices, faces = grid(3, 3)
    tongue = np.array([[3, len(vertices), 7]], np.int32)
    kept = cleaning.without_fringe(np.concatenate([faces, tongue]).astype(np.int32), 1)
    assert not kept[-1]
    assert kept.sum() >= len(faces) - 2


def test_only_the_border_and_a_narrow_band_are_smoothed() -> None:
    vertices, faces = grid(12, 12)
    vertices[6, 1] = -0.8
    smooth = cleaning.with_smooth_border(vertices, faces, 4)
    assert abs(smooth[6, 1]) < 0.4
    deep = ((vertices[:, :2] > 4) & (vertices[:, :2] < 8)).all(axis=1)
    np.testing.assert_array_equal(smooth[deep], vertices[deep])
    normals, _ = topology.face_normals(smooth, faces)
    assert (normals[:, 2] > 0).all()


def test_normals_point_to_the_side_from_which_corners_run_counterclockwise() -> None:
    vertices, faces = grid(1, 1)
    normals, areas = topology.face_normals(vertices, faces)
    np.testing.assert_allclose(normals, [[0, 0, 1]] * 2)
    np.testing.assert_allclose(areas, [0.5, 0.5])
