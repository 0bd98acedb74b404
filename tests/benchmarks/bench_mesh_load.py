"""Opening big models: our readers beside pyvista.read and trimesh in one run, and how long the window stood still.

Run with `PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_mesh_load.py` on a screen (xvfb-run will do). Each
reader runs in a fresh process, imports not counted, best of two. The second table opens the models in a real view
with a timer of 5 ms in the GUI thread: a gap is the time between two of its ticks, and "own" is the gap less the time
the thread waited for a core (Linux counts it), because a busy computer is not our doing. Fails when our own gap is
over 50 ms.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import numpy as np

FACES = 2_000_000
LARGEST_OWN_GAP_MS = 50.0
LARGEST_P99_MS = 16.0
READERS = {
    "tiepoint": "from tiepoint.ui.viewer.loading.reading import read_model as r\n"
    "from tiepoint.ui.viewer.loading.source import Source\nread = lambda p: r(Source(p))",
    "pyvista": "import pyvista\nread = pyvista.read",
    "trimesh": "import trimesh\nread = lambda p: trimesh.load(p, process=False)",
}
TIMED = r"""
import re, sys, time, warnings, logging
from pathlib import Path
warnings.simplefilter("ignore"); logging.disable()
{reader}
path = Path(sys.argv[1])
best = 1e9
for _ in range(2):
    start = time.perf_counter(); kept = read(path); best = min(best, time.perf_counter() - start); del kept
print(best, int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        models = write_models(Path(name))
        compare(models)
        return watch(models)


def write_models(folder: Path) -> list[Path]:
    """The same height field, as PLY with colours, textured GLB, textured OBJ, STL, and a cloud."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    count = int((FACES / 2) ** 0.5) + 1
    grid = np.linspace(0, 100, count, dtype=np.float32)
    x, y = np.meshgrid(grid, grid)
    points = np.stack([x, y, 3 * np.sin(x / 7) * np.cos(y / 9)], -1).reshape(-1, 3)
    number = np.arange(count * count, dtype=np.int32).reshape(count, count)
    first = np.stack([number[:-1, :-1], number[:-1, 1:], number[1:, 1:]], -1).reshape(-1, 3)
    second = np.stack([number[:-1, :-1], number[1:, 1:], number[1:, :-1]], -1).reshape(-1, 3)
    faces = np.concatenate([first, second])
    uv = np.stack([x / 100, y / 100], -1).reshape(-1, 2)
    written = [
        _write_ply(folder / "mesh.ply", points, faces),
        _write_glb(folder / "mesh.glb", points, faces, uv),
        _write_obj(folder / "mesh.obj", points, faces, uv),
        _write_stl(folder / "mesh.stl", points, faces),
        _write_ply(folder / "cloud.ply", np.concatenate([points] * 2), None),
    ]
    for path in written:
        print(f"{path.name}: {path.stat().st_size / 1e6:.0f} MB")
    return written


def compare(models: list[Path]) -> None:
    print(f"\nreading, best of 2\n{'':10}" + "".join(f"{name:>24}" for name in READERS))
    for path in models:
        cells = []
        for reader in READERS.values():
            done = subprocess.run(
                [sys.executable, "-c", TIMED.format(reader=reader), str(path)], capture_output=True, text=True
            )
            seconds, megabytes = (float(each) for each in done.stdout.split()) if done.returncode == 0 else (0.0, 0.0)
            cells.append(f"{seconds:10.2f} s {megabytes:8.0f} MB" if seconds else f"{'failed':>22}")
        print(f"{path.name:10}" + "".join(f"{cell:>24}" for cell in cells))


def watch(models: list[Path]) -> int:
    os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from tiepoint.ui.viewer import ModelView, ViewerState

    application = QApplication([])
    view = ModelView()
    view.resize(1100, 760)
    view.show()
    ticks: list[tuple[float, float]] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: ticks.append((time.perf_counter(), waited_for_core_s())))

    def until(condition: object, limit_s: float = 120) -> bool:
        end = time.perf_counter() + limit_s
        while not condition() and time.perf_counter() < end:  # type: ignore[operator]
            application.processEvents()
            time.sleep(0.0005)
        return bool(condition())  # type: ignore[operator]

    for _ in range(5):
        application.processEvents()
    ticks.clear()
    timer.start(5)
    if (
        not until(lambda: view.state in {ViewerState.READY, ViewerState.NO_OPENGL})
        or view.state is not ViewerState.READY
    ):
        print("no OpenGL here: the second table is left out")
        view.shut()
        return 0
    titles = f"{'first picture':>14}{'all of it':>11}{'p99':>9}{'gap':>10}{'own p99':>10}{'own gap':>10}"
    print(f"\n{'GUI thread while':22}{titles}")
    worst = [report("the 3D view starts", ticks, 0.0, 0.0)]
    for path in models:
        ticks.clear()
        start = time.perf_counter()
        view.open_model(path)
        until(lambda path=path: view.facts is not None and view.facts.path == path and not view.is_loading)
        until(lambda: view.detail is not None and view.detail.shown > 0)
        seen = time.perf_counter() - start
        until(lambda: view.detail is not None and (view.detail.is_full or view.detail.can_show_full))
        view.show_full_detail()
        until(lambda: view.detail is not None and view.detail.is_full)
        worst.append(report(path.name, ticks, seen, time.perf_counter() - start))
    timer.stop()
    view.shut()
    failed = [name for name, gap, p99 in worst if gap > LARGEST_OWN_GAP_MS or p99 > LARGEST_P99_MS]
    print("over the limit: " + ", ".join(failed) if failed else "within the limits: p99 16 ms, no own gap over 50 ms")
    return 1 if failed else 0


def report(name: str, ticks: list[tuple[float, float]], seen: float, whole: float) -> tuple[str, float, float]:
    times, waits = np.diff(np.array(ticks), axis=0).T * 1000
    own = np.maximum(times - waits, 0)
    p99, own_p99 = np.percentile(times, 99), np.percentile(own, 99)
    print(
        f"{name:22}{seen:12.2f} s{whole:9.2f} s{p99:6.0f} ms{times.max():7.0f} ms{own_p99:7.0f} ms{own.max():7.0f} ms"
    )
    return name, float(own.max()), float(own_p99)


_SCHEDULE = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")


def waited_for_core_s() -> float:
    """How long this thread was ready and had no core, all in all; 0 where the system does not say."""
    try:
        return int(_SCHEDULE.read_bytes().split()[1]) / 1e9
    except OSError:
        return 0.0


def _write_ply(path: Path, points: np.ndarray, faces: np.ndarray | None) -> Path:
    records = np.zeros(len(points), [("p", "<f4", 3), ("c", "u1", 3)])
    records["p"], records["c"] = points, (np.abs(points) * 2.5 % 256).astype("u1")
    header = ["ply", "format binary_little_endian 1.0", f"element vertex {len(points)}"]
    header += [f"property float {axis}" for axis in "xyz"]
    header += [f"property uchar {colour}" for colour in ("red", "green", "blue")]
    body = records.tobytes()
    if faces is not None:
        header += [f"element face {len(faces)}", "property list uchar int vertex_indices"]
        triangles = np.zeros(len(faces), [("n", "u1"), ("i", "<i4", 3)])
        triangles["n"], triangles["i"] = 3, faces
        body += triangles.tobytes()
    path.write_bytes("\n".join([*header, "end_header", ""]).encode() + body)
    return path


def _picture() -> bytes:
    from PIL import Image

    x, y = np.meshgrid(np.arange(4096), np.arange(4096))
    pixels = np.stack([x // 16 % 256, y // 16 % 256, (x ^ y) % 256], -1).astype("u1")
    out = BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=90)
    return out.getvalue()


def _write_glb(path: Path, points: np.ndarray, faces: np.ndarray, uv: np.ndarray) -> Path:
    from ui.viewer.conftest import pack_glb

    flipped = np.stack([uv[:, 0], 1 - uv[:, 1]], 1)
    turned = np.stack([points[:, 0], points[:, 2], -points[:, 1]], 1)
    blobs = [turned.astype("<f4").tobytes(), flipped.astype("<f4").tobytes(), faces.astype("<u4").tobytes(), _picture()]
    views, binary = [], bytearray()
    for blob in blobs:
        views.append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(blob)})
        binary += blob + b"\0" * (-len(blob) % 4)
    low, high = turned.min(0).tolist(), turned.max(0).tolist()
    accessors = [
        {"bufferView": 0, "componentType": 5126, "count": len(points), "type": "VEC3", "min": low, "max": high},
        {"bufferView": 1, "componentType": 5126, "count": len(points), "type": "VEC2"},
        {"bufferView": 2, "componentType": 5125, "count": faces.size, "type": "SCALAR"},
    ]
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0, "TEXCOORD_0": 1}, "indices": 2, "material": 0}]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}}],
        "textures": [{"source": 0}],
        "images": [{"mimeType": "image/jpeg", "bufferView": 3}],
        "accessors": accessors,
        "bufferViews": views,
        "buffers": [{"byteLength": len(binary)}],
    }
    return pack_glb(path, document, bytes(binary))


def _write_obj(path: Path, points: np.ndarray, faces: np.ndarray, uv: np.ndarray) -> Path:
    path.with_suffix(".jpg").write_bytes(_picture())
    path.with_suffix(".mtl").write_text(f"newmtl photos\nmap_Kd {path.stem}.jpg\n")
    corner = [f"{each}/{each}" for each in range(1, len(points) + 1)]
    with path.open("w") as file:
        file.write(f"mtllib {path.stem}.mtl\n")
        file.writelines(f"v {x:.4f} {y:.4f} {z:.4f}\n" for x, y, z in points.tolist())
        file.writelines(f"vt {u:.6f} {v:.6f}\n" for u, v in uv.tolist())
        file.write("usemtl photos\n")
        file.writelines(f"f {corner[a]} {corner[b]} {corner[c]}\n" for a, b, c in faces.tolist())
    return path


def _write_stl(path: Path, points: np.ndarray, faces: np.ndarray) -> Path:
    records = np.zeros(len(faces), [("n", "<f4", 3), ("c", "<f4", (3, 3)), ("a", "<u2")])
    records["c"] = points[faces]
    path.write_bytes(b"\0" * 80 + len(faces).to_bytes(4, "little") + records.tobytes())
    return path


if __name__ == "__main__":
    sys.exit(main())
