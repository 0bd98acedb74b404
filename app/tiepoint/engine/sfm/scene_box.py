"""The box the scene lies in, so that a far background does not eat the mesh's resolution. Pure; any thread."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from tiepoint.engine.sfm.tie_points import Floats, TiePoints

_SURE_TRACK: Final = 3
_FEWEST_SURE: Final = 50
# A point counts as background to a photo beyond this many times the photo's median depth.
_BACKGROUND: Final = 2.5
_PERCENT: Final = 0.5
_MARGIN: Final = 0.08


def scene_box(tie_points: TiePoints) -> dict[str, Any]:
    """Return `min` and `max` of the box, three numbers each, in the frame of the tie points."""
    lengths = tie_points.track_lengths
    sure = lengths >= _SURE_TRACK
    if sure.sum() < _FEWEST_SURE:
        sure = lengths >= 2
    kept = sure & _is_scene(tie_points)
    points = tie_points.points[kept if kept.sum() >= _FEWEST_SURE else sure]
    if not len(points):
        points = tie_points.points
    low, high = np.percentile(points, [_PERCENT, 100 - _PERCENT], axis=0)
    margin = _MARGIN * float(np.max(high - low))
    return {"min": [float(value) for value in low - margin], "max": [float(value) for value in high + margin]}


def _is_scene(tie_points: TiePoints) -> Any:
    """Return which points most of the photos that see them do not take for background, (P,) bool."""
    limits: Floats = np.full(len(tie_points.images), np.inf)
    for photo in range(len(tie_points.images)):
        mine = tie_points.seen_by(photo)
        if len(mine):
            limits[photo] = _BACKGROUND * np.median(tie_points.depths[mine])
    is_near = (tie_points.depths > 0) & (tie_points.depths <= limits[tie_points.observed_by])
    near = np.bincount(tie_points.observed, weights=is_near, minlength=len(tie_points.points))
    return near >= tie_points.track_lengths / 2
