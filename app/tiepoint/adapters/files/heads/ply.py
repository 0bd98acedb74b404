"""The head of a PLY file, mesh or cloud. Blocking; any thread."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import IO, Final

from tiepoint.adapters.files.heads.head import BrokenModel, Head, frame_of_comment
from tiepoint.domain.model_facts import ModelFormat

_LONGEST_HEAD_BYTES: Final = 65_536
_BYTES: Final = {
    "char": 1, "int8": 1, "uchar": 1, "uint8": 1, "short": 2, "int16": 2, "ushort": 2, "uint16": 2, "int": 4,
    "int32": 4, "uint": 4, "uint32": 4, "float": 4, "float32": 4, "double": 8, "float64": 8,
}  # fmt: skip
_MOST: Final = 2**32
_FEWEST_CORNERS: Final = 3


@dataclass(slots=True)
class _Element:
    name: str
    count: int
    properties: set[str] = field(default_factory=set)
    least_bytes: int = 0


def ply_head(file: IO[bytes], size_bytes: int) -> Head:
    """Read the head.

    Args:
        file: The file, at its start.
        size_bytes: Its size.

    Raises:
        BrokenModel: It is no whole PLY.
    """
    head, body_at = _head(file)
    lines = head.decode("ascii", "replace").splitlines()
    form = lines[1].split() if len(lines) > 1 else []
    if len(form) < 2 or form[0] != "format":
        raise BrokenModel("its head does not say its format")
    elements = _elements(lines[2:])
    vertex, face = elements.get("vertex"), elements.get("face")
    if vertex is None or vertex.count == 0 or not vertex.properties >= {"x", "y", "z"}:
        raise BrokenModel("it holds no points")
    _require_whole(elements, form[1], size_bytes - body_at)
    faces = face.count if face is not None else 0
    kind = ModelFormat.PLY_MESH if faces else ModelFormat.PLY_CLOUD
    return Head(kind, faces or None, vertex.count, frame=frame_of_comment(head))


def _head(file: IO[bytes]) -> tuple[bytes, int]:
    data = file.read(_LONGEST_HEAD_BYTES)
    if data[:3] != b"ply":
        raise BrokenModel("it is no PLY file")
    mark = data.find(b"end_header")
    if mark < 0:
        raise BrokenModel("it is cut short in its head")
    end = data.find(b"\n", mark)
    return data[:mark], len(data) if end < 0 else end + 1


def _elements(lines: list[str]) -> dict[str, _Element]:
    found: dict[str, _Element] = {}
    last: _Element | None = None
    for line in lines:
        words = line.split()
        if words[:1] == ["element"]:
            last = _Element(words[1] if len(words) > 1 else "", _count(words))
            found[last.name] = last
        elif words[:1] == ["property"] and last is not None and len(words) >= 3:
            last.properties.add(words[-1])
            last.least_bytes += _least_bytes(words)
    return found


def _count(words: list[str]) -> int:
    if len(words) != 3 or not words[2].isdecimal() or not 0 <= int(words[2][:12]) <= _MOST:
        raise BrokenModel("its head holds no sensible count")
    return int(words[2][:12])


def _least_bytes(words: list[str]) -> int:
    if words[1] != "list":
        return _BYTES.get(words[1], 1)
    return _BYTES.get(words[2], 1) + _FEWEST_CORNERS * _BYTES.get(words[3], 1) if len(words) >= 5 else 0


def _require_whole(elements: dict[str, _Element], form: str, body_bytes: int) -> None:
    """Compare with what the head promises; in text a number takes two bytes at least, the last one of all only one."""
    if form == "ascii":
        least = sum(element.count * 2 * len(element.properties) for element in elements.values()) - 1
    else:
        least = sum(element.count * element.least_bytes for element in elements.values())
    if body_bytes < least:
        raise BrokenModel(f"it is cut short: its head promises at least {least} bytes of data, {body_bytes} are there")
