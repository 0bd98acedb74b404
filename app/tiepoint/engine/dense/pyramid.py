"""The photos of a depth map at one level of the pyramid, in the form the kernels take. numpy and OpenCV; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Photo:
    """An undistorted photo with its camera.

    Attributes:
        brightness: (h, w) uint8.
        intrinsics: (3, 3) float64, pixels, the centre of the first pixel at (0, 0).
        rotation: (3, 3) float64, camera from job frame.
        translation: (3,) float64, camera from job frame, job units.
    """

    brightness: NDArray[np.uint8]
    intrinsics: Doubles
    rotation: Doubles
    translation: Doubles

    def shrunk(self, factor: int) -> Photo:
        """Return the photo at 1/factor of its size."""
        if factor == 1:
            return self
        height, width = self.brightness.shape
        size = (max(1, round(width / factor)), max(1, round(height / factor)))
        brightness = cv2.resize(self.brightness, size, interpolation=cv2.INTER_AREA)
        scale = np.diag([size[0] / width, size[1] / height, 1.0])
        centre = np.array([[1.0, 0, 0.5], [0, 1.0, 0.5], [0, 0, 1.0]])
        intrinsics = np.linalg.inv(centre) @ scale @ centre @ self.intrinsics
        return Photo(np.asarray(brightness, np.uint8), intrinsics, self.rotation, self.translation)


@dataclass(frozen=True, slots=True)
class Sources:
    """The source photos of a depth map.

    Attributes:
        images: (V, N) uint32, packed; one row per source.
        sizes: (V, 2) float32, width and height in pixels.
        maps: (V, 3, 3) float32, homogeneous source pixel = maps @ (x, y, 1) + shifts * inverse depth.
        shifts: (V, 3) float32.
    """

    images: NDArray[np.uint32]
    sizes: Floats
    maps: Floats
    shifts: Floats


def sources_of(reference: Photo, photos: Sequence[Photo]) -> Sources:
    """Return the sources of a reference photo; a single one counts twice, as the cost takes the best two."""
    photos = photos if len(photos) > 1 else [*photos, *photos]
    packed = [_packed(photo.brightness) for photo in photos]
    images = np.zeros((len(packed), max(image.size for image in packed)), np.uint32)
    for row, image in zip(images, packed, strict=True):
        row[: image.size] = image
    from_pixel = np.linalg.inv(reference.intrinsics)
    maps, shifts = [], []
    for photo in photos:
        rotation = photo.rotation @ reference.rotation.T
        maps.append(photo.intrinsics @ rotation @ from_pixel)
        shifts.append(photo.intrinsics @ (photo.translation - rotation @ reference.translation))
    sizes = np.array([photo.brightness.shape[::-1] for photo in photos], np.float32)
    return Sources(images, sizes, np.array(maps, np.float32), np.array(shifts, np.float32))


def _packed(brightness: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Return (h * w,) uint32: each pixel with its right, lower and lower right neighbour, for one load per sample."""
    wide = np.pad(brightness, ((0, 1), (0, 1)), mode="edge").astype(np.uint32)
    word = wide[:-1, :-1] | wide[:-1, 1:] << 8 | wide[1:, :-1] << 16 | wide[1:, 1:] << 24
    return word.reshape(-1).astype(np.uint32, copy=False)
