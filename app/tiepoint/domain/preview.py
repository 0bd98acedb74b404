"""The partial result of a running job: a small cloud and the cameras, in the frame of the final products.

Must not read files (`ports.preview_store`). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class CameraState(StrEnum):
    """Where a camera is in the running stage."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PreviewCamera:
    """An aligned photo.

    Args:
        photo: Path of the photo inside its capture.
        center: Where it was taken, in the cloud's frame.
        rotation: Camera to world, row by row (9 numbers); x right, y down, z forward.
        size_px: Width and height.
        focal_px: Focal length of an ideal camera of that size.
        state: Whether its depth map is done; `DONE` after depth maps.
    """

    photo: str
    center: tuple[float, float, float]
    rotation: tuple[float, ...]
    size_px: tuple[int, int]
    focal_px: float
    state: CameraState = CameraState.WAITING


@dataclass(frozen=True, slots=True)
class Preview:
    """A partial result as it is on disk now.

    Args:
        cloud: The cloud: binary little-endian PLY, x y z float32, red green blue uint8, nothing else. It is replaced
            as a whole and never written in place, so it can be mapped; read it off the loop.
        points: How many points it has.
        stage: Stage it comes from: `alignment` (tie points), `depth_maps`, `point_cloud`.
        photos_done: Photos that are in it.
        photos_total: Photos that can get in.
        cameras: The aligned photos.
        has_scale: Whether a unit of the frame is a metre.
        updated: When it was written, UTC.
        revision: Differs whenever the content does.
    """

    cloud: Path
    points: int
    stage: str
    photos_done: int
    photos_total: int
    cameras: tuple[PreviewCamera, ...] = ()
    has_scale: bool = False
    updated: datetime | None = None
    revision: str = ""
