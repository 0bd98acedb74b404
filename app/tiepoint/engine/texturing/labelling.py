"""One photo per face: the best one, unless its neighbours agree on another nearly as good. Any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import neighbours, parts
from tiepoint.engine.texturing.candidates import Candidates

_AGREEMENT: Final = (0.1, 0.2, 0.4, 0.6)
_ROUNDS: Final = 6
_SWEEPS: Final = 4
_MISSING: Final = -0.6


def choose_views(found: Candidates, pairs: NDArray[np.int32]) -> NDArray[np.int16]:
    """Return the photo each face is textured from, -1 where none sees it.

    Iterated conditional modes with a growing reward for agreeing neighbours, then whole charts are moved to a
    neighbouring photo where that pays: faces alone never leave a local optimum that a chart can leave.

    Args:
        found: Candidates of every face.
        pairs: (E, 2) faces that share an edge.

    Returns:
        (F,) int16 indices of views.
    """
    worth = found.scores / np.maximum(found.scores[:, :1], 1e-12)
    table = neighbours(len(worth), pairs)
    labels = found.views[:, 0].copy()
    for reward in _AGREEMENT:
        _settle(found.views, worth, table, labels, np.float32(reward), _ROUNDS)
    for _ in range(_SWEEPS):
        charts = chart_numbers(labels, pairs)
        order = np.argsort(charts, kind="stable").astype(np.int32)
        starts = np.searchsorted(charts[order], np.arange(int(charts.max(initial=-1)) + 2)).astype(np.int32)
        if not _move_charts(found.views, worth, table, labels, order, starts, np.float32(_AGREEMENT[-1])):
            break
        _settle(found.views, worth, table, labels, np.float32(_AGREEMENT[-1]), _ROUNDS)
    return labels


def chart_numbers(labels: NDArray[np.int16], pairs: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return the chart of each face, (F,) int32: connected faces with the same photo."""
    same = labels[pairs[:, 0]] == labels[pairs[:, 1]]
    return parts(len(labels), pairs[same])


@njit(cache=True, nogil=True)
def _settle(views: Any, worth: Any, table: Any, labels: Any, reward: Any, rounds: Any) -> None:
    for _ in range(rounds):
        changed = 0
        for face in range(labels.shape[0]):
            if labels[face] < 0:
                continue
            best, choice = np.float32(-1.0), labels[face]
            for place in range(views.shape[1]):
                view = views[face, place]
                if view < 0:
                    break
                value = worth[face, place]
                for side in range(3):
                    other = table[face, side]
                    if other >= 0 and labels[other] == view:
                        value += reward
                if value > best:
                    best, choice = value, view
            if choice != labels[face]:
                labels[face] = choice
                changed += 1
        if changed == 0:
            return


@njit(cache=True, nogil=True)
def _move_charts(views: Any, worth: Any, table: Any, labels: Any, order: Any, starts: Any, reward: Any) -> Any:
    moved = 0
    rim = np.zeros(int(labels.max()) + 1, np.int32)
    for chart in range(starts.shape[0] - 1):
        first, last = starts[chart], starts[chart + 1]
        current = labels[order[first]]
        if current < 0:
            continue
        rim[:] = 0
        for place in range(first, last):
            for side in range(3):
                other = table[order[place], side]
                if other >= 0 and labels[other] >= 0 and labels[other] != current:
                    rim[labels[other]] += 1
        held = np.float32(0.0)
        for place in range(first, last):
            held += _worth_of(views[order[place]], worth[order[place]], current)
        best, choice = np.float32(0.0), current
        for view in range(rim.shape[0]):
            if rim[view] == 0:
                continue
            gain = reward * rim[view] * 2 - held
            for place in range(first, last):
                gain += _worth_of(views[order[place]], worth[order[place]], view)
            if gain > best:
                best, choice = gain, view
        if choice != current:
            for place in range(first, last):
                if _worth_of(views[order[place]], worth[order[place]], choice) > 0:
                    labels[order[place]] = choice
                    moved += 1
    return moved


@njit(cache=True, nogil=True)
def _worth_of(views: Any, worth: Any, view: Any) -> Any:
    for place in range(views.shape[0]):
        if views[place] == view:
            return worth[place]
    return np.float32(_MISSING)


def warm() -> None:
    """Compile the kernels on two faces."""
    found = Candidates.none(2)
    found.views[:, 0], found.scores[:, 0] = np.arange(2), 1
    found.views[:, 1], found.scores[:, 1] = 1 - np.arange(2), 0.5
    choose_views(found, np.array([[0, 1]], np.int32))
