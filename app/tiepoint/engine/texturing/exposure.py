"""Exposure and white balance of photos against each other, from faces that several photos show. Any thread."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.texturing.candidates import Candidates

_SAMPLE: Final = 30_000
_PLACES: Final = 4
_DARKEST: Final = 15
_BRIGHTEST: Final = 245
_LEAST_SHARED: Final = 30
_TRUSTED: Final = 1000
_PULL_TO_ONE: Final = 0.6
_WIDEST_GAIN: Final = 1.6


def gains(found: Candidates, views: int) -> NDArray[np.float32]:
    """Return factors for every photo that make common faces equally bright.

    Medians over the faces two photos share, so that things that moved or do not fit do not count; then least squares
    over all pairs of photos. A pull to 1 keeps the light's direction, which changes colours a little from photo to
    photo, from adding up along a row of photos.

    Args:
        found: Candidates of the faces.
        views: Number of photos.

    Returns:
        (views, 3) float32 factors for blue, green, red; their geometric mean is 1.
    """
    step = max(1, len(found.views) // _SAMPLE)
    first, second, ratios = _ratios(found.views[::step, :_PLACES], found.looks[::step, :_PLACES, :3])
    result = np.ones((views, 3), np.float32)
    for channel in range(3):
        known = np.isfinite(ratios[:, channel])
        logs = _solved(first[known].astype(np.int64) * views + second[known], ratios[known, channel], views)
        result[:, channel] = np.exp(np.clip(logs - logs.mean(), -np.log(_WIDEST_GAIN), np.log(_WIDEST_GAIN)))
    return result


def _ratios(
    seen: NDArray[np.int16], colours: NDArray[np.uint8]
) -> tuple[NDArray[np.int16], NDArray[np.int16], NDArray[np.float32]]:
    """Return photo pairs (lower number first) and the log ratios of their colours, NaN where too dark or bright."""
    firsts, seconds, ratios = [], [], []
    for one in range(seen.shape[1]):
        for other in range(one + 1, seen.shape[1]):
            both = seen[:, other] >= 0
            a, b = seen[both, one], seen[both, other]
            left, right = colours[both, one].astype(np.float32), colours[both, other].astype(np.float32)
            usable = (np.minimum(left, right) > _DARKEST) & (np.maximum(left, right) < _BRIGHTEST)
            ratio = np.where(usable, np.log(np.maximum(left, 1) / np.maximum(right, 1)), np.nan)
            firsts.append(np.minimum(a, b))
            seconds.append(np.maximum(a, b))
            ratios.append(np.where((a < b)[:, None], ratio, -ratio))
    return np.concatenate(firsts), np.concatenate(seconds), np.concatenate(ratios).astype(np.float32)


def _solved(keys: NDArray[np.int64], ratios: NDArray[np.float32], views: int) -> NDArray[np.float64]:
    order = np.lexsort((ratios, keys))
    keys, ratios = keys[order], ratios[order]
    pairs, starts, counts = np.unique(keys, return_index=True, return_counts=True)
    system = np.eye(views)
    target = np.zeros(views)
    for pair, start, count in zip(pairs, starts, counts, strict=True):
        if count < _LEAST_SHARED:
            continue
        one, other, weight = int(pair) // views, int(pair) % views, float(min(count, _TRUSTED))
        middle = float(ratios[start + count // 2]) * weight
        system[one, one] += weight
        system[other, other] += weight
        system[one, other] -= weight
        system[other, one] -= weight
        target[one] -= middle
        target[other] += middle
    system[np.diag_indices(views)] *= 1 + _PULL_TO_ONE
    return np.asarray(np.linalg.solve(system, target), np.float64)
