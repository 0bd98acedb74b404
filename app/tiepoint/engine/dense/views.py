"""What a depth map needs to know of its photo and its sources, in one small file per photo. Any thread.

Depth maps thus read no sparse model: a model of a thousand photos takes seconds to load.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.dense.atomic_file import replaced

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ViewGeometry:
    """A photo and its sources.

    Attributes:
        intrinsics: (1 + V, 3, 3) float64, the photo's, then its sources'; pixels of the undistorted copies,
            the centre of the first pixel at (0, 0).
        rotations: (1 + V, 3, 3) float64, camera from job frame.
        translations: (1 + V, 3) float64, camera from job frame, job units.
        tie_points: (M, 3) float64, column, row (pixels) and inverse depth (1 / job units) in the photo.
        bounds: (2,) float64, least and greatest inverse depth, 1 / job units.
    """

    intrinsics: Doubles
    rotations: Doubles
    translations: Doubles
    tie_points: Doubles
    bounds: Doubles


def view_path(work: Path, image: str) -> Path:
    """Return where the geometry of a photo lies."""
    return work / "undistorted" / "views" / f"{image}.npz"


def write_view(path: Path, view: ViewGeometry) -> None:
    """Write the file in one step.

    Raises:
        OSError: The file cannot be written.
    """
    with replaced(path) as file:
        np.savez(
            file,
            intrinsics=view.intrinsics,
            rotations=view.rotations,
            translations=view.translations,
            tie_points=view.tie_points,
            bounds=view.bounds,
        )


def read_view(path: Path) -> ViewGeometry:
    """Return what `write_view` wrote.

    Raises:
        EngineFailure: The file is missing or broken.
    """
    try:
        with np.load(path) as data:
            return ViewGeometry(**{name: data[name] for name in ViewGeometry.__dataclass_fields__})
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise EngineFailure(
            f"The work file {path.name} is missing or broken.",
            remedy="Run the job again; it continues from the last whole task.",
            retryable=True,
            detail=str(error),
        ) from error
