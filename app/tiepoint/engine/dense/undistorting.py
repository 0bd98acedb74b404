"""Undistorted photos at the size of the depth maps. Files to files; any thread; draws on one core.

The photo is sampled finer than it is kept and then averaged, so that fine texture does not turn into noise.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.dense.atomic_file import replaced

# Workers are one per core; OpenCV would start a pool of threads in each.
cv2.setNumThreads(1)

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

_JPEG_QUALITY: Final = 95
_LEAST_DETAIL: Final = 1.5
_REDUCED: Final[tuple[tuple[int, int], ...]] = (
    (4, cv2.IMREAD_REDUCED_COLOR_4),
    (2, cv2.IMREAD_REDUCED_COLOR_2),
    (1, cv2.IMREAD_COLOR),
)


def undistorted_camera(camera: Any, size_px: int) -> Any:
    """Return the pinhole camera of a photo's undistorted copy.

    Args:
        camera: pycolmap.Camera of the prepared photo.
        size_px: Longest side of the copy, pixels; 0 keeps the photo's own.
    """
    import pycolmap

    options = pycolmap.UndistortCameraOptions()
    options.max_image_size = size_px or -1
    return pycolmap.undistort_camera(options, camera)


class Undistorter:
    """Undistorts the photos of one camera.

    Args:
        camera: pycolmap.Camera of the prepared photos.
        size_px: Longest side of the copies, pixels; 0 keeps the photos' own.
    """

    def __init__(self, camera: Any, size_px: int) -> None:
        target = undistorted_camera(camera, size_px)
        ratio = max(camera.width, camera.height) / max(target.width, target.height)
        self._size = (int(target.width), int(target.height))
        self._reduction, self._flag = next(
            found for found in _REDUCED if ratio / found[0] >= _LEAST_DETAIL * (found[0] > 1)
        )
        self._finer = max(1, round(ratio / self._reduction))
        self._columns, self._rows = self._lookup(camera, target)

    def _lookup(self, camera: Any, target: Any) -> tuple[Floats, Floats]:
        """Return where each fine pixel of the copy lies in the photo as decoded, (h, w) float32 pixels."""
        width, height = self._size[0] * self._finer, self._size[1] * self._finer
        x = ((np.arange(width) + 0.5) / self._finer - target.principal_point_x) / target.focal_length_x
        y = ((np.arange(height) + 0.5) / self._finer - target.principal_point_y) / target.focal_length_y
        rays = np.stack([*np.broadcast_arrays(x[None, :], y[:, None]), np.ones((height, width))], axis=-1)
        found = camera.img_from_cam(rays.reshape(-1, 3)).reshape(height, width, 2) / self._reduction - 0.5
        return found[..., 0].astype(np.float32), found[..., 1].astype(np.float32)

    def undistort(self, photo: Path, copy: Path) -> None:
        """Write the undistorted copy of a photo, without any metadata.

        Raises:
            EngineFailure: The photo cannot be decoded.
            OSError: A file cannot be read or written.
        """
        picture = read_picture(photo, self._flag | cv2.IMREAD_IGNORE_ORIENTATION)
        sampled = cv2.remap(picture, self._columns, self._rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        small = sampled if self._finer == 1 else cv2.resize(sampled, self._size, interpolation=cv2.INTER_AREA)
        encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        with replaced(copy) as file:
            file.write(encoded.tobytes())


def read_picture(path: Path, flag: int) -> Picture:
    """Return a picture as OpenCV decodes it, from any path the system can open.

    Args:
        path: The file.
        flag: OpenCV's IMREAD flags.

    Raises:
        EngineFailure: It is no picture.
        OSError: The file cannot be read.
    """
    picture = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), flag)
    if picture is None:
        raise EngineFailure(
            f"The photo {path.name} in the work folder cannot be decoded.",
            remedy="Remove the job's work folder and run the job again.",
        )
    return np.asarray(picture, np.uint8)
