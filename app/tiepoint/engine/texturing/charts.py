"""Charts: connected faces textured from the same photo, with vertices of their own. Pure functions; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.engine.meshing.topology import shared_edges
from tiepoint.engine.meshing.views import View
from tiepoint.engine.texturing.labelling import chart_numbers

PAD_PX: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Charts:
    """A mesh cut into charts.

    Attributes:
        faces: (F, 3) int32 indices of chart vertices.
        of_face: (F,) int32, chart of each face.
        of_vertex: (N,) int32, chart of each chart vertex.
        source: (N,) int32, mesh vertex of each chart vertex.
        view: (C,) int16, photo of each chart.
        pixels: (N, 2) float32, place of each chart vertex in its photo, px.
    """

    faces: NDArray[np.int32]
    of_face: NDArray[np.int32]
    of_vertex: NDArray[np.int32]
    source: NDArray[np.int32]
    view: NDArray[np.int16]
    pixels: NDArray[np.float32]

    @property
    def face_view(self) -> NDArray[np.int16]:
        """Photo of each face, (F,)."""
        found: NDArray[np.int16] = self.view[self.of_face]
        return found

    @property
    def vertex_view(self) -> NDArray[np.int16]:
        """Photo of each chart vertex, (N,)."""
        found: NDArray[np.int16] = self.view[self.of_vertex]
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Where charts lie in the atlas.

    Attributes:
        scale: Atlas pixels per photo pixel, at most 1.
        width: Columns of the atlas, px.
        height: Rows of the atlas, px.
        shift: (C, 2) int32; atlas px = scaled photo px + shift, so that pixels are copied, not resampled.
    """

    scale: float
    width: int
    height: int
    shift: NDArray[np.int32]


def cut(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], labels: NDArray[np.int16], views: list[View]
) -> Charts:
    """Cut a mesh into charts.

    Args:
        vertices: (V, 3), m.
        faces: (F, 3) indices of vertices.
        labels: (F,) photo of each face, none below 0.
        views: The photos.
    """
    of_face = chart_numbers(labels, shared_edges(faces)[0])
    keys = of_face[:, None].astype(np.int64) * len(vertices) + faces
    unique, places = np.unique(keys.ravel(), return_inverse=True)
    of_vertex = (unique // len(vertices)).astype(np.int32)
    source = (unique % len(vertices)).astype(np.int32)
    view = np.zeros(int(of_face.max(initial=-1)) + 1, np.int16)
    view[of_face] = labels
    pixels = np.zeros((len(unique), 2), np.float32)
    for index, photo in enumerate(views):
        mine = view[of_vertex] == index
        if mine.any():
            pixels[mine] = photo.project(vertices[source[mine]])[0]
    return Charts(places.reshape(-1, 3).astype(np.int32), of_face, of_vertex, source, view, pixels)


def scaled(pixels: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Return pixel positions in the photo resized by `scale`; (0, 0) is the centre of the first pixel."""
    return ((pixels + np.float32(0.5)) * np.float32(scale) - np.float32(0.5)).astype(np.float32)


def atlas_pixels(charts: Charts, layout: Layout) -> NDArray[np.float32]:
    """Return where chart vertices lie in the atlas, (N, 2) float32 px, centre of the first pixel = (0, 0)."""
    return scaled(charts.pixels, layout.scale) + layout.shift[charts.of_vertex].astype(np.float32)
