"""PLY, binary and ASCII: meshes and clouds with colours, normals and texture coordinates. Worker threads.

Binary files are read with numpy's record types, without a Python loop over elements where lists are all triangles;
the format is Greg Turk's "The PLY Polygon File Format" (1994).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.text import tr
from tiepoint.ui.viewer.loading.arrays import checked_model, fan, numbers
from tiepoint.ui.viewer.loading.source import Source
from tiepoint.ui.viewer.loading.textures import beside, read_texture
from tiepoint.ui.viewer.surface import Model, Texture
from tiepoint.ui.viewer.terms import Phase

_TYPES: Final = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "i2"),
    **dict.fromkeys(("ushort", "uint16"), "u2"),
    **dict.fromkeys(("int", "int32"), "i4"),
    **dict.fromkeys(("uint", "uint32"), "u4"),
    **dict.fromkeys(("float", "float32"), "f4"),
    **dict.fromkeys(("double", "float64"), "f8"),
}
_STRUCT: Final = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
_LONGEST_HEADER: Final = 64 * 1024
_MOST_ELEMENTS: Final = 2**31 - 2


@dataclass(frozen=True, slots=True)
class _Property:
    name: str
    kind: str
    count_kind: str = ""


@dataclass(frozen=True, slots=True)
class _Element:
    name: str
    count: int
    properties: tuple[_Property, ...]

    @property
    def lists(self) -> tuple[_Property, ...]:
        return tuple(each for each in self.properties if each.count_kind)


@dataclass(frozen=True, slots=True)
class _Header:
    order: str
    elements: tuple[_Element, ...]
    length: int
    texture_name: str


def read_ply(source: Source) -> Model:
    """Return the model in a PLY file.

    Raises:
        InputError: The file cannot be read; the message says why.
        Canceled: Nobody wants it any more.
    """
    data = source.read()
    header = _read_header(source, data)
    found = _read_binary(source, data, header) if header.order else _read_ascii(source, data, header)
    vertices = found.get("vertex")
    points = None if vertices is None else _columns(vertices, ("x", "y", "z"))
    if vertices is None or points is None:
        raise source.refuse(tr("Viewer", "it has no points with x, y and z"))
    faces = found.get("face", {})
    texture, notes = _texture(source, header.texture_name)
    return checked_model(
        source,
        points,
        faces.get("indices", np.empty((0, 3), np.int32)),
        corner_uv=faces.get("texcoord") if texture else None,
        uv=_uv(vertices) if texture else None,
        colours=_colours(vertices),
        normals=_columns(vertices, ("nx", "ny", "nz")),
        texture=texture,
        notes=notes,
    )


def _read_header(source: Source, data: bytearray) -> _Header:
    end = data.find(b"end_header", 0, _LONGEST_HEADER)
    newline = data.find(b"\n", end)
    if not data.startswith(b"ply") or end < 0 or newline < 0:
        raise source.refuse(tr("Viewer", "it is no PLY file, or its header ends too early"))
    order: str | None = None
    texture_name = ""
    elements: list[_Element] = []
    for line in bytes(data[:end]).decode("utf-8", "replace").splitlines():
        words = line.split()
        if words[:1] == ["format"] and len(words) > 1:
            order = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}.get(words[1])
        elif [word.lower() for word in words[:2]] == ["comment", "texturefile"]:
            texture_name = " ".join(words[2:])
        elif words[:1] == ["element"]:
            elements.append(_element(source, words))
        elif words[:1] == ["property"] and elements:
            last = elements[-1]
            elements[-1] = _Element(last.name, last.count, (*last.properties, _property(source, words)))
    if order is None:
        raise source.refuse(tr("Viewer", "its header names no format that is known"))
    return _Header(order, tuple(elements), newline + 1, texture_name)


def _element(source: Source, words: list[str]) -> _Element:
    if len(words) != 3 or not words[2].isascii() or not words[2].isdigit() or int(words[2]) > _MOST_ELEMENTS:
        raise source.refuse(tr("Viewer", "its header is damaged"))
    return _Element(words[1], int(words[2]), ())


def _property(source: Source, words: list[str]) -> _Property:
    is_list = words[1:2] == ["list"]
    kinds = words[2:4] if is_list else words[1:2]
    if len(words) != (5 if is_list else 3) or any(kind not in _TYPES for kind in kinds):
        raise source.refuse(tr("Viewer", "its header is damaged"))
    if is_list:
        return _Property(words[4], _TYPES[words[3]], _TYPES[words[2]])
    return _Property(words[2], _TYPES[words[1]])


def _read_binary(source: Source, data: bytearray, header: _Header) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    position = header.length
    for element in header.elements:
        source.check()
        records, position = _records(source, data, position, element, header.order)
        if records is not None:
            found[element.name] = _fields(records, element)
            continue
        columns, position = _uneven(source, data, position, element, header.order)
        found[element.name] = columns
    return found


def _records(
    source: Source, data: bytearray, position: int, element: _Element, order: str
) -> tuple[NDArray[Any] | None, int]:
    """Return an element's records when all have one length, or None."""
    lengths: list[int] = []
    offset = position
    if element.count == 0:
        return np.empty(0, [("none", "u1")]), position
    for each in element.properties:
        if each.count_kind:
            size = np.dtype(each.count_kind).itemsize
            if offset + size > len(data):
                raise source.refuse(tr("Viewer", "it ends too early"))
            length = int(np.frombuffer(data, order + each.count_kind, 1, offset)[0])
            if not 0 <= length <= 255:
                return None, position
            lengths.append(length)
            offset += size + length * np.dtype(each.kind).itemsize
        else:
            offset += np.dtype(each.kind).itemsize
    record = _record_type(element, lengths, order)
    if record.itemsize == 0 or position + record.itemsize * element.count > len(data):
        if element.lists:
            return None, position
        raise source.refuse(tr("Viewer", "it ends too early"))
    records = np.frombuffer(data, record, element.count, position)
    counts = iter(lengths)
    for each in element.lists:
        if np.any(records[f"#{each.name}"] != next(counts)):
            return None, position
    return records, position + record.itemsize * element.count


def _record_type(element: _Element, lengths: list[int], order: str) -> np.dtype[Any]:
    waiting = iter(lengths)
    fields: list[Any] = []
    for each in element.properties:
        if each.count_kind:
            fields.append((f"#{each.name}", order + each.count_kind))
            fields.append((each.name, order + each.kind, (next(waiting),)))
        else:
            fields.append((each.name, order + each.kind))
    try:
        return np.dtype(fields)
    except ValueError:  # a name twice
        return np.dtype([])


def _fields(records: NDArray[Any], element: _Element) -> dict[str, Any]:
    if len(records) == 0:
        return {}
    columns: dict[str, Any] = {each.name: records[each.name] for each in element.properties}
    for name in ("vertex_indices", "vertex_index"):
        if name in columns and columns[name].ndim == 2:
            columns["indices"] = fan(columns[name])
    return columns


def _uneven(
    source: Source, data: bytearray, position: int, element: _Element, order: str
) -> tuple[dict[str, Any], int]:
    """Read records of several lengths one after the other, as triangles."""
    triangles: list[tuple[int, int, int]] = []
    readers = [
        (
            struct.Struct(order + _STRUCT[each.count_kind]) if each.count_kind else None,
            order,
            _STRUCT[each.kind],
            np.dtype(each.kind).itemsize,
            each.name in {"vertex_indices", "vertex_index"},
        )
        for each in element.properties
    ]
    for number in range(element.count):
        if number % 4096 == 0:
            source.tell(Phase.READING, position, len(data))
        for counter, byte_order, kind, size, is_face in readers:
            count = 1
            if counter is not None:
                if position + counter.size > len(data):
                    raise source.refuse(tr("Viewer", "it ends too early"))
                count = int(counter.unpack_from(data, position)[0])
                position += counter.size
            if count < 0 or position + count * size > len(data):
                raise source.refuse(tr("Viewer", "it ends too early"))
            if is_face and count >= 3:
                corners = struct.unpack_from(f"{byte_order}{count}{kind}", data, position)
                triangles += [(corners[0], corners[k], corners[k + 1]) for k in range(1, count - 1)]
            position += count * size
    return {"indices": np.array(triangles, np.int64).reshape(-1, 3)}, position


def _read_ascii(source: Source, data: bytearray, header: _Header) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    words = _Words(source, data, header.length)
    for element in header.elements:
        if element.lists:
            found[element.name] = _ascii_lists(source, words, element)
            continue
        names = [each.name for each in element.properties]
        values = words.take(element.count * len(names)).reshape(element.count, len(names))
        found[element.name] = {name: values[:, k] for k, name in enumerate(names)}
        for k, each in enumerate(element.properties):
            if each.kind == "u1":
                found[element.name][each.name] = np.clip(values[:, k], 0, 255).astype(np.uint8)
    return found


def _ascii_lists(source: Source, words: _Words, element: _Element) -> dict[str, Any]:
    triangles: list[NDArray[np.float64]] = []
    for _ in range(element.count):
        for each in element.properties:
            count = int(words.take(1)[0]) if each.count_kind else 1
            if not 0 <= count <= 65536:
                raise source.refuse(tr("Viewer", "a face has an impossible number of corners"))
            values = words.take(count)
            if each.name in {"vertex_indices", "vertex_index"} and count >= 3:
                triangles.append(fan(values.reshape(1, -1)))
    return {"indices": np.concatenate(triangles) if triangles else np.empty((0, 3))}


class _Words:
    """The numbers of an ASCII file, converted piece by piece."""

    def __init__(self, source: Source, data: bytearray, start: int) -> None:
        self._source = source
        self._pieces = source.text_pieces(data, start)
        self._ready = np.empty(0)

    def take(self, count: int) -> NDArray[np.float64]:
        """Return the next numbers."""
        gathered: list[NDArray[np.float64]] = []
        missing = count
        while missing > len(self._ready):
            gathered.append(self._ready)
            missing -= len(self._ready)
            self._ready = self._next()
        gathered.append(self._ready[:missing])
        self._ready = self._ready[missing:]
        return gathered[0] if len(gathered) == 1 else np.concatenate(gathered)

    def _next(self) -> NDArray[np.float64]:
        piece = next(self._pieces, None)
        if piece is None:
            raise self._source.refuse(tr("Viewer", "it ends too early"))
        return numbers(self._source, piece)


def _columns(fields: dict[str, Any], names: tuple[str, ...]) -> NDArray[Any] | None:
    if any(name not in fields for name in names):
        return None
    return np.stack([fields[name] for name in names], 1)


def _uv(fields: dict[str, Any]) -> NDArray[Any] | None:
    for names in (("s", "t"), ("u", "v"), ("texture_u", "texture_v")):
        found = _columns(fields, names)
        if found is not None:
            return found
    return None


def _colours(fields: dict[str, Any]) -> NDArray[np.uint8] | None:
    for names in (("red", "green", "blue"), ("diffuse_red", "diffuse_green", "diffuse_blue"), ("r", "g", "b")):
        found = _columns(fields, names)
        if found is None:
            continue
        if found.dtype == np.uint8:
            return found
        scale = 1 / 257 if found.dtype == np.uint16 else 255.0 if float(found.max(initial=0)) <= 1.0 else 1.0
        return np.clip(np.nan_to_num(found * scale), 0, 255).astype(np.uint8)
    return None


def _texture(source: Source, name: str) -> tuple[Texture | None, tuple[str, ...]]:
    if not name:
        return None, ()
    return read_texture(source, beside(source.path, name))
