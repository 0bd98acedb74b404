"""Shard databases: each task writes one of its own, whole or not at all. In workers and stage children.

Image numbers are those of `rounds.image_ids` in every database of a job, so that rows move between databases
unchanged. Names inside are those numbers too: COLMAP's lists of pairs break at spaces. `Database.merge` is not used:
it gives every shard cameras and numbers of its own.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pycolmap
from numpy.typing import NDArray

from tiepoint.engine.products.whole_file import replacing

CAMERA_MODEL: Final = "SIMPLE_RADIAL"
# Features know no lens; a database wants each photo to name a camera all the same.
ANY_CAMERA: Final[Mapping[str, Any]] = {"id": 1, "width": 1, "height": 1, "focal_px": 1.0, "has_focal": False}


@dataclass(frozen=True, slots=True)
class Features:
    """The features of one photo.

    Attributes:
        keypoints: (N, 6) float32, prepared pixels: x, y and the affine shape.
        descriptors: COLMAP's own descriptors, N rows.
    """

    keypoints: NDArray[np.float32]
    descriptors: Any


@contextmanager
def new_database(path: Path) -> Iterator[Any]:
    """Open an empty database that appears at `path` when the block ends well.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The folder cannot be written.
    """
    with replacing(path) as temporary:
        database = pycolmap.Database.open(temporary)
        try:
            yield database
        finally:
            # Closing folds the write-ahead log into the file.
            database.close()


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """Open a database that belongs to this task alone."""
    database = pycolmap.Database.open(path)
    try:
        yield database
    finally:
        database.close()


@contextmanager
def shard_opened(path: Path) -> Iterator[Any]:
    """Open a copy of a shard: opening takes a write lock without waiting, and others may read the shard right now.

    Raises:
        OSError: The shard is missing, or the disk is full.
    """
    folder = tempfile.TemporaryDirectory(dir=path.parent, prefix=".reading-")
    with folder as scratch, opened(shutil.copyfile(path, Path(scratch) / path.name)) as database:
        yield database


def write_cameras(database: Any, cameras: Sequence[Mapping[str, Any]]) -> None:
    """Add cameras, each with a rig of its own."""
    for entry in cameras:
        camera = pycolmap.Camera.create_from_model_name(
            int(entry["id"]), CAMERA_MODEL, float(entry["focal_px"]), int(entry["width"]), int(entry["height"])
        )
        camera.has_prior_focal_length = bool(entry["has_focal"])
        database.write_camera(camera, use_camera_id=True)
        rig = pycolmap.Rig(rig_id=camera.camera_id)
        rig.add_ref_sensor(camera.sensor_id)
        database.write_rig(rig, use_rig_id=True)


def write_image(database: Any, number: int, camera: int, name: str | None = None) -> None:
    """Add a photo and its frame; without a name it is called by its number."""
    image = pycolmap.Image(name=name or str(number), camera_id=camera, image_id=number)
    database.write_image(image, use_image_id=True)
    frame = pycolmap.Frame(frame_id=number, rig_id=camera)
    frame.add_data_id(image.data_id)
    database.write_frame(frame, use_frame_id=True)


def features_of(database: Any, number: int) -> Features:
    """Return the features of a photo of an open database."""
    return Features(database.read_keypoints(number), database.read_descriptors(number))


def read_features(path: Path, numbers: Collection[int]) -> dict[int, Features]:
    """Return the features of those of the photos that the shard holds, by number."""
    with shard_opened(path) as shard:
        return {number: features_of(shard, number) for number in numbers if shard.exists_keypoints(number)}


def write_features(database: Any, number: int, features: Features) -> None:
    """Add the features of a photo that the database knows."""
    database.write_keypoints(number, features.keypoints)
    database.write_descriptors(number, features.descriptors)
