"""The head of a binary glTF 2.0 file (Khronos glTF 2.0, chapter 4). Blocking; any thread."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import IO, Any, Final

from tiepoint.adapters.files.heads.head import BrokenModel, Head
from tiepoint.adapters.files.heads.picture import picture_size_px
from tiepoint.domain.model_facts import ModelFormat

_LONGEST_JSON_BYTES: Final = 64 << 20
_PICTURE_HEAD_BYTES: Final = 1 << 18
_MOST: Final = 2**32
_TRIANGLES: Final = 4


def glb_head(file: IO[bytes], size_bytes: int) -> Head:
    """Read the head.

    Args:
        file: The file, at its start.
        size_bytes: Its size.

    Raises:
        BrokenModel: It is no whole GLB.
    """
    document, binary_at, binary_bytes = _chunks(file, size_bytes)
    views = _objects(document, "bufferViews")
    for view in views:
        if view.get("buffer", 0) == 0 and _number(view, "byteOffset", 0) + _number(view, "byteLength") > binary_bytes:
            raise BrokenModel("it is cut short or broken: it points behind its own end")
    faces, vertices = _counted(document)
    if vertices == 0:
        raise BrokenModel("it holds no triangles and no points")
    return Head(
        ModelFormat.GLB,
        faces,
        vertices,
        _texture_px(file, document, views, binary_at),
        has_y_up=True,
        frame=_frame(document),
    )


def _chunks(file: IO[bytes], size_bytes: int) -> tuple[Mapping[str, Any], int, int]:
    start = file.read(20)
    if start[:4] != b"glTF":
        raise BrokenModel("it is no GLB file")
    if len(start) < 20:
        raise BrokenModel("it is cut short in its head")
    version, total, length = struct.unpack("<4xIII", start[:16])
    if version != 2:
        raise BrokenModel(f"it is glTF {version}; only glTF 2 can be read")
    if total > size_bytes:
        raise BrokenModel(f"it is cut short: it has {size_bytes} of {total} bytes")
    if start[16:20] != b"JSON" or not 0 < length <= min(_LONGEST_JSON_BYTES, size_bytes - 20):
        raise BrokenModel("its head makes no sense")
    try:
        document = json.loads(file.read(length))
    except (ValueError, RecursionError) as error:
        raise BrokenModel("its head makes no sense") from error
    if not isinstance(document, dict):
        raise BrokenModel("its head makes no sense")
    binary = file.read(8)
    if len(binary) < 8:
        return document, size_bytes, 0
    return document, file.tell(), min(int(struct.unpack("<I", binary[:4])[0]), size_bytes - file.tell())


def _counted(document: Mapping[str, Any]) -> tuple[int, int]:
    accessors = _objects(document, "accessors")
    faces = vertices = 0
    for primitive in _primitives(document):
        attributes = primitive.get("attributes")
        points = _accessor_count(accessors, attributes.get("POSITION") if isinstance(attributes, dict) else None)
        corners = _accessor_count(accessors, primitive["indices"]) if "indices" in primitive else points
        vertices += points
        faces += corners // 3 if primitive.get("mode", _TRIANGLES) == _TRIANGLES else 0
    return faces, vertices


def _primitives(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for mesh in _objects(document, "meshes"):
        yield from _objects(mesh, "primitives")


def _accessor_count(accessors: list[Mapping[str, Any]], index: Any) -> int:
    if not isinstance(index, int) or not 0 <= index < len(accessors):
        raise BrokenModel("its head names parts that are not there")
    return _number(accessors[index], "count")


def _number(holder: Mapping[str, Any], name: str, otherwise: int | None = None) -> int:
    value = holder.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST:
        raise BrokenModel(f"its head holds no sensible {name}")
    return value


def _objects(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    found = holder.get(name, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise BrokenModel(f"its head holds no sensible {name}")
    return found


def _texture_px(
    file: IO[bytes], document: Mapping[str, Any], views: list[Mapping[str, Any]], binary_at: int
) -> tuple[int, int] | None:
    for image in _objects(document, "images"):
        index = image.get("bufferView")
        if isinstance(index, int) and 0 <= index < len(views):
            view = views[index]
            file.seek(binary_at + _number(view, "byteOffset", 0))
            size_px = picture_size_px(file.read(min(_number(view, "byteLength"), _PICTURE_HEAD_BYTES)))
            if size_px is not None:
                return size_px
    return None


def _frame(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what Tiepoint wrote into the asset's extras."""
    found: Any = document
    for name in ("asset", "extras", "tiepoint"):
        found = found.get(name) if isinstance(found, dict) else None
    return {key: found.get(key) for key in ("crs", "scale")} if isinstance(found, dict) else {}
