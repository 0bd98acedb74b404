"""Binary glTF 2.0: triangles and points with node transforms, vertex colours and base colour textures. Worker threads.

Follows the Khronos glTF 2.0 specification. Its axes are y up; the view's are z up, so a model from our engine comes
back into the job frame: (x, y, z) of the file is (x, -z, y) here. Skins, animations and morph targets are left out.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewer.loading.arrays import checked_faces, checked_points
from tiepoint.ui.viewer.loading.source import Source, settle
from tiepoint.ui.viewer.loading.textures import beside, read_texture
from tiepoint.ui.viewer.surface import Model, Part, Texture

_KINDS: Final = {5120: "i1", 5121: "u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTHS: Final = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_POINTS, _TRIANGLES, _STRIP, _FAN = 0, 4, 5, 6
_DEEPEST: Final = 64
_KNOWN_NEEDS: Final = {"KHR_materials_unlit", "KHR_texture_transform", "KHR_mesh_quantization"}
_Z_UP: Final = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def read_glb(source: Source) -> Model:
    """Return the model in a GLB file.

    Raises:
        InputError: The file cannot be read; the message says why.
        Canceled: Nobody wants it any more.
    """
    document, binary = _chunks(source, source.read())
    needs = {str(each) for each in document.get("extensionsRequired", [])} - _KNOWN_NEEDS
    if needs:
        raise source.refuse(
            tr("Viewer", "it needs {names}, which the viewer does not know", names=plain(", ".join(sorted(needs))))
        )
    try:
        return _Reader(source, document, binary).model()
    except (KeyError, IndexError, TypeError, AttributeError, ValueError, OverflowError, RecursionError) as error:
        raise source.refuse(tr("Viewer", "its contents do not fit together"), detail=repr(error)) from error


def _chunks(source: Source, data: bytearray) -> tuple[dict[str, Any], memoryview]:
    if len(data) < 20 or data[:4] != b"glTF":
        raise source.refuse(tr("Viewer", "it is no GLB file"))
    version, total, length, kind = struct.unpack_from("<III4s", data, 4)
    if version != 2:
        raise source.refuse(tr("Viewer", "it is glTF version {version}, and only version 2 is known", version=version))
    if total > len(data) or 20 + length > len(data) or kind != b"JSON":
        raise source.refuse(tr("Viewer", "it ends too early"))
    try:
        document = json.loads(bytes(data[20 : 20 + length]))
    except (ValueError, RecursionError) as error:
        raise source.refuse(tr("Viewer", "its description is damaged"), detail=str(error)) from error
    if not isinstance(document, dict):
        raise source.refuse(tr("Viewer", "its description is damaged"))
    start = 20 + length
    if start + 8 > total:
        return document, memoryview(b"")
    size, _kind = struct.unpack_from("<I4s", data, start)
    if start + 8 + size > len(data):
        raise source.refuse(tr("Viewer", "it ends too early"))
    return document, memoryview(data)[start + 8 : start + 8 + size]


@dataclass(slots=True)
class _Piece:
    points: NDArray[np.float64]
    faces: NDArray[np.int32]
    uv: NDArray[Any] | None
    colours: NDArray[np.uint8] | None
    normals: NDArray[np.float64] | None
    texture: Texture | None


class _Reader:
    """One document on its way to a model."""

    def __init__(self, source: Source, document: dict[str, Any], binary: memoryview) -> None:
        self._source = source
        self._document = document
        self._binary = binary
        self._textures: dict[int, Texture | None] = {}
        self._notes: list[str] = []
        self._pieces: list[_Piece] = []

    def model(self) -> Model:
        """Return what the default scene shows."""
        scenes = self._document.get("scenes", [])
        roots = scenes[self._document.get("scene", 0)].get("nodes", []) if scenes else range(len(self._nodes()))
        for root in roots:
            self._visit(int(root), np.eye(4), 0)
        if not self._pieces:
            raise self._source.refuse(tr("Viewer", "it has nothing to show"))
        points, origin = settle(checked_points(self._source, np.concatenate([each.points for each in self._pieces])))
        parts: list[Part] = []
        start = 0
        for each in self._pieces:
            end = start + len(each.points)
            parts.append(_part(each, points[start:end]))
            start = end
        return Model(self._source.path, tuple(parts), origin, tuple(self._notes))

    def _nodes(self) -> list[dict[str, Any]]:
        nodes: list[dict[str, Any]] = self._document.get("nodes", [])
        return nodes

    def _visit(self, number: int, outer: NDArray[np.float64], depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("nodes are nested too deeply")
        node = self._nodes()[number]
        matrix = outer @ _matrix(node)
        if "mesh" in node:
            for primitive in self._document["meshes"][node["mesh"]]["primitives"]:
                self._source.check()
                self._add(primitive, matrix)
        for child in node.get("children", []):
            self._visit(int(child), matrix, depth + 1)

    def _add(self, primitive: dict[str, Any], matrix: NDArray[np.float64]) -> None:
        mode = primitive.get("mode", _TRIANGLES)
        attributes = primitive["attributes"]
        if mode not in {_POINTS, _TRIANGLES, _STRIP, _FAN} or "POSITION" not in attributes:
            return
        points = self._array(attributes["POSITION"]).astype(np.float64)
        turn = _Z_UP @ matrix[:3, :3]
        normals = self._optional(attributes, "NORMAL", len(points))
        if normals is not None:
            normals = normals @ np.linalg.pinv(turn)
            normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        uv = self._optional(attributes, "TEXCOORD_0", len(points))
        self._pieces.append(
            _Piece(
                points @ turn.T + _Z_UP @ matrix[:3, 3],
                self._faces(primitive, mode, len(points)),
                uv,
                _colours(self._optional(attributes, "COLOR_0", len(points))),
                normals,
                self._texture(primitive.get("material")) if uv is not None else None,
            )
        )

    def _faces(self, primitive: dict[str, Any], mode: int, count: int) -> NDArray[np.int32]:
        if mode == _POINTS:
            return np.empty((0, 3), np.int32)
        indices = self._array(primitive["indices"]).ravel() if "indices" in primitive else np.arange(count)
        if mode == _TRIANGLES:
            triangles = indices[: len(indices) // 3 * 3].reshape(-1, 3)
        elif mode == _FAN:
            triangles = np.stack([np.full(len(indices) - 2, indices[0]), indices[1:-1], indices[2:]], 1)
        else:
            triangles = np.stack([indices[:-2], indices[1:-1], indices[2:]], 1)
            triangles[1::2] = triangles[1::2, ::-1]
        return checked_faces(self._source, triangles, count)

    def _optional(self, attributes: dict[str, Any], name: str, count: int) -> NDArray[Any] | None:
        if name not in attributes:
            return None
        array = self._array(attributes[name])
        if len(array) != count:
            raise ValueError(f"{name} has another length")
        return array

    def _array(self, number: int) -> NDArray[Any]:
        accessor = self._document["accessors"][number]
        kind = np.dtype(_KINDS[accessor["componentType"]])
        width, count = _WIDTHS[accessor["type"]], int(accessor["count"])
        if not 0 <= count < 2**31 or accessor.get("sparse"):
            raise ValueError("an accessor that the viewer cannot read")
        if "bufferView" not in accessor:
            return np.zeros((count, width), kind)
        data, stride = self._view(accessor["bufferView"])
        stride = stride or kind.itemsize * width
        offset = int(accessor.get("byteOffset", 0))
        if offset < 0 or count and offset + (count - 1) * stride + kind.itemsize * width > len(data):
            raise self._source.refuse(tr("Viewer", "it ends too early"))
        array = np.ndarray((count, width), kind, data, offset, (stride, kind.itemsize))
        return _normalised(array) if accessor.get("normalized") else array

    def _view(self, number: int) -> tuple[memoryview, int]:
        view = self._document["bufferViews"][number]
        if int(view.get("buffer", 0)) != 0:
            raise ValueError("more than one buffer")
        start, length = int(view.get("byteOffset", 0)), int(view["byteLength"])
        if start < 0 or length < 0 or start + length > len(self._binary):
            raise self._source.refuse(tr("Viewer", "it ends too early"))
        return self._binary[start : start + length], int(view.get("byteStride", 0))

    def _texture(self, material: int | None) -> Texture | None:
        if material is None:
            return None
        base = self._document["materials"][material].get("pbrMetallicRoughness", {}).get("baseColorTexture")
        if base is None:
            return None
        image = self._document["textures"][base["index"]].get("source")
        if image is None:
            return None
        if image not in self._textures:
            found = self._document["images"][image]
            picture = (
                self._view(found["bufferView"])[0]
                if "bufferView" in found
                else beside(self._source.path, str(found.get("uri", "")))
            )
            self._textures[image], notes = read_texture(self._source, picture)
            self._notes += notes
        return self._textures[image]


def _part(piece: _Piece, points: NDArray[np.float32]) -> Part:
    uv = None
    if piece.texture is not None and piece.uv is not None:
        uv = np.nan_to_num(np.stack([piece.uv[:, 0], 1 - piece.uv[:, 1]], 1).astype(np.float32))
    normals = None if piece.normals is None else np.nan_to_num(piece.normals.astype(np.float32))
    return Part(points, piece.faces, uv, piece.colours, normals, piece.texture)


def _matrix(node: dict[str, Any]) -> NDArray[np.float64]:
    if "matrix" in node:
        return np.array(node["matrix"], float).reshape(4, 4).T
    matrix = np.eye(4)
    if "rotation" in node:
        x, y, z, w = (float(each) for each in node["rotation"])
        matrix[:3, :3] = [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _normalised(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.dtype.kind == "f":
        return array
    return np.maximum(array.astype(np.float32) / np.iinfo(array.dtype).max, -1)


def _colours(values: NDArray[Any] | None) -> NDArray[np.uint8] | None:
    if values is None:
        return None
    # Vertex colours are linear in glTF (3.9.2); pictures are not.
    linear = np.nan_to_num(np.clip(_normalised(values[:, :3]), 0, 1))
    return np.ascontiguousarray(np.power(linear, 1 / 2.2) * 255 + 0.5).astype(np.uint8)
