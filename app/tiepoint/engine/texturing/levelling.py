"""Seam levelling: smooth colour corrections per chart that make both sides of every seam agree. Any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import directed_edges
from tiepoint.engine.texturing.charts import Charts

_SMOOTHNESS: Final = 0.3
_RESTRAINT: Final = 1e-3
_DOUBT_LEVELS: Final = 20.0
_MOST_ROUNDS: Final = 200
_CLOSE_ENOUGH: Final = 3e-3


def corrections(charts: Charts, colours: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what to add to the colour at every chart vertex.

    Least squares: equal colours where charts meet, gentle changes inside charts, small corrections overall.
    Large differences count less, because they come from things that moved or from edges that do not quite meet.

    Args:
        charts: The charts.
        colours: (N, 3), the photo's colour at each chart vertex, levels 0 to 255.

    Returns:
        (N, 3) float32, levels.
    """
    from scipy.sparse import diags_array, eye_array

    first, second = _seam_pairs(charts)
    difference = colours[second] - colours[first]
    trust = 1 / (1 + (np.abs(difference).max(axis=1, initial=0) / _DOUBT_LEVELS) ** 2) ** 2
    seams = _differences(first, second, len(colours))
    edges = _inner_edges(charts)
    inside = _differences(edges[:, 0], edges[:, 1], len(colours))
    weighted = seams.T @ diags_array(trust, offsets=0)
    system = (weighted @ seams + _SMOOTHNESS**2 * (inside.T @ inside) + _RESTRAINT * eye_array(len(colours))).tocsr()
    target = np.ascontiguousarray(weighted @ difference, np.float32)
    starts, columns = system.indptr.astype(np.int64), system.indices.astype(np.int32)
    found: NDArray[np.float32] = _solved(
        starts, columns, system.data.astype(np.float32), target, _MOST_ROUNDS, _CLOSE_ENOUGH
    )
    return found


@njit(cache=True, nogil=True)
def _solved(starts: Any, columns: Any, values: Any, target: Any, most_rounds: Any, close_enough: Any) -> Any:
    """Conjugate gradients with a diagonal preconditioner, the three channels side by side.

    Own loops instead of SciPy's, because its vector products start threads of the linear algebra library.
    """
    count = target.shape[0]
    found, search, image = np.zeros_like(target), np.zeros_like(target), np.zeros_like(target)
    residual = target.copy()
    diagonal = np.ones(count, np.float32)
    for row in range(count):
        for place in range(starts[row], starts[row + 1]):
            if columns[place] == row:
                diagonal[row] = values[place]
    before = np.zeros(3)
    first = np.zeros(3)
    for step in range(most_rounds):
        product = np.zeros(3)
        for row in range(count):
            for channel in range(3):
                product[channel] += residual[row, channel] * (residual[row, channel] / diagonal[row])
        if step == 0:
            first[:] = product
        if (product <= close_enough * close_enough * first).all():
            break
        for channel in range(3):
            ratio = product[channel] / before[channel] if step > 0 and before[channel] > 0 else 0.0
            for row in range(count):
                search[row, channel] = residual[row, channel] / diagonal[row] + ratio * search[row, channel]
        before[:] = product
        along = np.zeros(3)
        for row in range(count):
            sums = np.zeros(3)
            for place in range(starts[row], starts[row + 1]):
                for channel in range(3):
                    sums[channel] += values[place] * search[columns[place], channel]
            for channel in range(3):
                image[row, channel] = sums[channel]
                along[channel] += sums[channel] * search[row, channel]
        for channel in range(3):
            if along[channel] > 0:
                length = product[channel] / along[channel]
                for row in range(count):
                    found[row, channel] += length * search[row, channel]
                    residual[row, channel] -= length * image[row, channel]
    return found


def _seam_pairs(charts: Charts) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Chart vertices that are the same mesh vertex, pairwise in a chain."""
    order = np.argsort(charts.source, kind="stable")
    same = np.flatnonzero(charts.source[order[1:]] == charts.source[order[:-1]])
    return order[same], order[same + 1]


def _inner_edges(charts: Charts) -> NDArray[np.int32]:
    edges = np.sort(directed_edges(charts.faces)[0], axis=1).astype(np.int64)
    keys = np.unique(edges[:, 0] * len(charts.source) + edges[:, 1])
    return np.stack([keys // len(charts.source), keys % len(charts.source)], axis=1).astype(np.int32)


def _differences(first: NDArray[Any], second: NDArray[Any], count: int) -> Any:
    """Sparse matrix whose rows take the second entry's value minus... the first's: (rows, count)."""
    from scipy.sparse import coo_array

    rows = np.arange(len(first))
    values = np.concatenate([np.ones(len(first), np.float32), -np.ones(len(first), np.float32)])
    places = (np.concatenate([rows, rows]), np.concatenate([first, second]))
    return coo_array((values, places), shape=(len(first), count)).tocsr()


def warm() -> None:
    """Compile the kernel on one unknown."""
    one = np.ones(1, np.float32)
    _solved(np.array([0, 1], np.int64), np.zeros(1, np.int32), one, np.ones((1, 3), np.float32), 200, _CLOSE_ENOUGH)
