"""A model as arrays: what loaders make, what is simplified, drawn and picked. Plain frozen data; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.terms import ModelFacts, Point

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]
Indices: TypeAlias = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Texture:
    """A picture on a surface.

    Args:
        pixels: (H, W, 3) uint8 RGB, first row at the top; smaller than the file where a limit asks for it.
        file_px: Width and height in the file.
    """

    pixels: Bytes
    file_px: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """Triangles or points of one look.

    Args:
        points: (N, 3) float32, job frame less the model's origin.
        faces: (M, 3) int32; (0, 3) for a cloud.
        uv: (N, 2) float32, v up, or None.
        colours: (N, 3) uint8 RGB, or None.
        normals: (N, 3) float32 unit vectors, or None.
        texture: Its picture, or None.
    """

    points: Floats
    faces: Indices
    uv: Floats | None = None
    colours: Bytes | None = None
    normals: Floats | None = None
    texture: Texture | None = None


@dataclass(frozen=True, slots=True)
class Model:
    """What a file holds.

    Args:
        path: The file.
        parts: One for every texture or colour.
        origin: Taken from every point, so that float32 keeps millimetres in survey coordinates.
        notes: Plain sentences about what is missing.
    """

    path: Path
    parts: tuple[Part, ...]
    origin: Point = (0.0, 0.0, 0.0)
    notes: tuple[str, ...] = ()

    @property
    def face_count(self) -> int:
        """Triangles of all parts."""
        return sum(len(part.faces) for part in self.parts)

    @property
    def point_count(self) -> int:
        """Points of all parts."""
        return sum(len(part.points) for part in self.parts)

    @property
    def is_cloud(self) -> bool:
        """True without any triangle."""
        return self.face_count == 0

    def bounds(self) -> tuple[Point, Point]:
        """Return the lowest and highest corner in the job frame."""
        low = np.min([part.points.min(0) for part in self.parts], 0) + np.asarray(self.origin)
        high = np.max([part.points.max(0) for part in self.parts], 0) + np.asarray(self.origin)
        return (float(low[0]), float(low[1]), float(low[2])), (float(high[0]), float(high[1]), float(high[2]))

    def sample(self, count: int = 4000) -> NDArray[np.float64]:
        """Return some of its points, (N, 3) in the job frame."""
        step = max(1, self.point_count // count)
        some = np.concatenate([part.points[::step] for part in self.parts]).astype(np.float64)
        some += np.asarray(self.origin)
        return some

    def facts(self) -> ModelFacts:
        """Return what people are told about it."""
        textures = list({id(part.texture): part.texture for part in self.parts if part.texture is not None}.values())
        return ModelFacts(
            path=self.path,
            faces=self.face_count,
            points=self.point_count,
            bounds=self.bounds(),
            texture_px=tuple(texture.file_px for texture in textures),
            shown_texture_px=tuple((each.pixels.shape[1], each.pixels.shape[0]) for each in textures),
            has_colours=any(part.texture is not None or part.colours is not None for part in self.parts),
            notes=self.notes,
        )
