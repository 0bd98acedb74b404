"""STL, binary and ASCII; its separate triangles are joined where their corners meet. Worker threads."""

from __future__ import annotations

import re
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.text import tr
from tiepoint.ui.viewer.loading.arrays import checked_model, numbers
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.surface import Model

_RECORD: Final = np.dtype([("normal", "<f4", (3,)), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
_HEADER_BYTES: Final = 84
_SLICE: Final = 100_000
_VERTEX: Final = re.compile(rb"vertex([^\n\r]*)", re.IGNORECASE)


def read_stl(source: Source) -> Model:
    """Return the model in an STL file.

    Raises:
        InputError: The file cannot be read; the message says why.
        Canceled: Nobody wants it any more.
    """
    data = source.read()
    corners = _binary(source, data)
    if len(corners) == 0:
        raise source.refuse(tr("Viewer", "it has no faces"))
    points, faces = joined(corners)
    return checked_model(source, points, faces)


def joined(corners: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Return points and faces of separate triangles.

    Args:
        corners: (3 M, 3).
    """
    order = np.lexsort((corners[:, 2], corners[:, 1], corners[:, 0]))
    ordered = _gathered(corners, order)
    first = np.empty(len(ordered), bool)
    first[0] = True
    np.any(ordered[1:] != ordered[:-1], axis=1, out=first[1:])
    numbers_of = np.empty(len(corners), np.int32)
    points: list[NDArray[Any]] = []
    count = 0
    for start in range(0, len(order), _SLICE):
        part = slice(start, start + _SLICE)
        numbered = np.cumsum(first[part], dtype=np.int32) + np.int32(count)
        numbers_of[order[part]] = numbered - 1
        points.append(ordered[part][first[part]])
        count = int(numbered[-1])
    return np.concatenate(points), numbers_of.reshape(-1, 3)


def _gathered(rows: NDArray[Any], order: NDArray[np.int64]) -> NDArray[Any]:
    """Return rows in an order, a slice at a time: numpy holds Python's lock while it gathers."""
    gathered = np.empty((len(order), rows.shape[1]), rows.dtype)
    for start in range(0, len(order), _SLICE):
        gathered[start : start + _SLICE] = rows[order[start : start + _SLICE]]
    return gathered


def _binary(source: Source, data: bytearray) -> NDArray[Any]:
    count = int.from_bytes(data[80:84], "little") if len(data) >= _HEADER_BYTES else 0
    expected = _HEADER_BYTES + count * _RECORD.itemsize
    looks_ascii = data[:5].lower() == b"solid" and b"facet" in data[:2048].lower()
    if len(data) >= _HEADER_BYTES and (expected == len(data) or not looks_ascii):
        if expected > len(data):
            raise source.refuse(tr("Viewer", "it is no STL file, or it ends too early"))
        return np.frombuffer(data, _RECORD, count, _HEADER_BYTES)["corners"].reshape(-1, 3)
    if not looks_ascii:
        raise source.refuse(tr("Viewer", "it is no STL file, or it ends too early"))
    return _ascii(source, data)


def _ascii(source: Source, data: bytearray) -> NDArray[Any]:
    pieces = [numbers(source, b" ".join(_VERTEX.findall(piece))) for piece in source.text_pieces(data, 0)]
    values = np.concatenate(pieces) if pieces else np.empty(0)
    if len(values) % 9 or b"endsolid" not in bytes(data[-4096:]).lower():
        raise source.refuse(tr("Viewer", "it ends too early"))
    return values.reshape(-1, 3).astype(np.float32)
