"""A view that is ready, and small model files in every format."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from tiepoint.ui.viewer import ModelView, ViewerState

ModelMaker = Callable[[str], Path]


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QMainWindow]:
    window = QMainWindow()
    window.resize(400, 300)
    qtbot.addWidget(window)
    yield window
    window.close()


@pytest.fixture
def view(qtbot: QtBot, window: QMainWindow) -> Iterator[ModelView]:
    """A view in a shown window, ready to draw."""
    view = ModelView()
    window.setCentralWidget(view)
    window.show()
    qtbot.waitUntil(lambda: view.state is not ViewerState.WAITING and view.state is not ViewerState.STARTING)
    assert view.state is ViewerState.READY
    yield view
    view.shut()


@pytest.fixture
def model_file(tmp_path: Path) -> ModelMaker:
    """Write the same red square, 2 m wide on the ground, in the format asked for."""

    def make(kind: str) -> Path:
        return WRITERS[kind](tmp_path)

    return make


CORNERS = np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]], np.float32)
FACES = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
RED = (220, 30, 40)


def red_picture(kind: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, RED).save(out, kind)
    return out.getvalue()


def write_glb(folder: Path, *, image: bytes | None = None, name: str = "square.glb") -> Path:
    points = np.stack([CORNERS[:, 0], CORNERS[:, 2], -CORNERS[:, 1]], 1)
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], "<f4")
    picture = red_picture("PNG") if image is None else image
    parts = [points.astype("<f4").tobytes(), uv.tobytes(), FACES.astype("<u2").tobytes(), picture]
    views, binary = [], b""
    for part in parts:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(part)})
        binary += part + b"\0" * (-len(part) % 4)
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"mimeType": "image/png", "bufferView": 3}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
            {"bufferView": 1, "componentType": 5126, "count": 4, "type": "VEC2"},
            {"bufferView": 2, "componentType": 5123, "count": 6, "type": "SCALAR"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    return pack_glb(folder / name, document, binary)


def pack_glb(path: Path, document: object, binary: bytes) -> Path:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    total = 12 + 8 + len(text) + 8 + len(binary)
    path.write_bytes(
        struct.pack("<4sII", b"glTF", 2, total)
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + struct.pack("<I4s", len(binary), b"BIN\0")
        + binary
    )
    return path


def write_obj(folder: Path) -> Path:
    (folder / "square.mtl").write_text("newmtl photos\nmap_Kd square.jpg\n")
    (folder / "square.jpg").write_bytes(red_picture("JPEG"))
    lines = ["mtllib square.mtl", *(f"v {x} {y} {z}" for x, y, z in CORNERS)]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1", "usemtl photos", "f 1/1 2/2 3/3 4/4"]
    path = folder / "square.obj"
    path.write_text("\n".join(lines) + "\n")
    return path


def ply_header(kind: str, points: int, faces: int | None) -> bytes:
    lines = ["ply", f"format {kind} 1.0", f"element vertex {points}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {colour}" for colour in ("red", "green", "blue")]
    if faces is not None:
        lines += [f"element face {faces}", "property list uchar int vertex_indices"]
    return "\n".join([*lines, "end_header", ""]).encode()


def ply_vertices(points: NDArray[np.float32], order: str = "<") -> bytes:
    kind = [("p", order + "f4", 3), ("c", "u1", 3)]
    records = np.zeros(len(points), kind)
    records["p"], records["c"] = points, RED
    return records.tobytes()


def write_ply(folder: Path) -> Path:
    records = np.zeros(len(FACES), [("n", "u1"), ("i", "<i4", 3)])
    records["n"], records["i"] = 3, FACES
    path = folder / "square.ply"
    path.write_bytes(ply_header("binary_little_endian", 4, 2) + ply_vertices(CORNERS) + records.tobytes())
    return path


def write_big_endian_ply(folder: Path) -> Path:
    records = np.zeros(len(FACES), [("n", "u1"), ("i", ">i4", 3)])
    records["n"], records["i"] = 3, FACES
    path = folder / "square-big.ply"
    path.write_bytes(ply_header("binary_big_endian", 4, 2) + ply_vertices(CORNERS, ">") + records.tobytes())
    return path


def write_mixed_ply(folder: Path) -> Path:
    """A triangle and a square, so that records differ in length."""
    body = struct.pack("<B3i", 3, 0, 1, 2) + struct.pack("<B4i", 4, 0, 1, 2, 3)
    path = folder / "mixed.ply"
    path.write_bytes(ply_header("binary_little_endian", 4, 2) + ply_vertices(CORNERS) + body)
    return path


def write_ascii_ply(folder: Path) -> Path:
    lines = [f"{x} {y} {z} {RED[0]} {RED[1]} {RED[2]}" for x, y, z in CORNERS] + ["4 0 1 2 3"]
    path = folder / "square-ascii.ply"
    path.write_bytes(ply_header("ascii", 4, 1) + ("\n".join(lines) + "\n").encode())
    return path


def write_cloud(folder: Path) -> Path:
    grid = np.linspace(-1, 1, 60, dtype=np.float32)
    x, y = np.meshgrid(grid, grid)
    points = np.stack([x, y, np.zeros_like(x)], -1).reshape(-1, 3)
    path = folder / "cloud.ply"
    path.write_bytes(ply_header("binary_little_endian", len(points), None) + ply_vertices(points))
    return path


def write_stl(folder: Path) -> Path:
    records = np.zeros(len(FACES), [("n", "<f4", 3), ("c", "<f4", (3, 3)), ("a", "<u2")])
    records["c"] = CORNERS[FACES]
    path = folder / "square.stl"
    path.write_bytes(b"\0" * 80 + struct.pack("<I", len(FACES)) + records.tobytes())
    return path


def write_ascii_stl(folder: Path) -> Path:
    lines = ["solid square"]
    for face in CORNERS[FACES]:
        lines += ["facet normal 0 0 1", "outer loop"]
        lines += [f"vertex {x} {y} {z}" for x, y, z in face]
        lines += ["endloop", "endfacet"]
    path = folder / "square-ascii.stl"
    path.write_text("\n".join([*lines, "endsolid", ""]))
    return path


WRITERS: dict[str, Callable[[Path], Path]] = {
    "glb": write_glb,
    "obj": write_obj,
    "ply": write_ply,
    "ply, big endian": write_big_endian_ply,
    "ply, mixed": write_mixed_ply,
    "ply, ascii": write_ascii_ply,
    "cloud": write_cloud,
    "stl": write_stl,
    "stl, ascii": write_ascii_stl,
}
