"""A project of the stand-in on disk: `NAME.psx` and `NAME.files/` with one chunk, and what its tasks do to it.

The capture of its photos may say under "toy" in capture.json how a stage behaves: {stage: {tasks, seconds, memory,
error, times, gate}}, as the toy engine of the agent's tests.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

STAGES = {
    "MatchPhotos": "matching",
    "AlignCameras": "alignment",
    "BuildDepthMaps": "depth_maps",
    "BuildDenseCloud": "point_cloud",
    "BuildPointCloud": "point_cloud",
    "BuildModel": "mesh",
    "BuildUV": "texture",
    "BuildTexture": "texture",
    "BuildDem": "elevation_model",
    "BuildOrthomosaic": "orthomosaic",
}
SUPPORTS_GPU = {"MatchPhotos", "BuildDepthMaps", "BuildModel", "BuildTexture"}
_DISTRIBUTED = {"MatchPhotos", "BuildDepthMaps", "BuildDenseCloud", "BuildPointCloud", "BuildDem", "BuildOrthomosaic"}


def read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def write(path: Path, content: dict[str, Any]) -> None:
    files_of(path).mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_text(json.dumps(content), encoding="utf-8")
    part.replace(path)


def files_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.files")


def toy_of(path: Path, task: str) -> dict[str, Any]:
    """Return how the stage of a task is to behave."""
    chunks = read(path)["chunks"]
    photos = chunks[0]["photos"] if chunks else []
    for folder in Path(photos[0]).parents if photos else ():
        with contextlib.suppress(OSError, ValueError):
            toy = json.loads((folder / "capture.json").read_text(encoding="utf-8")).get("toy", {})
            return dict(toy.get(STAGES.get(task, "report" if "Report" in task else "export"), {}))
    return {}


def items_of(path: Path, task: str) -> int:
    """Return into how many work items a task falls."""
    toy = toy_of(path, task)
    photos = len(read(path)["chunks"][0]["photos"])
    return int(toy.get("tasks", photos if task in _DISTRIBUTED else 1))


def work(path: Path, task: str, params: dict[str, Any], number: int, told: Callable[[float], None]) -> None:
    """Do one item of a task: take its time, then write what it is for."""
    toy = toy_of(path, task)
    _misbehave(path, task, number, toy)
    while toy.get("gate") and not os.path.exists(toy["gate"]):
        told(0.0)
        time.sleep(0.02)
    seconds = float(toy.get("seconds", 0.005))
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        told(1 - left / seconds)
        time.sleep(min(0.05, left))
    result = files_of(path) / "0" / task / str(number)
    result.parent.mkdir(parents=True, exist_ok=True)
    result.write_bytes(os.urandom(64))
    if task == "AlignCameras":
        _align(path)
    elif task.startswith("Export"):
        _export(path, task, params)


def _misbehave(path: Path, task: str, number: int, toy: dict[str, Any]) -> None:
    tries = files_of(path) / f"{task}-{number}.tries"
    with tries.open("a", encoding="utf-8") as file:
        file.write("x")
    if tries.stat().st_size > int(toy.get("times", 99)):
        return
    if toy.get("memory"):
        raise RuntimeError("bad allocation")
    if toy.get("error"):
        raise RuntimeError(toy["error"] if isinstance(toy["error"], str) else "Unknown error")


def _align(path: Path) -> None:
    content = read(path)
    for number, _ in enumerate(content["chunks"][0]["photos"]):
        content["chunks"][0].setdefault("transforms", {})[str(number)] = [
            [1, 0, 0, float(number)], [0, -1, 0, 0.0], [0, 0, -1, 5.0], [0, 0, 0, 1]
        ]  # fmt: skip
    content["chunks"][0]["tie_points"] = 1234
    write(path, content)


def _export(path: Path, task: str, params: dict[str, Any]) -> None:
    target = Path(params["path"])
    if not target.parent.is_dir():
        raise RuntimeError(f"Can't open file: No such file or directory (2): {target}")
    if task == "ExportModel":
        _write_model(target)
    elif task in ("ExportPoints", "ExportPointCloud"):
        _write_cloud(target)
    elif task == "ExportReport":
        target.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n")
    else:
        target.write_bytes(b"II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00")  # a TIFF without pictures


def _write_model(target: Path) -> None:
    corners = [(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)]
    sides = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]
    lines = [f"mtllib {target.stem}.mtl", "usemtl Solid", *(f"v {x} {y} {z}" for x, y, z in corners)]
    lines += ["vt 0 0", "vt 1 0", "vt 1 1", "vt 0 1"]
    for one, two, three, four in sides:
        lines += [f"f {one}/1 {two}/2 {three}/3", f"f {one}/1 {three}/3 {four}/4"]
    target.write_text("\n".join(lines) + "\n", encoding="ascii")
    target.with_suffix(".mtl").write_text(f"newmtl Solid\nKd 1 1 1\nmap_Kd {target.stem}.png\n", encoding="ascii")
    target.with_suffix(".png").write_bytes(_picture())


def _picture() -> bytes:
    rows = b"".join(b"\x00" + bytes((90, 140, 60)) * 4 for _ in range(4))
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _write_cloud(target: Path) -> None:
    points = [(x / 10, y / 10, 0.0, 90, 140, 60) for x in range(10) for y in range(10)]
    head = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\n"
        "property float x\nproperty float y\nproperty float z\n"
        "property uchar red\nproperty uchar green\nproperty uchar blue\nend_header\n"
    )
    target.write_bytes(head.encode() + b"".join(struct.pack("<fffBBB", *point) for point in points))
