"""Binary PLY files as NumPy records: fused clouds and meshes. Any thread; does not interpret what it reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.domain.errors import EngineFailure

_TYPES: Final[dict[str, str]] = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1",
    "short": "<i2", "int16": "<i2", "ushort": "<u2", "uint16": "<u2",
    "int": "<i4", "int32": "<i4", "uint": "<u4", "uint32": "<u4",
    "float": "<f4", "float32": "<f4", "double": "<f8", "float64": "<f8",
}  # fmt: skip
_LONGEST_HEADER_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a PLY header.

    Attributes:
        name: "vertex", "face", …
        count: Number of records.
        fields: (name, NumPy type) of the scalar properties; for a list of three, the list's parts.
    """

    name: str
    count: int
    fields: tuple[tuple[Any, ...], ...]


def read_records(path: Path, name: str) -> NDArray[Any]:
    """Return the records of one element.

    Args:
        path: A little-endian binary PLY; lists are taken to hold three values (triangles).
        name: The element wanted, "vertex" or "face".

    Returns:
        (count,) structured array with the file's property names.

    Raises:
        EngineFailure: The file is no such PLY, or it ends early.
    """
    with path.open("rb") as file:
        head = file.read(_LONGEST_HEADER_BYTES)
        elements, offset = _parsed_header(head, path)
        for element in elements:
            dtype = np.dtype(list(element.fields))
            if element.name == name:
                file.seek(offset)
                found = np.fromfile(file, dtype=dtype, count=element.count)
                if len(found) != element.count:
                    raise EngineFailure(f"{path.name} ends early.", detail=f"{len(found)} of {element.count} {name}")
                return found
            offset += dtype.itemsize * element.count
    raise EngineFailure(f"{path.name} holds no {name} element.")


def read_mesh(path: Path) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Return the vertices (V, 3) float32 and the triangles (F, 3) int32 of a mesh.

    Raises:
        EngineFailure: The file is no binary PLY of triangles.
    """
    vertices, faces = read_records(path, "vertex"), read_records(path, "face")
    list_name = next(field for field in faces.dtype.names or () if faces.dtype[field].shape == (3,))
    if len(faces) and not (faces[f"{list_name}_count"] == 3).all():
        raise EngineFailure(f"{path.name} holds faces that are no triangles.")
    return columns(vertices, ("x", "y", "z")), np.ascontiguousarray(faces[list_name].astype(np.int32))


def columns(records: NDArray[Any], names: tuple[str, ...]) -> NDArray[np.float32]:
    """Return named properties side by side, (N, len(names)) float32."""
    return np.stack([records[name].astype(np.float32) for name in names], axis=1)


def write_records(path: Path, records: dict[str, NDArray[Any]]) -> None:
    """Write elements to a binary PLY, in one step for readers.

    Args:
        path: The file to replace.
        records: Structured array by element name; a (3,) field becomes a list with an uchar count before it.
    """
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("wb") as file:
        file.write(_header(records))
        for array in records.values():
            file.write(array.tobytes())
    os.replace(temporary, path)


def write_mesh(path: Path, vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> None:
    """Write a triangle mesh.

    Args:
        path: The file to replace.
        vertices: (V, 3), job frame.
        faces: (F, 3) indices into vertices.
    """
    triangles = np.empty(len(faces), [("vertex_indices_count", "u1"), ("vertex_indices", "<i4", (3,))])
    triangles["vertex_indices_count"], triangles["vertex_indices"] = 3, faces
    points = np.empty(len(vertices), [(axis, "<f4") for axis in "xyz"])
    for column, axis in enumerate("xyz"):
        points[axis] = vertices[:, column]
    write_records(path, {"vertex": points, "face": triangles})


def _parsed_header(head: bytes, path: Path) -> tuple[list[Element], int]:
    end = head.find(b"end_header\n")
    lines = head[:end].decode("ascii", errors="replace").split("\n")
    if end < 0 or lines[0].strip() != "ply" or "binary_little_endian" not in lines[1]:
        raise EngineFailure(f"{path.name} is no binary PLY file.")
    elements: list[Element] = []
    for line in lines[2:]:
        words = line.split()
        if words[:1] == ["element"]:
            elements.append(Element(words[1], int(words[2]), ()))
        elif words[:1] == ["property"]:
            last = elements[-1]
            elements[-1] = Element(last.name, last.count, last.fields + _fields(words))
    return elements, end + len(b"end_header\n")


def _fields(words: list[str]) -> tuple[tuple[Any, ...], ...]:
    if words[1] != "list":
        return ((words[2], _TYPES[words[1]]),)
    return (f"{words[4]}_count", _TYPES[words[2]]), (words[4], _TYPES[words[3]], (3,))


def _header(records: dict[str, NDArray[Any]]) -> bytes:
    names = {np.dtype(code): name for name, code in _TYPES.items() if not name[-1].isdigit()}
    lines = ["ply", "format binary_little_endian 1.0"]
    for element, array in records.items():
        lines.append(f"element {element} {len(array)}")
        for field in array.dtype.names or ():
            kind = array.dtype[field]
            if field.endswith("_count"):
                continue
            is_list = kind.shape == (3,)
            lines.append(f"property {'list uchar ' if is_list else ''}{names[kind.base]} {field}")
    return ("\n".join([*lines, "end_header"]) + "\n").encode("ascii")
