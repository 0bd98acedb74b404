"""Which way is up in a model without positions, judged from how people hold cameras. Pure; any thread."""

from __future__ import annotations

from typing import Final

import numpy as np

from tiepoint.engine.sfm.tie_points import Floats, TiePoints

# People level the horizon: camera right axes lie flat. The axis they avoid is up, once they span a plane.
_SPANS_PLANE: Final = 0.12
_IS_FLAT: Final = 0.25
# Flight lines there and back cancel out: then the camera's top side says nothing, and it looks down.
_LEAST_AGREEMENT: Final = 0.3


def up_of(tie_points: TiePoints) -> Floats:
    """Return the unit vector that points up in the model's frame, (3,) float64."""
    tops = -tie_points.rotations[:, 1]
    mean_top = tops.mean(axis=0)
    if np.linalg.norm(mean_top) < _LEAST_AGREEMENT:
        return _unit(-tie_points.rotations[:, 2].mean(axis=0))
    right = tie_points.rotations[:, 0]
    shares, axes = np.linalg.eigh(right.T @ right / len(right))
    if shares[1] > _SPANS_PLANE and shares[0] < _IS_FLAT * shares[1]:
        return _unit(axes[:, 0] * np.sign(axes[:, 0] @ mean_top))
    return _unit(mean_top)


def upright_rotation(tie_points: TiePoints) -> Floats:
    """Return the rotation to a frame with z up whose x axis is what the first photo has to its right, (3, 3)."""
    up = up_of(tie_points)
    right = tie_points.rotations[0, 0] - up * (tie_points.rotations[0, 0] @ up)
    if np.linalg.norm(right) < 0.1:
        right = tie_points.rotations[0, 2] - up * (tie_points.rotations[0, 2] @ up)
    right = _unit(right)
    return np.array([right, np.cross(up, right), up])


def _unit(vector: Floats) -> Floats:
    return vector / (np.linalg.norm(vector) or 1.0)
