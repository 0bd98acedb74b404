"""How late the panel's event loop is while it is busy, beside an empty window that lives through the same minutes.

    xvfb-run -a python tests/benchmarks/bench_panel_lag.py [job] [drop] [mesh]

Three scenes in the real panel on a screen: a job runs on the sample capture, 5,000 photos are dropped, a mesh of two
million triangles is opened. A watchdog beats every 5 ms in the panel and in an empty PySide6 window at the same time:
what the empty window shows is the machine's doing. A pause of over 50 ms is charged to us when our own thread worked
that long inside our own code. Targets: 99th percentile at most 16 ms, no pause of ours over 50 ms.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from bench_photo_listing import write_photos

import panel_hand
from panel_hand import PanelHand

BIN = Path(sys.executable).parent
PEER = """
import sys
sys.path.insert(0, sys.argv[1])
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication, QMainWindow
from loop_watchdog import LoopWatchdog
application = QApplication([]); window = QMainWindow(); window.setWindowTitle("peer"); window.show()
watchdog = LoopWatchdog()
def told():
    sys.stdin.readline()
    print(watchdog.share_ms(0.99), watchdog.worst_ms, flush=True); watchdog.reset()
notifier = QSocketNotifier(0, QSocketNotifier.Type.Read); notifier.activated.connect(told)
application.exec()
"""


class Peer:
    """An empty window with the same watchdog."""

    def __init__(self) -> None:
        tests = str(Path(__file__).resolve().parents[1])
        self._process = subprocess.Popen(
            [sys.executable, "-c", PEER, tests], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lag()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def lag(self) -> tuple[float, float]:
        """99th percentile and worst lateness since the last call, in ms."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        p99, worst = self._process.stdout.readline().split()
        return float(p99), float(worst)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def write_mesh(path: Path, triangles: int = 2_000_000) -> Path:
    """Write a bumpy sheet as binary PLY."""
    edge = int((triangles / 2) ** 0.5) + 1
    x, y = np.meshgrid(np.linspace(0, 100, edge), np.linspace(0, 100, edge))
    points = np.stack([x, y, 2 * np.sin(x) * np.cos(y)], -1).reshape(-1, 3).astype("<f4")
    first = (np.arange(edge - 1)[:, None] * edge + np.arange(edge - 1)).ravel()
    faces = np.concatenate(
        [np.stack([first, first + 1, first + edge], 1), np.stack([first + 1, first + edge + 1, first + edge], 1)]
    )
    rows = np.empty(len(faces), dtype=[("n", "u1"), ("v", "<i4", 3)])
    rows["n"], rows["v"] = 3, faces
    head = (
        f"ply\nformat binary_little_endian 1.0\nelement vertex {len(points)}\nproperty float x\nproperty float y\n"
        f"property float z\nelement face {len(faces)}\nproperty list uchar int vertex_indices\nend_header\n"
    )
    path.write_bytes(head.encode() + points.tobytes() + rows.tobytes())
    return path


def job(hand: PanelHand, _folder: Path, _home: str) -> None:
    """A job runs from its first stage to its last."""
    hand.click("Jobs")
    hand.wait_for("Open the result", 900)


def drop(hand: PanelHand, folder: Path, home: str) -> None:
    """Five thousand photos are dropped and listed."""
    photos = folder / "flight"
    photos.mkdir()
    write_photos(photos, 5000)
    hand.lag()
    _open(photos, home)
    hand.wait("5,000 photos", lambda: any("5\u202f000" in text for text in hand.texts()), 120)
    time.sleep(15)


def mesh(hand: PanelHand, folder: Path, home: str) -> None:
    """Two million triangles are opened and shown."""
    hand.click("Results")
    time.sleep(5)
    model = write_mesh(folder / "sheet.ply")
    hand.lag()
    _open(model, home)
    hand.wait(
        "the faces",
        lambda: any("of 2\u202f000\u202f" in text or "2\u202f000\u202f" in text for text in hand.texts()),
        120,
    )
    time.sleep(10)


def _open(path: Path, home: str) -> None:
    subprocess.run([str(BIN / "tiepoint"), "panel", str(path)], env={**os.environ, "TIEPOINT_HOME": home}, check=True)


def measure(scene: Any) -> None:
    """Play one scene in a panel of its own and print what the watchdogs saw."""
    with tempfile.TemporaryDirectory(prefix="tp-") as scratch:
        home = f"{scratch}/home"
        start = ["--start", "--preset", "draft", "resources/sample/photos"] if scene is job else []
        hand, peer = PanelHand(Path(scratch), start, {"TIEPOINT_HOME": home}), Peer()
        try:
            hand.wait_for("Jobs", 60)
            time.sleep(4)
            hand.focus_window()
            hand.lag()
            peer.lag()
            scene(hand, Path(scratch), home)
            seen, (peer_p99, peer_worst) = hand.lag(), peer.lag()
        finally:
            hand.close()
            peer.close()
            stop = [str(BIN / "tiepoint-agent"), "stop"]
            subprocess.run(stop, env={**os.environ, "TIEPOINT_HOME": home}, capture_output=True, check=False)
    print(
        f"{scene.__name__:5} panel: p99 {seen['p99_ms']:.1f} ms, longest {seen['worst_ms']:.0f} ms, "
        f"most work in one go {seen['worst_work_ms']:.0f} ms, pauses of ours over 50 ms: {seen['our_gaps']}; "
        f"empty window: p99 {peer_p99:.1f} ms, longest {peer_worst:.0f} ms"
    )
    for wall_ms, worked_ms, stack in sorted(seen["gaps"], reverse=True)[:6]:
        print(f"   {wall_ms:.0f} ms, worked {worked_ms:.0f} ms\n      " + "\n      ".join(stack.splitlines()[:5]))


def main() -> int:
    """Play the scenes named, or all."""
    panel_hand.LOOK_EVERY_S = 2.0  # every look costs the panel a search through its widgets
    scenes = {"job": job, "drop": drop, "mesh": mesh}
    for name in sys.argv[1:] or scenes:
        measure(scenes[name])
    return 0


if __name__ == "__main__":
    sys.exit(main())
