"""Cross-fading photos around seams: how much of each photo goes into each face. Any thread.

A vertex mixes the photos of the faces around it, and the mix spreads a few rings into the charts. Both sides of a
seam have the same mix at their common vertices, so the texture is continuous across it wherever both photos see it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import directed_edges
from tiepoint.engine.texturing.candidates import Candidates
from tiepoint.engine.texturing.charts import Charts

BLEND_PX: Final = 14.0
_LEAST_WEIGHT: Final = 0.03
_LEAST_WORTH: Final = 0.15
_MOST_PARTS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """What each photo gives to each face, sorted by photo.

    Attributes:
        view: (P,) int16, photo.
        face: (P,) int32, face.
        weight: (P, 3) float32, weight at the face's three corners.
        gain: (P, 3, 3) float32, levels to add to the photo's colour at the three corners.
        starts: (views + 1,) int64, first share of each photo.
    """

    view: NDArray[np.int16]
    face: NDArray[np.int32]
    weight: NDArray[np.float32]
    gain: NDArray[np.float32]
    starts: NDArray[np.int64]


def shares(charts: Charts, found: Candidates, gains: NDArray[np.float32], scale: float, views: int) -> Shares:
    """Return the shares of all photos in all faces.

    Args:
        charts: The charts.
        found: Candidates of the same faces; a photo that sees a face badly gives nothing to it.
        gains: (N, 3) corrections of chart vertices, levels.
        scale: Atlas pixels per photo pixel; decides how many rings make the fade's width.
        views: Number of photos.
    """
    mixed, gain_sums = _spread(charts, gains, _rings(charts, scale), views)
    rows = charts.source[charts.faces]
    worth = found.scores / np.maximum(found.scores[:, :1], 1e-12)
    capacity = len(charts.faces) * _MOST_PARTS
    view, face = np.zeros(capacity, np.int16), np.zeros(capacity, np.int32)
    weight, gain = np.zeros((capacity, 3), np.float32), np.zeros((capacity, 3, 3), np.float32)
    pattern = mixed.indptr.astype(np.int64), mixed.indices.astype(np.int32), mixed.data.astype(np.float32)
    used = _gather(
        rows, charts.faces, charts.face_view, gains, found.views, worth, *pattern, gain_sums, view, face, weight, gain
    )
    order = np.argsort(view[:used], kind="stable")
    starts = np.searchsorted(view[:used][order], np.arange(views + 1))
    return Shares(view[:used][order], face[:used][order], weight[:used][order], gain[:used][order], starts)


def _rings(charts: Charts, scale: float) -> int:
    corners = charts.pixels[charts.faces]
    edge = float(np.median(np.linalg.norm(corners[:, 0] - corners[:, 1], axis=1))) * scale if len(corners) else 1.0
    return int(np.clip(round(BLEND_PX / max(edge, 1.0)), 1, 4))


def _spread(charts: Charts, gains: NDArray[np.float32], rings: int, views: int) -> tuple[Any, NDArray[np.float32]]:
    """Return vertex-by-photo weights as CSR, and per stored weight the gain of that photo there, (nnz, 3)."""
    from scipy.sparse import coo_array, diags_array

    count = int(charts.source.max(initial=0)) + 1
    corners, labels = charts.source[charts.faces].ravel(), np.repeat(charts.face_view, 3)
    shape = (count, views)
    own: Any = coo_array((np.ones(len(corners), np.float32), (corners, labels)), shape=shape).tocsr()
    total = np.maximum(np.asarray(own.sum(axis=1)).ravel(), 1)
    layers: list[Any] = [own]
    values = gains[charts.faces].reshape(-1, 3)
    for channel in range(3):
        layers.append(coo_array((values[:, channel], (corners, labels)), shape=shape).tocsr())
    edges = charts.source[directed_edges(charts.faces)[0]]
    graph: Any = coo_array((np.ones(len(edges), np.float32), (edges[:, 0], edges[:, 1])), shape=(count, count))
    graph = (graph + graph.T).tocsr()
    graph.data[:] = 1
    graph = graph + diags_array(np.ones(count, np.float32), offsets=0).tocsr()
    walk: Any = diags_array(1 / np.asarray(graph.sum(axis=1)).ravel().astype(np.float32), offsets=0) @ graph
    layers = [diags_array((1 / total).astype(np.float32), offsets=0) @ layer for layer in layers]
    for _ in range(rings - 1):
        layers = [walk @ layer for layer in layers]
    mixed = layers[0].tocsr()
    mixed.sort_indices()
    sums = np.stack([_aligned(layer, mixed) for layer in layers[1:]], axis=1)
    return mixed, (sums / np.maximum(mixed.data, 1e-9)[:, None]).astype(np.float32)


def _aligned(layer: Any, pattern: Any) -> NDArray[np.float32]:
    """Return the values of `layer` at the stored places of `pattern`; both hold the same places."""
    layer = layer.tocsr()
    layer.sort_indices()
    if len(layer.data) == len(pattern.data):
        same: NDArray[np.float32] = layer.data
        return same
    rows = np.repeat(np.arange(pattern.shape[0]), np.diff(pattern.indptr))
    found: NDArray[np.float32] = np.asarray(layer[rows, pattern.indices], np.float32).ravel()
    return found


@njit(cache=True, nogil=True)
def _gather(
    rows: Any, faces: Any, labels: Any, gains: Any, seen: Any, worth: Any, starts: Any, columns: Any, values: Any,
    gain_values: Any, view: Any, face_of: Any, weight: Any, gain: Any,
) -> Any:  # fmt: skip
    used = 0
    for face in range(faces.shape[0]):
        own = used
        view[own], face_of[own] = labels[face], face
        for corner in range(3):
            weight[own, corner] = 1
            for channel in range(3):
                gain[own, corner, channel] = gains[faces[face, corner], channel]
        used += 1
        for corner in range(3):
            vertex = rows[face, corner]
            for place in range(starts[vertex], starts[vertex + 1]):
                other = columns[place]
                if other == labels[face] or values[place] < _LEAST_WEIGHT:
                    continue
                if _worth_of(seen[face], worth[face], other) < _LEAST_WORTH:
                    continue
                share = own + 1
                while share < used and view[share] != other:
                    share += 1
                if share == used:
                    if used - own >= _MOST_PARTS:
                        continue
                    view[share], face_of[share] = other, face
                    used += 1
                weight[share, corner] = values[place]
                weight[own, corner] -= values[place]
                for channel in range(3):
                    gain[share, corner, channel] = gain_values[place, channel]
        _fill_gains(weight, gain, own + 1, used)
    return used


@njit(cache=True, nogil=True)
def _fill_gains(weight: Any, gain: Any, first: Any, last: Any) -> None:
    """Give corners without weight the mean gain of the others, so that interpolation stays near them."""
    for share in range(first, last):
        for channel in range(3):
            total, count = np.float32(0.0), 0
            for corner in range(3):
                if weight[share, corner] > 0:
                    total += gain[share, corner, channel]
                    count += 1
            for corner in range(3):
                if weight[share, corner] == 0 and count > 0:
                    gain[share, corner, channel] = total / count


@njit(cache=True, nogil=True)
def _worth_of(views: Any, worth: Any, view: Any) -> Any:
    for place in range(views.shape[0]):
        if views[place] == view:
            return worth[place]
    return np.float32(0.0)


def warm() -> None:
    """Compile the kernels on two faces of two photos."""
    faces = np.array([[0, 1, 2], [3, 4, 5]], np.int32)
    numbers = np.array([0, 0, 0, 1, 1, 1], np.int32)
    source = np.array([0, 1, 2, 1, 2, 3], np.int32)
    corners = np.zeros((6, 2), np.float32)
    charts = Charts(faces, np.arange(2, dtype=np.int32), numbers, source, np.arange(2, dtype=np.int16), corners)
    found = Candidates.none(2)
    found.views[:, :2], found.scores[:, :2] = np.arange(2), 1
    shares(charts, found, np.zeros((6, 3), np.float32), 1.0, 2)
