"""A light stand-in for a big model: fewer faces with a colour for every point, or fewer points. Worker threads.

VTK's binned decimation is used because it needs a tenth of a second for a million faces and lets go of Python's lock.
fast-simplification gives better shapes but holds the lock for seconds, which would freeze the window. What a
stand-in lacks in shape it is forgiven, for it is shown in motion only, or until full detail is there.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tiepoint.ui.viewer.drawables import arrays_of, polygons
from tiepoint.ui.viewer.surface import Bytes, Model, Part

_GREY: Final = 190
_ATTEMPTS: Final = 4
_SLICE: Final = 100_000


def simplified(model: Model, *, faces: int, points: int) -> Part | None:
    """Return a lighter part in place of the whole model, or None when the model is light enough.

    Args:
        model: The model.
        faces: Most faces wanted.
        points: Most points of a cloud wanted.
    """
    if model.is_cloud:
        return _thinned(model, points) if model.point_count > points else None
    return _binned(model, faces) if model.face_count > faces else None


def point_colours(part: Part) -> Bytes | None:
    """Return a colour for every point: its own, or its texture's where it lies; None without both."""
    if part.texture is None or part.uv is None:
        return part.colours
    height, width = part.texture.pixels.shape[:2]
    colours = np.empty((len(part.points), 3), np.uint8)
    for start in range(0, len(colours), _SLICE):
        uv = part.uv[start : start + _SLICE]
        x = np.clip((uv[:, 0] % 1.0001) * width, 0, width - 1).astype(np.int64)
        y = np.clip((1 - uv[:, 1] % 1.0001) * height, 0, height - 1).astype(np.int64)
        colours[start : start + _SLICE] = part.texture.pixels[y, x]
    return colours


def _thinned(model: Model, count: int) -> Part:
    part = max(model.parts, key=lambda each: len(each.points))
    step = max(2, -(-len(part.points) // count))
    colours = None if part.colours is None else np.ascontiguousarray(part.colours[::step])
    return Part(np.ascontiguousarray(part.points[::step]), np.empty((0, 3), np.int32), colours=colours)


def _binned(model: Model, wanted: int) -> Part:
    from vtkmodules.vtkFiltersCore import vtkBinnedDecimation

    whole = _joined(model)
    size = np.ptp(whole.points, axis=0)
    decimation = vtkBinnedDecimation()
    decimation.SetInputData(polygons(whole))
    decimation.AutoAdjustNumberOfDivisionsOff()
    decimation.SetPointGenerationModeToBinAverages()
    decimation.ProducePointDataOn()
    decimation.ProduceCellDataOff()
    along = float(np.sqrt(wanted / 2.5))
    best: Part | None = None
    for _ in range(_ATTEMPTS):
        cell = max(float(size.max()) / along, 1e-12)
        counts = [int(np.clip(each / cell, 1, 2000)) for each in size]
        decimation.SetNumberOfDivisions(counts)
        decimation.Update()
        found = arrays_of(decimation.GetOutput())
        if 0 < len(found.faces) <= wanted and (best is None or len(found.faces) > len(best.faces)):
            best = found
        if best is not None and len(best.faces) > 0.7 * wanted:
            break
        along *= float(np.sqrt(0.85 * wanted / max(1, len(found.faces))))
    return best if best is not None else _first_faces(whole, wanted)


def _joined(model: Model) -> Part:
    points, faces, colours = [], [], []
    start = 0
    any_colours = any(part.texture is not None or part.colours is not None for part in model.parts)
    for part in model.parts:
        points.append(part.points)
        faces.append(part.faces + np.int32(start))
        if any_colours:
            found = point_colours(part)
            colours.append(np.full((len(part.points), 3), _GREY, np.uint8) if found is None else found)
        start += len(part.points)
    return Part(np.concatenate(points), np.concatenate(faces), colours=np.concatenate(colours) if any_colours else None)


def _first_faces(part: Part, count: int) -> Part:
    return Part(part.points, part.faces[:: -(-len(part.faces) // count)], colours=part.colours)
