"""What is drawn: parts of a scene in memory, and reading them from GLB, OBJ and PLY files.

Frames: everything here has z up; files that have y up are turned. Reads files, writes none. Any thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tiepoint.domain.errors import InputError
from tiepoint.engine.rendering.kernels import add_face_normals

Floats = NDArray[np.float32]
Faces = NDArray[np.int32]
Bytes = NDArray[np.uint8]

SUFFIXES: Final = (".glb", ".gltf", ".obj", ".ply", ".stl", ".off")
# A picture of the whole model cannot show more texels than this; larger atlases are read at half size.
LARGEST_TEXTURE_PX: Final = 4096
PLAIN_COLOUR: Final = (196, 200, 206)


@dataclass(frozen=True, slots=True)
class Part:
    """One mesh or point cloud.

    Attributes:
        vertices: (V, 3) float32, z up.
        faces: (F, 3) int32; empty for a cloud.
        uv: (V, 2) float32, bottom-left origin, or None.
        texture: (H, W, 3) uint8 RGB, top row first, or None.
        colours: (V, 3) uint8 RGB, or None.
        normals: (V, 3) float32, any length, or None.
    """

    vertices: Floats
    faces: Faces
    uv: Floats | None = None
    texture: Bytes | None = None
    colours: Bytes | None = None
    normals: Floats | None = None

    @property
    def is_cloud(self) -> bool:
        """Whether there are points only."""
        return len(self.faces) == 0


def vertex_normals(vertices: Floats, faces: Faces) -> Floats:
    """Return (V, 3) float32 smooth unit normals, weighted by area; vertices at one place share theirs.

    Args:
        vertices: (V, 3) float32; texture seams repeat a position, which must not show as a crease.
        faces: (F, 3) int32.
    """
    place = _places(vertices)
    summed = np.zeros((int(place.max(initial=-1)) + 1, 3), np.float32)
    first = np.zeros(len(summed), np.int64)
    first[place] = np.arange(len(place))
    add_face_normals(np.ascontiguousarray(vertices[first]), np.ascontiguousarray(place[faces], np.int32), summed)
    length = np.linalg.norm(summed, axis=1, keepdims=True)
    unit = np.where(length > 0, summed / np.where(length > 0, length, 1), np.array((0, 0, 1), np.float32))
    return np.ascontiguousarray(unit[place], np.float32)


def _places(vertices: Floats) -> NDArray[np.int64]:
    """Return for each vertex the number of its position; equal positions have equal numbers."""
    bits = np.ascontiguousarray(vertices + np.float32(0), np.float32).view(np.uint32).astype(np.uint64)
    mixed = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ bits[:, 1] * np.uint64(0xC2B2AE3D27D4EB4F)
    mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= bits[:, 2] * np.uint64(0x94D049BB133111EB)
    number: NDArray[np.int64] = np.unique(mixed, return_inverse=True)[1].reshape(-1)
    return number


def load_texture(path: Path) -> Bytes:
    """Return an image file as (H, W, 3) uint8 RGB, at half size while it is larger than a picture can show.

    Raises:
        InputError: The file is no image.
    """
    try:
        with Image.open(path) as image:
            return texture_of(image)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            f"The texture {path.name} cannot be read.", remedy="Make the model again.", detail=str(error)
        ) from error


def texture_of(image: Image.Image) -> Bytes:
    """Return an opened image as (H, W, 3) uint8 RGB, at most LARGEST_TEXTURE_PX wide and high."""
    while max(image.size) > LARGEST_TEXTURE_PX:
        half = (max(image.width // 2, 1), max(image.height // 2, 1))
        # A JPEG not decoded yet is decoded at half size, which is several times as fast.
        image.draft("RGB", half)
        if max(image.size) > LARGEST_TEXTURE_PX:
            image = image.reduce(2)
    return np.ascontiguousarray(image.convert("RGB"), np.uint8)


def mip_levels(texture: Bytes) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return the texture with ever smaller copies, for pixels that cover many texels.

    Returns:
        All levels one behind the other as flat uint8, and (L, 3) int64 of start, width and height.
    """
    copies = [texture]
    while min(copies[-1].shape[:2]) >= 32:
        height, width = copies[-1].shape[:2]
        copies.append(cv2.resize(copies[-1], ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_AREA))
    starts = np.cumsum([0, *(copy.size for copy in copies[:-1])])
    levels = [(int(start), copy.shape[1], copy.shape[0]) for start, copy in zip(starts, copies, strict=True)]
    return np.concatenate([copy.reshape(-1) for copy in copies]), np.array(levels, np.int64)


def load_scene(path: Path) -> list[Part]:
    """Read a model or cloud.

    Raises:
        InputError: The file is missing, of an unknown kind, broken or empty.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path.name} is not a model or cloud that can be shown.",
            remedy=f"Choose a file that ends in {', '.join(SUFFIXES)}.",
        )
    parts = [part for geometry in _geometries(path) if (part := _part(geometry, has_y_up(path))) is not None]
    if not parts:
        raise InputError(f"{path.name} holds neither triangles nor points.", remedy="Choose another file.")
    return parts


def _geometries(path: Path) -> Sequence[Any]:
    import trimesh

    try:
        scene = trimesh.load_scene(path, process=False)
        return list(scene.dump(concatenate=False))
    except Exception as error:  # noqa: BLE001 - trimesh raises whatever the broken file makes its readers raise
        raise InputError(
            f"{path.name} cannot be read.", remedy="Check that the file is whole, or make it again.", detail=repr(error)
        ) from error


def has_y_up(path: Path) -> bool:
    """GLB has y up by its standard, PLY and STL z by habit; an OBJ of ours says z, others have y."""
    suffix = path.suffix.lower()
    if suffix == ".obj":
        with path.open("rb") as file:
            return b"z up" not in file.read(2000)
    return suffix in {".glb", ".gltf"}


def _part(geometry: Any, has_y_up: bool) -> Part | None:
    vertices = np.asarray(getattr(geometry, "vertices", ()), np.float64)
    whole = len(vertices) > 0 and bool(np.isfinite(vertices).all())
    if not whole:
        return None
    if has_y_up:
        vertices = np.stack([vertices[:, 0], -vertices[:, 2], vertices[:, 1]], 1)
    faces = np.ascontiguousarray(getattr(geometry, "faces", np.zeros((0, 3))), np.int32).reshape(-1, 3)
    uv, texture, colours = _look(geometry, len(vertices))
    return Part(np.ascontiguousarray(vertices, np.float32), faces, uv, texture, colours)


def _look(geometry: Any, count: int) -> tuple[Floats | None, Bytes | None, Bytes | None]:
    visual = getattr(geometry, "visual", None)
    uv = getattr(visual, "uv", None)
    material = getattr(visual, "material", None)
    image = getattr(material, "baseColorTexture", None) or getattr(material, "image", None)
    if uv is not None and image is not None and len(uv) == count:
        return np.ascontiguousarray(uv, np.float32), texture_of(image), None
    colours = getattr(geometry, "colors", None) if visual is None else _vertex_colours(visual)
    if colours is None or len(colours) != count:
        return None, None, None
    return None, None, np.ascontiguousarray(np.asarray(colours)[:, :3], np.uint8)


def _vertex_colours(visual: Any) -> Any:
    return visual.vertex_colors if getattr(visual, "kind", None) in {"vertex", "face"} else None
