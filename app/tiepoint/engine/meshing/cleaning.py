"""Mending a triangle mesh: degenerate, doubled and non-manifold faces, islands, unused vertices. Any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import directed_edges, face_normals, open_edges, parts, shared_edges

_BAND_RINGS: Final = 3

Mesh = tuple[NDArray[np.float32], NDArray[np.int32]]


def compact(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> Mesh:
    """Return the mesh without unused vertices."""
    used = np.zeros(len(vertices), np.bool_)
    used[faces.ravel()] = True
    places = np.cumsum(used, dtype=np.int32) - 1
    return vertices[used], places[faces].astype(np.int32)


def mended(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> Mesh:
    """Return the mesh as a manifold: no degenerate or doubled face, no edge of three faces, no bow tie.

    Args:
        vertices: (V, 3), m.
        faces: (F, 3) indices.
    """
    faces = faces[_sound(vertices, faces)]
    for _ in range(4):
        surplus = _surplus_faces(faces)
        if not surplus.any():
            break
        faces = faces[~surplus]
    return compact(*_split_bow_ties(vertices, faces))


def without_islands(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], *, least_share: float, least_faces: int
) -> NDArray[np.bool_]:
    """Return which faces belong to parts large enough to keep.

    Args:
        vertices: (V, 3), m.
        faces: (F, 3) indices.
        least_share: Smallest area kept, as a share of the largest part's.
        least_faces: Smallest number of faces kept.
    """
    labels = parts(len(faces), shared_edges(faces)[0])
    areas = np.bincount(labels, weights=face_normals(vertices, faces)[1].astype(np.float64))
    large = (areas >= least_share * areas.max(initial=0)) & (np.bincount(labels) >= least_faces)
    kept: NDArray[np.bool_] = large[labels]
    return kept


def small_patches(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], chosen: NDArray[np.bool_], widest_m: float
) -> NDArray[np.bool_]:
    """Return the chosen faces that form small patches inside the mesh, as a closed hole does.

    A patch counts when its box's diagonal is at most `widest_m` and it does not touch the mesh's border.

    Args:
        vertices: (V, 3), m.
        faces: (F, 3) indices.
        chosen: (F,) faces in question.
        widest_m: Longest diagonal, m.
    """
    pairs = shared_edges(faces)[0]
    labels = parts(len(faces), pairs[chosen[pairs].all(axis=1)])
    corners = vertices[faces]
    low, high = np.full((len(faces), 3), np.inf, np.float32), np.full((len(faces), 3), -np.inf, np.float32)
    members = np.flatnonzero(chosen)
    np.minimum.at(low, labels[members], corners[members].min(axis=1))
    np.maximum.at(high, labels[members], corners[members].max(axis=1))
    on_border = np.zeros(len(vertices), np.bool_)
    on_border[open_edges(faces).ravel()] = True
    touches = np.zeros(len(faces), np.bool_)
    touches[labels[members[on_border[faces[members]].any(axis=1)]]] = True
    small = (np.linalg.norm(high - low, axis=1) <= widest_m) & ~touches
    found: NDArray[np.bool_] = chosen & small[labels]
    return found


def without_fringe(faces: NDArray[np.int32], rounds: int) -> NDArray[np.bool_]:
    """Return which faces stay when faces that hang on by one edge only are taken off, `rounds` times."""
    kept = np.ones(len(faces), np.bool_)
    for _ in range(rounds):
        where = np.flatnonzero(kept)
        pairs = shared_edges(faces[where])[0]
        hangs = np.bincount(pairs.ravel(), minlength=len(where)) <= 1
        if not hangs.any():
            break
        kept[where[hangs]] = False
    return kept


def with_smooth_border(vertices: NDArray[np.float32], faces: NDArray[np.int32], rounds: int) -> NDArray[np.float32]:
    """Return the vertices with the border drawn smooth and a narrow band beside it following, so that nothing folds.

    Args:
        vertices: (V, 3), m.
        faces: (F, 3) indices, manifold.
        rounds: How often border vertices move to the middle of their border neighbours.
    """
    rim = open_edges(faces)
    on_rim = np.bincount(rim.ravel(), minlength=len(vertices))
    band = on_rim > 0
    for _ in range(_BAND_RINGS):
        band[faces[band[faces].any(axis=1)].ravel()] = True
    edges = directed_edges(faces[band[faces].any(axis=1)])[0]
    inside = band & (on_rim == 0)
    moved = vertices.astype(np.float64)
    for _ in range(rounds):
        _relax(moved, rim, on_rim == 2)
        _relax(moved, edges, inside)
    return moved.astype(np.float32)


def _relax(points: NDArray[np.float64], edges: NDArray[np.int32], chosen: NDArray[np.bool_]) -> None:
    """Move the chosen points half the way to the mean of their neighbours along the edges, in place."""
    sums = np.zeros_like(points)
    for axis in range(3):
        sums[:, axis] = np.bincount(edges[:, 0], points[edges[:, 1], axis], len(points))
        sums[:, axis] += np.bincount(edges[:, 1], points[edges[:, 0], axis], len(points))
    count = np.maximum(np.bincount(edges.ravel(), minlength=len(points)), 1)
    points[chosen] = (points[chosen] + sums[chosen] / count[chosen, None]) / 2


def _sound(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.bool_]:
    distinct = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    finite = np.asarray(np.isfinite(vertices).all(axis=1), np.bool_)[faces].all(axis=1)
    corners = np.sort(faces, axis=1)
    order = np.lexsort((corners[:, 2], corners[:, 1], corners[:, 0]))
    single = np.ones(len(faces), np.bool_)
    single[order[1:]] = (corners[order[1:]] != corners[order[:-1]]).any(axis=1)
    return np.asarray(distinct & finite & single & (face_normals(vertices, faces)[1] > 0), np.bool_)


def _surplus_faces(faces: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Faces beyond the first that use an edge in the same direction: they make it non-manifold or flip over it."""
    edges, owners = directed_edges(faces)
    keys = edges[:, 0].astype(np.int64) * (int(faces.max(initial=0)) + 1) + edges[:, 1]
    order = np.argsort(keys, kind="stable")
    repeated = order[1:][keys[order[1:]] == keys[order[:-1]]]
    surplus = np.zeros(len(faces), np.bool_)
    surplus[owners[repeated]] = True
    return surplus


def _split_bow_ties(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Give every fan of faces around a vertex a vertex of its own."""
    pairs, edges = shared_edges(faces)
    corner_pairs = [
        np.stack([_corner(faces, pairs[:, 0], edges[:, end]), _corner(faces, pairs[:, 1], edges[:, end])], axis=1)
        for end in (0, 1)
    ]
    fans = parts(faces.size, np.concatenate(corner_pairs)) if len(pairs) else np.arange(faces.size, dtype=np.int32)
    source = np.zeros(int(fans.max(initial=-1)) + 1, np.int64)
    source[fans] = faces.ravel()
    return vertices[source], fans.reshape(-1, 3).astype(np.int32)


def _corner(faces: NDArray[np.int32], which: NDArray[np.int32], vertex: NDArray[np.int32]) -> NDArray[np.int64]:
    place = np.argmax(faces[which] == vertex[:, None], axis=1)
    found: NDArray[np.int64] = which.astype(np.int64) * 3 + place
    return found
