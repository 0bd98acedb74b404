"""The textured mesh that the texture stage left, ready to be written as products. Reads only; any thread."""

from __future__ import annotations

import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.rendering.scene import vertex_normals


@dataclass(frozen=True, slots=True)
class TexturedModel:
    """A mesh with one texture.

    Attributes:
        vertices: (V, 3) float32, metres (or the capture's own unit), job frame: x east, y north, z up.
        faces: (F, 3) int32, counter-clockwise from outside.
        uv: (V, 2) float32, bottom-left origin.
        normals: (V, 3) float32 unit vectors, smooth across texture seams.
        atlas: The texture, a JPEG file.
        atlas_size_px: Its width and height.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    normals: NDArray[np.float32]
    atlas: Path
    atlas_size_px: tuple[int, int]


def read_model(work: Path) -> TexturedModel:
    """Return the textured mesh of a job.

    Args:
        work: The job's work folder; reads texture/mesh.npz and texture/atlas.jpg.

    Raises:
        EngineFailure: A file is missing or broken, or the mesh is empty.
    """
    path = work / "texture/mesh.npz"
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            vertices = np.ascontiguousarray(arrays["vertices"], np.float32)
            faces = np.ascontiguousarray(arrays["faces"], np.int32)
            uv = np.ascontiguousarray(arrays["uv"], np.float32)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineFailure(
            "The textured mesh of the job is missing or broken.",
            remedy="Run the job again; it continues from the last whole task.",
            retryable=True,
            detail=f"{path}: {error}",
        ) from error
    _check(vertices, faces, uv)
    atlas = work / "texture/atlas.jpg"
    return TexturedModel(vertices, faces, uv, vertex_normals(vertices, faces), atlas, jpeg_size_px(atlas))


def jpeg_size_px(path: Path) -> tuple[int, int]:
    """Return width and height of a JPEG from its frame header, without decoding it.

    Raises:
        EngineFailure: The file is missing or no JPEG.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise EngineFailure(f"The texture {path.name} is missing.", retryable=True, detail=str(error)) from error
    at = 2 if data[:2] == b"\xff\xd8" else len(data)
    while at + 9 < len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        # Frame headers are C0 to CF without DHT, JPG and DAC (ITU T.81, table B.1).
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    raise EngineFailure(f"The texture {path.name} is no JPEG.", remedy="Run the job again.", retryable=True)


def _check(vertices: NDArray[np.float32], faces: NDArray[np.int32], uv: NDArray[np.float32]) -> None:
    if len(faces) == 0 or len(vertices) == 0:
        raise EngineFailure(
            "The mesh is empty.",
            remedy="Take more photos that overlap by two thirds, or choose a higher preset.",
        )
    fits = vertices.shape[1:] == (3,) and faces.shape[1:] == (3,) and uv.shape == (len(vertices), 2)
    in_range = fits and faces.min() >= 0 and faces.max() < len(vertices)
    if not in_range or not np.isfinite(vertices).all() or not np.isfinite(uv).all():
        raise EngineFailure("The textured mesh of the job is broken.", remedy="Run the job again.", retryable=True)


def face_count(path: Path) -> int:
    """Return how many triangles texture/mesh.npz holds, reading the array's header only.

    Raises:
        EngineFailure: The file is missing or broken.
    """
    try:
        with zipfile.ZipFile(path) as archive, archive.open("faces.npy") as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            return int(read(file)[0][0])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise EngineFailure(
            "The textured mesh of the job is missing or broken.", retryable=True, detail=f"{path}: {error}"
        ) from error
