"""Depth maps fused into one point cloud: a point where enough photos agree. One core; any thread.

Photos are taken in order; a pixel that agreed to an earlier point makes no second one. Holds few depth maps at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.dense.colmap_arrays import read_array
from tiepoint.engine.dense.depth_files import depth_path, normal_path
from tiepoint.engine.dense.fusion_kernels import confirm, mark
from tiepoint.engine.dense.points import Points
from tiepoint.engine.dense.undistorting import read_picture
from tiepoint.engine.dense.views import read_view, view_path

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_VIEWS_HELD: Final = 12


@dataclass(frozen=True, slots=True)
class Agreement:
    """When photos agree.

    Attributes:
        photos: How many must see a point, the photo itself included.
        relative_depth: Greatest difference of depth, relative.
        reprojection_px: Greatest difference in the other photo, pixels.
        normal_deg: Greatest angle between normals, degrees.
    """

    photos: int = 3
    relative_depth: float = 0.01
    reprojection_px: float = 1.5
    normal_deg: float = 25.0


@dataclass(frozen=True, slots=True)
class _Surface:
    """A photo with its depth map."""

    depth: Floats
    normals: Floats
    colour: NDArray[np.uint8]
    camera: Floats
    rotation: Doubles
    translation: Doubles


class Fusion:
    """Fuses the depth maps of a work folder.

    Args:
        work: The job's work folder.
        sources: Source photos of every photo that has a depth map.
        agreement: When photos agree.
    """

    def __init__(self, work: Path, sources: Mapping[str, Sequence[str]], agreement: Agreement) -> None:
        self._agreement = agreement
        self._neighbours = _neighbours(sources)
        self._used: dict[str, NDArray[np.uint8]] = {}
        self._surface: Callable[[str], _Surface] = lru_cache(maxsize=_VIEWS_HELD)(lambda image: _read(work, image))
        cosine = np.cos(np.radians(agreement.normal_deg))
        self._limits = np.array([agreement.relative_depth, agreement.reprojection_px, cosine], np.float32)

    def points_of(self, image: str) -> tuple[Points, float]:
        """Return the points that a photo adds to the cloud, and the share of its pixels that others confirm.

        Each photo may be asked for once.

        Raises:
            EngineFailure: A work file is missing or broken.
            OSError: A file cannot be read.
        """
        own = self._surface(image)
        used = self._used.pop(image, np.zeros(own.depth.shape, np.uint8))
        neighbours = self._neighbours[image]
        votes, depth_sum = np.ones(own.depth.shape, np.uint8), own.depth.copy()
        normal_sum, colour_sum = own.normals.copy(), own.colour.astype(np.float32)
        partners = np.empty((len(neighbours), *own.depth.shape), np.int32)
        for partner, name in zip(partners, neighbours, strict=True):
            other = self._surface(name)
            confirm(
                own.depth, own.normals, used, own.camera, other.depth, other.normals, other.colour, other.camera,
                _between(own, other), self._limits, votes, depth_sum, normal_sum, colour_sum, partner,
            )  # fmt: skip
        least = min(self._agreement.photos, 1 + len(neighbours))
        for partner, name in zip(partners, neighbours, strict=True):
            shape = self._surface(name).depth.shape
            mark(votes, least, partner, self._used.setdefault(name, np.zeros(shape, np.uint8)))
        new = (votes >= least) & (own.depth > 0) & (used == 0)
        confirmed = float((new | (used > 0)).mean())
        return _points(own, new, votes, depth_sum, normal_sum, colour_sum), confirmed


def _neighbours(sources: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return whom to ask about each photo: its sources, and the photos it is a source of."""
    found = {image: [name for name in names if name in sources] for image, names in sources.items()}
    for image, names in sources.items():
        for name in names:
            if name in found and image not in found[name]:
                found[name].append(image)
    return found


def _read(work: Path, image: str) -> _Surface:
    view = read_view(view_path(work, image))
    matrix = view.intrinsics[0]
    camera = np.array([matrix[0, 0], matrix[1, 1], matrix[0, 2], matrix[1, 2]], np.float32)
    colour = read_picture(work / "undistorted" / "images" / image, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    return _Surface(
        depth=read_array(depth_path(work, image)),
        normals=read_array(normal_path(work, image)),
        colour=np.ascontiguousarray(colour[..., ::-1]),
        camera=camera,
        rotation=view.rotations[0],
        translation=view.translations[0],
    )


def _between(own: _Surface, other: _Surface) -> Floats:
    """Return (3, 4) float32: the other camera's frame from this one's."""
    rotation = other.rotation @ own.rotation.T
    shift = other.translation - rotation @ own.translation
    return np.ascontiguousarray(np.column_stack([rotation, shift]), np.float32)


def _points(
    own: _Surface,
    new: NDArray[np.bool_],
    votes: NDArray[np.uint8],
    depth_sum: Floats,
    normal_sum: Floats,
    colour_sum: Floats,
) -> Points:
    """Return the mean points of the chosen pixels, in the job frame."""
    rows, columns = np.nonzero(new)
    count = votes[rows, columns].astype(np.float64)
    depth = depth_sum[rows, columns] / count
    fx, fy, cx, cy = own.camera.astype(np.float64)
    rays = np.column_stack([(columns - cx) / fx, (rows - cy) / fy, np.ones(len(rows))])
    positions = (rays * depth[:, None] - own.translation) @ own.rotation
    normals = normal_sum[rows, columns].astype(np.float64) @ own.rotation
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    colours = np.rint(colour_sum[rows, columns] / count[:, None]).astype(np.uint8)
    footprints = (depth / fx).astype(np.float32)
    return Points(positions.astype(np.float32), normals.astype(np.float32), colours, footprints)
