"""Parts as VTK data, ready to be drawn: normals, small pieces, flipped textures. Worker threads; needs VTK loaded.

Arrays are handed over without a copy; VTK keeps them alive.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.viewer.surface import Part, Texture

_PIECE_FACES: Final = 250_000


@dataclass(frozen=True, slots=True)
class Drawable:
    """Something to be drawn by one actor.

    Args:
        data: vtkPolyData with normals, and colours or texture coordinates where there are any.
        faces: Its triangles; 0 for points.
        points: Its points.
        has_colours: It has a colour for every point.
        texture: Its picture; the same object is the same texture on the graphics card.
        image: The picture as vtkImageData.
    """

    data: Any
    faces: int
    points: int
    has_colours: bool = False
    texture: Texture | None = None
    image: Any = None


def drawable(part: Part, images: dict[int, Any] | None = None) -> Drawable:
    """Return a part made ready.

    Args:
        part: The part.
        images: Textures made ready before, by identity; added to.
    """
    data = polygons(part)
    if len(part.faces) and part.normals is None:
        data = _with_normals(data)
    image = None
    if part.texture is not None:
        known = {} if images is None else images
        if id(part.texture) not in known:
            known[id(part.texture)] = _image(part.texture)
        image = known[id(part.texture)]
    return Drawable(data, len(part.faces), len(part.points), part.colours is not None, part.texture, image)


def pieces(part: Part) -> Iterator[Part]:
    """Yield a part in pieces, none so large that handing it to the graphics card takes long."""
    if len(part.faces) == 0:
        for start in range(0, len(part.points), _PIECE_FACES * 4):
            end = start + _PIECE_FACES * 4
            colours = None if part.colours is None else part.colours[start:end]
            yield Part(part.points[start:end], part.faces, colours=colours)
        return
    if len(part.faces) <= _PIECE_FACES * 3 // 2:
        yield part
        return
    numbers = np.empty(len(part.points), np.int32)
    for start in range(0, len(part.faces), _PIECE_FACES):
        faces = part.faces[start : start + _PIECE_FACES]
        used = np.zeros(len(part.points), bool)
        used[faces.ravel()] = True
        chosen = np.flatnonzero(used)
        numbers[chosen] = np.arange(len(chosen), dtype=np.int32)
        yield Part(
            part.points[chosen],
            numbers[faces],
            uv=_chosen(part.uv, chosen),
            colours=_chosen(part.colours, chosen),
            normals=_chosen(part.normals, chosen),
            texture=part.texture,
        )


def with_normals(part: Part) -> Part:
    """Return a part with smooth normals, so that its pieces meet without a seam."""
    if part.normals is not None or len(part.faces) == 0:
        return part

    normals = from_vtk(_with_normals(polygons(part)).GetPointData().GetNormals())
    return Part(part.points, part.faces, part.uv, part.colours, np.array(normals, np.float32), part.texture)


def polygons(part: Part) -> Any:
    """Return a part as vtkPolyData."""
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    data = vtkPolyData()
    points = vtkPoints()
    points.SetData(to_vtk(np.ascontiguousarray(part.points)))
    data.SetPoints(points)
    cells = vtkCellArray()
    if len(part.faces):
        cells.SetData(3, to_vtk(np.ascontiguousarray(part.faces).ravel()))
        data.SetPolys(cells)
    else:
        count = len(part.points)
        cells.SetData(1, to_vtk(np.arange(count, dtype=np.int32)))
        data.SetVerts(cells)
    attributes = data.GetPointData()
    if part.uv is not None:
        uv = to_vtk(np.ascontiguousarray(part.uv))
        uv.SetName("uv")
        attributes.SetTCoords(uv)
    if part.normals is not None:
        attributes.SetNormals(to_vtk(np.ascontiguousarray(part.normals)))
    if part.colours is not None:
        colours = to_vtk(np.ascontiguousarray(part.colours))
        colours.SetName("colours")
        attributes.SetScalars(colours)
    return data


def arrays_of(data: Any) -> Part:
    """Return vtkPolyData of triangles as a part."""

    if data.GetNumberOfPoints() == 0 or data.GetNumberOfPolys() == 0:
        return Part(np.empty((0, 3), np.float32), np.empty((0, 3), np.int32))
    colours = data.GetPointData().GetArray("colours")
    return Part(
        np.array(from_vtk(data.GetPoints().GetData()), np.float32),
        np.array(from_vtk(data.GetPolys().GetConnectivityArray()), np.int32).reshape(-1, 3),
        colours=None if colours is None else np.array(from_vtk(colours)).astype(np.uint8),
    )


def to_vtk(array: NDArray[Any], *, deep: bool = False) -> Any:
    """Return an array as VTK's; without `deep` both share their memory."""
    from vtkmodules.util import numpy_support

    support: Any = numpy_support
    return support.numpy_to_vtk(array, deep=deep)


def from_vtk(array: Any) -> NDArray[Any]:
    """Return VTK's array as numpy's; both share their memory."""
    from vtkmodules.util import numpy_support

    support: Any = numpy_support
    found: NDArray[Any] = support.vtk_to_numpy(array)
    return found


def _chosen(array: NDArray[Any] | None, chosen: NDArray[Any]) -> Any:
    return None if array is None else array[chosen]


def _with_normals(data: Any) -> Any:
    from vtkmodules.vtkFiltersCore import vtkTriangleMeshPointNormals

    normals = vtkTriangleMeshPointNormals()
    normals.SetInputData(data)
    normals.Update()
    return normals.GetOutput()


def _image(texture: Texture) -> Any:
    from vtkmodules.vtkCommonDataModel import vtkImageData

    height, width = texture.pixels.shape[:2]
    image = vtkImageData()
    image.SetDimensions(width, height, 1)
    upright = np.ascontiguousarray(texture.pixels[::-1]).reshape(-1, 3)
    image.GetPointData().SetScalars(to_vtk(upright))
    return image
