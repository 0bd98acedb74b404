"""The similarity (scale, turn, shift) between two sets of points, also where all lie in one plane. Pure; any thread.

Umeyama 1991, "Least-squares estimation of transformation parameters between two point patterns". COLMAP's own
estimator refuses points in a plane, which is how most drones fly.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_SEED: Final = 0
_TRIALS: Final = 500
_SAMPLE: Final = 3
# Rank deficits smaller than this share of the largest extent make the turn a matter of rounding.
_LEAST_RANK: Final = 1e-9


def fitted_similarity(source: Floats, target: Floats) -> Floats | None:
    """Return the least-squares similarity from source to target, (3, 4) float64, or None when they lie on a line.

    Args:
        source: (N, 3) float64.
        target: (N, 3) float64, the same points elsewhere.
    """
    source_middle, target_middle = source.mean(axis=0), target.mean(axis=0)
    from_middle, to_middle = source - source_middle, target - target_middle
    left, extents, right = np.linalg.svd(to_middle.T @ from_middle / len(source))
    variance = float(np.mean(np.sum(from_middle**2, axis=1)))
    if extents[1] <= _LEAST_RANK * extents[0] or variance <= 0:
        return None
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    turn = left @ np.diag(signs) @ right
    scale = float(extents @ signs) / variance
    return np.column_stack([scale * turn, target_middle - scale * turn @ source_middle])


def robust_similarity(source: Floats, target: Floats, tolerance: float) -> Floats | None:
    """Return the similarity that brings most points within the tolerance, fitted to those, (3, 4) float64.

    Args:
        source: (N, 3) float64.
        target: (N, 3) float64, the same points elsewhere, some of them wrong.
        tolerance: Distance in the target's unit up to which a point fits.
    """
    found = fitted_similarity(source, target)
    if found is not None and _fits(found, source, target, tolerance).all():
        return found
    random = np.random.default_rng(_SEED)
    best = np.zeros(len(source), bool)
    for _ in range(_TRIALS):
        sample = random.choice(len(source), _SAMPLE, replace=False)
        trial = fitted_similarity(source[sample], target[sample])
        if trial is None:
            continue
        fits = _fits(trial, source, target, tolerance)
        if fits.sum() > best.sum():
            best = fits
    return fitted_similarity(source[best], target[best]) if best.sum() >= _SAMPLE else None


def applied(similarity: Floats, points: Floats) -> Floats:
    """Return the points under a (3, 4) similarity, (N, 3) float64."""
    moved: Floats = points @ similarity[:, :3].T + similarity[:, 3]
    return moved


def _fits(similarity: Floats, source: Floats, target: Floats, tolerance: float) -> NDArray[np.bool_]:
    fits: NDArray[np.bool_] = np.linalg.norm(applied(similarity, source) - target, axis=1) <= tolerance
    return fits
