"""Oriented photos as numbers: project job-frame points into a photo, lens distortion included. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

_LENS_MARGIN: Final = 1.1


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A photo with its camera and pose.

    Attributes:
        name: The photo's name in the sparse model.
        width: Columns, px.
        height: Rows, px.
        camera: The pycolmap camera, scaled to width x height.
        rotation: (3, 3) float64, job frame to camera frame.
        translation: (3,) float64, camera frame, m.
        widest: Largest x/z, y/z radius the lens model is trusted for.
    """

    name: str
    width: int
    height: int
    camera: Any
    rotation: NDArray[np.float64]
    translation: NDArray[np.float64]
    widest: float

    @property
    def centre(self) -> NDArray[np.float64]:
        """The projection centre, (3,) float64, job frame, m."""
        centre: NDArray[np.float64] = -self.rotation.T @ self.translation
        return centre

    def project(self, points: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Project points into the photo.

        Args:
            points: (N, 3), job frame, m.

        Returns:
            (N, 2) float32 px, where (0, 0) is the centre of the first pixel, and (N,) float32 depths in m;
            a depth of -1 marks points behind the camera or beyond what the lens model holds for.
        """
        lens = _radial_lens(self.camera)
        if lens is not None:
            pose = np.concatenate([self.rotation.ravel(), self.translation])
            pixels, depth = np.empty((len(points), 2), np.float32), np.empty(len(points), np.float32)
            _project(np.ascontiguousarray(points, np.float32), pose, lens, self.widest, pixels, depth)
            return pixels, depth
        return self._project_any(points)

    def _project_any(self, points: NDArray[Any]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Project through any lens model pycolmap knows; ten times slower than the common ones."""
        local = points @ self.rotation.T + self.translation
        depth = local[:, 2].astype(np.float32)
        with np.errstate(divide="ignore", invalid="ignore"):
            radius = np.hypot(local[:, 0], local[:, 1]) / local[:, 2]
        depth[~((local[:, 2] > 1e-9) & (radius < self.widest))] = -1.0
        pixels = np.full((len(points), 2), -1.0, np.float32)
        ahead = depth > 0
        pixels[ahead] = self.camera.img_from_cam(local[ahead]) - 0.5
        depth[~np.isfinite(pixels).all(axis=1)] = -1.0
        pixels[depth < 0] = -1.0
        return pixels, depth


_LENSES: Final[dict[str, tuple[str, ...]]] = {
    "SIMPLE_PINHOLE": ("f", "cx", "cy"),
    "PINHOLE": ("fx", "fy", "cx", "cy"),
    "SIMPLE_RADIAL": ("f", "cx", "cy", "k1"),
    "RADIAL": ("f", "cx", "cy", "k1", "k2"),
    "OPENCV": ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2"),
}


def _radial_lens(camera: Any) -> NDArray[np.float64] | None:
    """Return (fx, fy, cx, cy, k1, k2, p1, p2), or None for other lens models (COLMAP's camera models)."""
    names = _LENSES.get(str(camera.model_name))
    if names is None:
        return None
    known = dict(zip(names, (float(value) for value in camera.params), strict=True))
    focal = known.get("f", 0.0)
    order = ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2")
    defaults = {"fx": focal, "fy": focal}
    return np.array([known.get(name, defaults.get(name, 0.0)) for name in order], np.float64)


@njit(cache=True, nogil=True)
def _project(points: Any, pose: Any, lens: Any, widest: Any, pixels: Any, depth: Any) -> None:
    for index in range(points.shape[0]):
        x, y, z = np.float64(points[index, 0]), np.float64(points[index, 1]), np.float64(points[index, 2])
        far = pose[6] * x + pose[7] * y + pose[8] * z + pose[11]
        pixels[index, 0], pixels[index, 1], depth[index] = -1.0, -1.0, -1.0
        if far <= 1e-9:
            continue
        u = (pose[0] * x + pose[1] * y + pose[2] * z + pose[9]) / far
        v = (pose[3] * x + pose[4] * y + pose[5] * z + pose[10]) / far
        square = u * u + v * v
        if square > widest * widest:
            continue
        radial = square * (lens[4] + square * lens[5])
        across = u * radial + 2 * lens[6] * u * v + lens[7] * (square + 2 * u * u)
        down = v * radial + 2 * lens[7] * u * v + lens[6] * (square + 2 * v * v)
        pixels[index, 0] = lens[0] * (u + across) + lens[2] - 0.5
        pixels[index, 1] = lens[1] * (v + down) + lens[3] - 0.5
        depth[index] = far


def warm() -> None:
    """Compile the kernel on one point."""
    _project(np.ones((1, 3), np.float32), np.ones(12), np.ones(8), 10.0, np.zeros((1, 2), np.float32),
             np.zeros(1, np.float32))  # fmt: skip


def load_views(sparse: Path, longest_side_px: int = 0) -> list[View]:
    """Return the oriented photos of a sparse model, by name.

    Args:
        sparse: Folder of a COLMAP binary model.
        longest_side_px: Scale cameras down to this longest side; 0 keeps their size.
    """
    import pycolmap

    model = pycolmap.Reconstruction(str(sparse))
    images = [model.images[identifier] for identifier in model.reg_image_ids()]
    return [
        _view(image, _scaled(model.cameras[image.camera_id], longest_side_px))
        for image in sorted(images, key=lambda image: str(image.name))
    ]


def _scaled(camera: Any, longest_side_px: int) -> Any:
    import pycolmap

    scaled = pycolmap.Camera(camera.todict())
    longest = max(camera.width, camera.height)
    if 0 < longest_side_px < longest:
        factor = longest_side_px / longest
        scaled.rescale(max(1, round(camera.width * factor)), max(1, round(camera.height * factor)))
    return scaled


def _view(image: Any, camera: Any) -> View:
    pose = np.asarray(image.cam_from_world().matrix(), np.float64)
    width, height = int(camera.width), int(camera.height)
    across, down = np.linspace(0, width, 9), np.linspace(0, height, 9)
    edge = np.concatenate(
        [np.stack([across, np.full(9, side)], 1) for side in (0.0, height)]
        + [np.stack([np.full(9, side), down], 1) for side in (0.0, width)]
    )
    rays = np.asarray(camera.cam_from_img(edge))
    radius = np.hypot(rays[:, 0], rays[:, 1])
    widest = float(np.nanmax(radius)) * _LENS_MARGIN if np.isfinite(radius).any() else np.inf
    return View(str(image.name), width, height, camera, pose[:, :3].copy(), pose[:, 3].copy(), widest)
