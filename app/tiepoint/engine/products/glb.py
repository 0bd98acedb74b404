"""The model as binary glTF 2.0 (Khronos glTF 2.0 specification). Any thread; memory of one copy of the mesh.

Axes are glTF's, y up: east, up, -north. The texture's JPEG is embedded byte for byte. KHR_materials_unlit was
considered and left out: it would show the photos' colours untouched, but importers such as Blender turn it into an
emission that ignores lights, and without shading the shape does not read. Rough, non-metallic, two-sided it is.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tiepoint import __version__
from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.products.model import TexturedModel
from tiepoint.engine.products.whole_file import replacing

_FLOAT: Final = 5126
_UNSIGNED_SHORT: Final = 5123
_UNSIGNED_INT: Final = 5125
_ARRAY_BUFFER: Final = 34962
_ELEMENT_ARRAY_BUFFER: Final = 34963
_LINEAR: Final = 9729
_LINEAR_MIPMAP_LINEAR: Final = 9987
_CLAMP_TO_EDGE: Final = 33071
_LARGEST_BYTES: Final = 2**32 - 1


@dataclass(slots=True)
class _Binary:
    """The binary chunk in the making, with its views and accessors."""

    chunks: list[bytes] = field(default_factory=list)
    views: list[dict[str, Any]] = field(default_factory=list)
    accessors: list[dict[str, Any]] = field(default_factory=list)
    length: int = 0

    def add(self, data: bytes, target: int | None = None) -> int:
        """Append data, padded to four bytes as every accessor here needs, and return its view's number."""
        view: dict[str, Any] = {"buffer": 0, "byteOffset": self.length, "byteLength": len(data)}
        if target is not None:
            view["target"] = target
        self.views.append(view)
        padding = -len(data) % 4
        self.chunks += [data, b"\0" * padding]
        self.length += len(data) + padding
        return len(self.views) - 1

    def add_vectors(self, array: NDArray[np.float32], *, with_bounds: bool = False) -> int:
        """Append (N, 2) or (N, 3) float32 and return its accessor's number."""
        accessor: dict[str, Any] = {
            "bufferView": self.add(np.ascontiguousarray(array, "<f4").tobytes(), _ARRAY_BUFFER),
            "componentType": _FLOAT,
            "count": len(array),
            "type": f"VEC{array.shape[1]}",
        }
        if with_bounds:
            accessor["min"] = [float(value) for value in array.min(0)]
            accessor["max"] = [float(value) for value in array.max(0)]
        self.accessors.append(accessor)
        return len(self.accessors) - 1

    def add_indices(self, faces: NDArray[np.int32], vertex_count: int) -> int:
        """Append the triangles in the smallest type that does and return the accessor's number."""
        # 65535 itself restarts a primitive (glTF 2.0, 3.7.2.1), so it cannot be an index.
        short = vertex_count < 65535
        data = np.ascontiguousarray(faces, "<u2" if short else "<u4")
        self.accessors.append(
            {
                "bufferView": self.add(data.tobytes(), _ELEMENT_ARRAY_BUFFER),
                "componentType": _UNSIGNED_SHORT if short else _UNSIGNED_INT,
                "count": int(data.size),
                "type": "SCALAR",
                "min": [int(data.min())],
                "max": [int(data.max())],
            }
        )
        return len(self.accessors) - 1


def write_glb(model: TexturedModel, path: Path, *, name: str, frame: Mapping[str, Any]) -> None:
    """Write the model.

    Args:
        model: What to write.
        path: The file to replace.
        name: The job's name; names the scene and the node.
        frame: CRS and scale of the job, kept in the asset's extras.

    Raises:
        EngineFailure: The model is too large for the format, or the file cannot be written.
        NoSpace: The disk is full.
    """
    binary = _Binary()
    attributes = {
        "POSITION": binary.add_vectors(y_up(model.vertices), with_bounds=True),
        "NORMAL": binary.add_vectors(y_up(model.normals)),
        "TEXCOORD_0": binary.add_vectors(np.stack([model.uv[:, 0], 1 - model.uv[:, 1]], 1)),
    }
    indices = binary.add_indices(model.faces, len(model.vertices))
    image = binary.add(model.atlas.read_bytes())
    primitive = {"attributes": attributes, "indices": indices, "material": 0, "mode": 4}
    text = json.dumps(_document(binary, primitive, image, name, frame), ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + binary.length
    if total > _LARGEST_BYTES:
        raise EngineFailure("The model is too large for a GLB file.", remedy="Choose fewer faces, or use the OBJ file.")
    with replacing(path) as temporary, temporary.open("wb") as file:
        file.write(struct.pack("<4sII", b"glTF", 2, total))
        file.write(struct.pack("<I4s", len(text), b"JSON") + text)
        file.write(struct.pack("<I4s", binary.length, b"BIN\0"))
        file.writelines(binary.chunks)


def y_up(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (N, 3) job-frame vectors (east, north, up) in glTF's axes (east, up, -north)."""
    return np.stack([vectors[:, 0], vectors[:, 2], -vectors[:, 1]], 1)


def _document(
    binary: _Binary, primitive: Mapping[str, Any], image: int, name: str, frame: Mapping[str, Any]
) -> dict[str, Any]:
    texture = {"index": 0, "texCoord": 0}
    return {
        "asset": {"version": "2.0", "generator": f"Tiepoint {__version__}", "extras": {"tiepoint": dict(frame)}},
        "scene": 0,
        "scenes": [{"name": name, "nodes": [0]}],
        "nodes": [{"name": name, "mesh": 0}],
        "meshes": [{"name": name, "primitives": [primitive]}],
        "materials": [
            {
                "name": "photos",
                "doubleSided": True,
                "pbrMetallicRoughness": {"baseColorTexture": texture, "metallicFactor": 0.0, "roughnessFactor": 1.0},
            }
        ],
        "textures": [{"sampler": 0, "source": 0}],
        "samplers": [
            {
                "magFilter": _LINEAR,
                "minFilter": _LINEAR_MIPMAP_LINEAR,
                "wrapS": _CLAMP_TO_EDGE,
                "wrapT": _CLAMP_TO_EDGE,
            }
        ],
        "images": [{"name": "texture", "mimeType": "image/jpeg", "bufferView": image}],
        "accessors": binary.accessors,
        "bufferViews": binary.views,
        "buffers": [{"byteLength": binary.length}],
    }
