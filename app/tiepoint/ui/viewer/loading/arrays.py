"""From the arrays of a file to a model that is safe to draw: indices in range, numbers finite. Worker threads."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.text import tr
from tiepoint.ui.viewer.loading.source import Source, settle
from tiepoint.ui.viewer.surface import Bytes, Floats, Indices, Model, Part, Texture


def numbers(source: Source, text: bytes) -> NDArray[np.float64]:
    """Return the numbers in a piece of text.

    Raises:
        InputError: Something in it is no number.
    """
    try:
        return np.array(text.split(), np.float64)
    except ValueError as error:
        raise source.refuse(tr("Viewer", "it holds text where a number belongs"), detail=str(error)) from error


def counted_numbers(source: Source, text: bytes, count: int) -> NDArray[np.float64]:
    """Return the numbers in a piece of text that should hold `count` of them; three times as fast as `numbers`.

    Raises:
        InputError: Something in it is no number.
        ValueError: There are more or fewer.
    """
    try:
        found: NDArray[np.float64] = np.fromstring(text, np.float64, sep=" ")
    except (ValueError, DeprecationWarning):
        found = np.empty(0)
    if len(found) == count:
        return found
    found = numbers(source, text)
    if len(found) != count:
        raise ValueError(f"{len(found)} numbers in place of {count}")
    return found


def fan(polygons: NDArray[Any]) -> NDArray[Any]:
    """Return polygons of one number of corners as triangles.

    Args:
        polygons: (N, K) indices; fewer than three corners give nothing.
    """
    corners = polygons.shape[1]
    if corners == 3:
        return polygons
    if corners < 3:
        return np.empty((0, 3), polygons.dtype)
    fans = [polygons[:, [0, k, k + 1]] for k in range(1, corners - 1)]
    return np.stack(fans, 1).reshape(-1, 3)


def checked_faces(source: Source, faces: NDArray[Any], point_count: int) -> Indices:
    """Return faces as (M, 3) int32.

    Raises:
        InputError: A corner does not exist.
    """
    if len(faces) == 0:
        return np.empty((0, 3), np.int32)
    if float(faces.min()) < 0 or float(faces.max()) >= point_count:
        raise source.refuse(tr("Viewer", "a face names a point that does not exist"))
    return np.ascontiguousarray(faces, np.int32)


def checked_points(source: Source, points: NDArray[Any]) -> NDArray[Any]:
    """Return the points.

    Raises:
        InputError: There are none, or one is not a number or absurdly far away.
    """
    if len(points) == 0:
        raise source.refuse(tr("Viewer", "it has no points"))
    with np.errstate(invalid="ignore"):
        far = float(np.max(np.abs([points.min(0), points.max(0)])))
    if not far < 1e15:
        raise source.refuse(tr("Viewer", "a point's coordinates are no usable numbers"))
    return points


def checked_model(
    source: Source,
    points: NDArray[Any],
    faces: NDArray[Any],
    *,
    corner_uv: NDArray[Any] | None = None,
    uv: NDArray[Any] | None = None,
    colours: Bytes | None = None,
    normals: NDArray[Any] | None = None,
    texture: Texture | None = None,
    notes: Iterable[str] = (),
) -> Model:
    """Return a model of one part.

    Args:
        source: The file, for failures.
        points: (N, 3).
        faces: (M, 3) or empty.
        corner_uv: (M, 6): u and v of every corner; gives every corner a point of its own.
        uv: (N, 2).
        colours: (N, 3) uint8.
        normals: (N, 3).
        texture: The picture that uv refer to.
        notes: What is missing.

    Raises:
        InputError: The arrays make no model.
    """
    near, origin = settle(checked_points(source, points))
    triangles = checked_faces(source, faces, len(near))
    if corner_uv is not None and corner_uv.shape == (len(triangles), 6) and len(triangles):
        corners = triangles.ravel()
        near, uv = near[corners], corner_uv.reshape(-1, 2)
        colours = None if colours is None else colours[corners]
        normals = None if normals is None else normals[corners]
        triangles = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    part = Part(
        near,
        triangles,
        uv=_floats(uv),
        colours=None if colours is None else np.ascontiguousarray(colours),
        normals=_floats(normals),
        texture=texture if uv is not None else None,
    )
    return Model(source.path, (part,), origin, tuple(notes))


def _floats(array: NDArray[Any] | None) -> Floats | None:
    return None if array is None else np.nan_to_num(np.ascontiguousarray(array, np.float32))
