"""Oriented photos as numbers: project job-frame points into a photo, lens distortion included. Any thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
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
