"""A model as arrays: what georeferencing, source views and the scene box compute with. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class TiePoints:
    """Aligned photos, tie points and who sees which.

    Attributes:
        images: Image names of the N aligned photos, sorted.
        centers: (N, 3) float64, camera centres in the model's frame.
        rotations: (N, 3, 3) float64, camera from world; camera axes are right, down, forward.
        points: (P, 3) float64, tie points in the model's frame.
        observed_by: (M,) int64, index into `images` of each observation.
        observed: (M,) int64, index into `points` of each observation; observations are sorted by point.
        depths: (M,) float64, depth of the point in the photo, model units.
        errors_px: (M,) float64, reprojection errors in prepared pixels.
    """

    images: list[str]
    centers: Floats
    rotations: Floats
    points: Floats
    observed_by: Indices
    observed: Indices
    depths: Floats
    errors_px: Floats

    @property
    def track_lengths(self) -> Indices:
        """(P,) int64, how many photos see each tie point."""
        return np.bincount(self.observed, minlength=len(self.points))

    @property
    def counts(self) -> Indices:
        """(N,) int64, how many tie points each photo sees."""
        return np.bincount(self.observed_by, minlength=len(self.images))

    def seen_by(self, photo: int) -> Indices:
        """Return the observations of a photo."""
        return np.flatnonzero(self.observed_by == photo)


def tie_points_of(model: Any) -> TiePoints:
    """Return the arrays of a model; a point that a photo sees twice counts once.

    Args:
        model: A COLMAP reconstruction.
    """
    numbers = sorted(model.reg_image_ids(), key=lambda number: str(model.images[number].name))
    poses = [model.images[number].cam_from_world() for number in numbers]
    rotations = np.array([pose.rotation.matrix() for pose in poses]).reshape(-1, 3, 3)
    translations = np.array([pose.translation for pose in poses]).reshape(-1, 3)
    index = {number: place for place, number in enumerate(numbers)}
    points, photo, point, feature = _observations(model, index)
    depths = np.einsum("mj,mj->m", rotations[photo][:, 2], points[point]) + translations[photo, 2]
    errors = np.zeros(len(photo))
    for place, number in enumerate(numbers):
        mine = np.flatnonzero(photo == place)
        image = model.images[number]
        measured = np.array([image.points2D[int(which)].xy for which in feature[mine]]).reshape(-1, 2)
        local = points[point[mine]] @ rotations[place].T + translations[place]
        projected = model.cameras[image.camera_id].img_from_cam(local)
        errors[mine] = np.linalg.norm(np.asarray(projected).reshape(-1, 2) - measured, axis=1)
    return TiePoints(
        images=[str(model.images[number].name) for number in numbers],
        centers=-np.einsum("nji,nj->ni", rotations, translations),
        rotations=rotations,
        points=points,
        observed_by=photo,
        observed=point,
        depths=depths,
        errors_px=errors,
    )


def _observations(model: Any, index: dict[int, int]) -> tuple[Floats, Indices, Indices, Indices]:
    positions: list[Floats] = []
    seen: list[tuple[int, int, int]] = []
    for place, tie_point in enumerate(model.points3D.values()):
        positions.append(tie_point.xyz)
        found = {index[element.image_id]: element.point2D_idx for element in tie_point.track.elements}
        seen.extend((photo, place, feature) for photo, feature in sorted(found.items()))
    table = np.array(seen, np.int64).reshape(-1, 3)
    return np.array(positions, np.float64).reshape(-1, 3), table[:, 0], table[:, 1], table[:, 2]
