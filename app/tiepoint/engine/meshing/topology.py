"""Which triangles touch: edges, neighbours, connected parts. Pure functions on index arrays; any thread."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def shared_edges(faces: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the pairs of faces that share an edge.

    Args:
        faces: (F, 3) vertex indices.

    Returns:
        (E, 2) face pairs and (E, 2) the vertices of their edge. An edge of more than two faces gives
        a chain of pairs.
    """
    edges, owners = directed_edges(faces)
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    keys = low * (int(faces.max(initial=0)) + 1) + high
    order = np.argsort(keys, kind="stable")
    same = np.flatnonzero(keys[order[1:]] == keys[order[:-1]])
    first, second = order[same], order[same + 1]
    return np.stack([owners[first], owners[second]], axis=1), np.stack([low[first], high[first]], axis=1).astype(
        np.int32
    )


def directed_edges(faces: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return all (3F, 2) directed edges and the (3F,) face of each."""
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    return edges, np.tile(np.arange(len(faces), dtype=np.int32), 3)


def open_edges(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the (E, 2) edges that belong to one face only, in that face's direction."""
    edges, _ = directed_edges(faces)
    low, high = edges.min(axis=1).astype(np.int64), edges.max(axis=1).astype(np.int64)
    _, places, counts = np.unique(low * (int(faces.max(initial=0)) + 1) + high, return_inverse=True, return_counts=True)
    found: NDArray[np.int32] = edges[counts[places] == 1]
    return found


def parts(count: int, pairs: NDArray[Any]) -> NDArray[np.int32]:
    """Return the number of the connected part each of `count` nodes belongs to, (count,) int32."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    graph = coo_matrix((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    return labels


def neighbours(count: int, pairs: NDArray[Any]) -> NDArray[np.int32]:
    """Return up to three neighbours of each face, (count, 3) int32, -1 where there is none."""
    table = np.full((count, 3), -1, np.int32)
    sources = np.concatenate([pairs[:, 0], pairs[:, 1]])
    targets = np.concatenate([pairs[:, 1], pairs[:, 0]])
    order = np.argsort(sources, kind="stable")
    sources, targets = sources[order], targets[order]
    starts = np.searchsorted(sources, np.arange(count))
    places = np.arange(len(sources)) - starts[sources]
    fits = places < 3
    table[sources[fits], places[fits]] = targets[fits]
    return table


def face_normals(vertices: NDArray[Any], faces: NDArray[np.int32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return unit normals (F, 3) float32 and areas (F,) float32; a degenerate face has normal 0 and area 0."""
    corners = vertices[faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    normals /= np.maximum(lengths, 1e-30)[:, None]
    return normals.astype(np.float32), (lengths / 2).astype(np.float32)
