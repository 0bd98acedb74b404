"""From the mapper's frame to the job's: metres east, north, up where positions are known, else upright and local.

In the alignment's child.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.sfm.positions import Positions
from tiepoint.engine.sfm.similarity import applied, robust_similarity
from tiepoint.engine.sfm.tie_points import Floats, TiePoints
from tiepoint.engine.sfm.upright import upright_rotation

logger = logging.getLogger("tiepoint.engine.alignment")

_FEWEST_POSITIONS: Final = 3
# A phone's or drone's GPS: 3 to 10 m; relative to the flight's extent for wide captures.
_LEAST_TOLERANCE_M: Final = 5.0
_TOLERANCE_SHARE: Final = 0.05
# Positions that fit no better than this share of their own spread give no scale worth having.
_MOST_RESIDUAL_SHARE: Final = 0.35
# Centres on a line leave the turn about it open.
_LINE_SHARE: Final = 0.08
_LOCAL_EXTENT: Final = 10.0


@dataclass(slots=True)
class Frame:
    """How the job's frame came about.

    Attributes:
        transform: From the mapper's frame, a COLMAP similarity.
        is_metric: Whether one unit is one metre.
        origin: Latitude and longitude in degrees and height in metres, or None.
        has_height: Whether the origin's height is known.
        outliers: Photos whose position does not fit.
        problem: Why positions were not used, or an empty text.
    """

    transform: Any
    is_metric: bool = False
    origin: tuple[float, float, float] | None = None
    has_height: bool = False
    outliers: list[str] = field(default_factory=list)
    problem: str = ""


def frame_of(tie_points: TiePoints, positions: Positions | None) -> Frame:
    """Return the job's frame.

    Args:
        tie_points: The model in the mapper's frame.
        positions: Where photos were taken, or None.
    """
    if positions is None:
        return _local_frame(tie_points)
    both = [index for index, image in enumerate(tie_points.images) if image in positions.enu]
    if len(both) < _FEWEST_POSITIONS:
        return _local_frame(tie_points, "Fewer than three aligned photos have a position.")
    centers = tie_points.centers[both]
    targets = np.array([positions.enu[tie_points.images[index]] for index in both])
    similarity = _fitted(tie_points, centers, targets, has_height=positions.has_height)
    if similarity is None:
        return _local_frame(tie_points, "The positions in the photos do not fit the photos.")
    fits = _fitting(applied(similarity, centers), targets, has_height=positions.has_height)
    if fits is None:
        return _local_frame(tie_points, "The positions in the photos are too coarse for their distances.")
    return Frame(
        transform=pycolmap.Sim3d(similarity),
        is_metric=True,
        origin=positions.origin,
        has_height=positions.has_height,
        outliers=[tie_points.images[index] for index, fit in zip(both, fits, strict=True) if not fit],
    )


def _fitted(tie_points: TiePoints, centers: Floats, targets: Floats, *, has_height: bool) -> Floats | None:
    """Return the similarity from the mapper's frame to metres, (3, 4) float64."""
    if has_height and _line_share(centers) > _LINE_SHARE and _line_share(targets) > _LINE_SHARE:
        return robust_similarity(centers, targets, tolerance_m(targets))
    upright = upright_rotation(tie_points)
    level = centers @ upright.T
    # Heights unknown, or all centres on a line: up is what the photos say, positions give the rest.
    reach = float(np.linalg.norm(level[:, :2] - level[:, :2].mean(axis=0), axis=1).max())
    reach_m = float(np.linalg.norm(targets[:, :2] - targets[:, :2].mean(axis=0), axis=1).max())
    if reach <= 0 or reach_m <= 0:
        return None
    heights = targets[:, 2] if has_height else (level[:, 2] - level[:, 2].mean()) * reach_m / reach
    goal = np.column_stack([targets[:, :2], heights])
    lifted = np.vstack([level, level + [0, 0, reach]])
    fitted = robust_similarity(lifted, np.vstack([goal, goal + [0, 0, reach_m]]), tolerance_m(targets))
    if fitted is None:
        return None
    turned = fitted[:, :3] @ upright
    return np.column_stack([turned, fitted[:, 3]])


def _fitting(moved: Floats, targets: Floats, *, has_height: bool) -> NDArray[np.bool_] | None:
    """Return which photos are where their positions say, or None when too few are to give a scale."""
    axes = 3 if has_height else 2
    residuals_m = np.linalg.norm(moved[:, :axes] - targets[:, :axes], axis=1)
    fits: NDArray[np.bool_] = residuals_m <= tolerance_m(targets)
    if fits.sum() < max(_FEWEST_POSITIONS, len(fits) / 2):
        return None
    kept = targets[fits]
    spread_m = float(np.sqrt(np.mean(np.sum((kept - kept.mean(axis=0)) ** 2, axis=1))))
    rms_m = float(np.sqrt(np.mean(residuals_m[fits] ** 2)))
    logger.info("positions: %d of %d fit, rms %.2f m, spread %.2f m", fits.sum(), len(fits), rms_m, spread_m)
    return fits if rms_m <= _MOST_RESIDUAL_SHARE * spread_m else None


def tolerance_m(targets: Floats) -> float:
    """Return how far from its position a photo may be and still fit.

    Args:
        targets: (N, 3) positions of all photos, metres.
    """
    extent = float(np.linalg.norm(np.ptp(targets, axis=0)))
    return max(_LEAST_TOLERANCE_M, _TOLERANCE_SHARE * extent)


def _line_share(points: Floats) -> float:
    """Return the second extent over the first: near 0 when all lie on a line."""
    extents = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return float(extents[1] / extents[0]) if extents[0] > 0 else 0.0


def _local_frame(tie_points: TiePoints, problem: str = "") -> Frame:
    """Return an upright frame around the tie points, its origin in their middle, on the ground."""
    rotation = upright_rotation(tie_points)
    points = tie_points.points @ rotation.T
    low, high = np.percentile(points, [2, 98], axis=0)
    scale = _LOCAL_EXTENT / float(np.max(high - low) or 1.0)
    middle = np.array([(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]])
    return Frame(pycolmap.Sim3d(np.column_stack([scale * rotation, -scale * middle])), problem=problem)
