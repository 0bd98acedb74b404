"""A tiny capture taken through depth maps and fusion, so that all kernels get compiled at set-up. Any thread.

It runs the very functions of a job: kernels are cached per argument types, and only the real callers surely agree.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from tiepoint.engine.dense.atomic_file import replaced
from tiepoint.engine.dense.depth_files import write_depth_map
from tiepoint.engine.dense.depth_map import Effort
from tiepoint.engine.dense.fusion import Agreement, Fusion
from tiepoint.engine.dense.thinning import Thinning
from tiepoint.engine.dense.views import ViewGeometry, view_path, write_view

_NAMES: Final = ("left.jpg", "middle.jpg", "right.jpg")
_SIZE_PX: Final = 64
_FOCAL_PX: Final = 64.0


def warm() -> None:
    """Photograph a noisy wall from three places and reconstruct it.

    Raises:
        OSError: No temporary folder can be written.
    """
    with tempfile.TemporaryDirectory(prefix="tiepoint-") as folder:
        work = Path(folder)
        _write_photos(work)
        sources = {name: [other for other in _NAMES if other != name] for name in _NAMES}
        for name, others in sources.items():
            write_view(view_path(work, name), _view([name, *others]))
            write_depth_map(work, [name, *others], Effort(1, 1))
        fusion, thinning = Fusion(work, sources, Agreement()), Thinning(1.0)
        for name in sources:
            thinning.new_points(fusion.points_of(name)[0])


def _write_photos(work: Path) -> None:
    wall = np.random.default_rng(1).integers(0, 255, (_SIZE_PX, 2 * _SIZE_PX, 3)).astype(np.uint8)
    for index, name in enumerate(_NAMES):
        photo = np.ascontiguousarray(wall[:, 4 * index : 4 * index + _SIZE_PX])
        with replaced(work / "undistorted" / "images" / name) as file:
            file.write(cv2.imencode(".jpg", photo)[1].tobytes())


def _view(names: list[str]) -> ViewGeometry:
    middle = (_SIZE_PX - 1) / 2
    matrix = np.array([[_FOCAL_PX, 0, middle], [0, _FOCAL_PX, middle], [0, 0, 1.0]])
    shifts = [[-4 / _FOCAL_PX * _NAMES.index(name), 0.0, 0.0] for name in names]
    spots = np.array([[8.0, 8, 1], [56, 8, 1], [8, 56, 1], [56, 56, 1], [32, 32, 1]])
    return ViewGeometry(
        intrinsics=np.repeat(matrix[None], len(names), axis=0),
        rotations=np.repeat(np.eye(3)[None], len(names), axis=0),
        translations=np.array(shifts),
        tie_points=spots,
        bounds=np.array([0.5, 2.0]),
    )
