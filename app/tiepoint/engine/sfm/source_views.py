"""For each photo, the photos its depth map is computed from, and the depths to look at. Pure; any thread.

A good source sees the same tie points from an angle that is wide enough for depth and narrow enough to look alike.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from scipy import sparse

from tiepoint.engine.sfm.tie_points import Floats, Indices, TiePoints

# The weight of an angle peaks at 8 degrees and falls off faster below than above, as in MVSNet's view selection.
_BEST_ANGLE_DEG: Final = 8.0
_BELOW_DEG: Final = 3.0
_ABOVE_DEG: Final = 12.0
_FEWEST_COMMON: Final = 8
_NEAR_SHARE, _FAR_SHARE = 0.75, 1.35


def source_views(tie_points: TiePoints, most: int) -> list[dict[str, Any]]:
    """Return `image`, `sources` (best first) and `depth_min`, `depth_max` of each aligned photo.

    Args:
        tie_points: The model in the job's frame.
        most: Most sources of a photo.
    """
    seen = sparse.csr_matrix(
        (np.ones(len(tie_points.observed), np.int8), (tie_points.observed, tie_points.observed_by)),
        shape=(len(tie_points.points), len(tie_points.images)),
    )
    return [_view(tie_points, seen, photo, most) for photo in range(len(tie_points.images))]


def _view(tie_points: TiePoints, seen: Any, photo: int, most: int) -> dict[str, Any]:
    mine = tie_points.seen_by(photo)
    scores = _scores(tie_points, seen, photo, tie_points.observed[mine])
    ranked = sorted(np.flatnonzero(scores > 0), key=lambda other: (-scores[other], tie_points.images[other]))
    low, high = _depth_range(tie_points.depths[mine])
    return {
        "image": tie_points.images[photo],
        "sources": [tie_points.images[other] for other in ranked[:most]],
        "depth_min": low,
        "depth_max": high,
    }


def _scores(tie_points: TiePoints, seen: Any, photo: int, mine: Indices) -> Floats:
    """Return how good a source each photo is, (N,) float64; 0 where it is none."""
    common = seen[mine].tocoo()
    point, other = mine[common.row], common.col.astype(np.int64)
    here = tie_points.points[point] - tie_points.centers[photo]
    there = tie_points.points[point] - tie_points.centers[other]
    cosine = np.einsum("mi,mi->m", here, there) / np.maximum(
        np.linalg.norm(here, axis=1) * np.linalg.norm(there, axis=1), 1e-12
    )
    off = np.degrees(np.arccos(np.clip(cosine, -1, 1))) - _BEST_ANGLE_DEG
    weights = np.exp(-(off**2) / (2 * np.where(off < 0, _BELOW_DEG, _ABOVE_DEG) ** 2))
    count = len(tie_points.images)
    scores: Floats = np.bincount(other, weights=weights, minlength=count).astype(np.float64)
    scores[np.bincount(other, minlength=count) < _FEWEST_COMMON] = 0
    scores[photo] = 0
    return scores


def _depth_range(depths: Floats) -> tuple[float, float]:
    ahead = depths[depths > 0]
    if not len(ahead):
        return 0.0, 0.0
    low, high = np.percentile(ahead, [1, 99])
    return float(low * _NEAR_SHARE), float(high * _FAR_SHARE)
