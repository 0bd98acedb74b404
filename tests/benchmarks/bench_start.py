"""How soon the window can be used, beside an empty PySide6 window, in one run, by turns.

    xvfb-run -a python tests/benchmarks/bench_start.py        the target: at most 1.5 times the empty window

Both are timed from outside, from the start of the process to the moment its window has been painted and its event loop
has come round once more, so that a click would be answered.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 9
_PROBE = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
class Usable(QObject):
    def __init__(self, window):
        super().__init__(window); self.window = window; window.installEventFilter(self)
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.UpdateRequest:
            self.window.removeEventFilter(self)
            QTimer.singleShot(0, lambda: QTimer.singleShot(0, self.tell))
        return False
    def tell(self):
        sys.stdout.write(f"usable {time.time()}\\n"); sys.stdout.flush()
"""
EMPTY = (
    _PROBE
    + """
from PySide6.QtWidgets import QApplication, QMainWindow
application = QApplication([])
window = QMainWindow(); window.resize(1480, 920)
usable = Usable(window); window.show(); application.exec()
"""
)
OURS = (
    _PROBE
    + """
from PySide6.QtWidgets import QMainWindow
shown = QMainWindow.show
def show(window):
    window._usable = Usable(window); shown(window)
QMainWindow.show = show
from tiepoint.panel_start import main
main([])
"""
)


def start_s(program: str, home: str) -> float:
    """Start a program and return the seconds until its window could be used."""
    env = {**os.environ, "TIEPOINT_HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/compiled"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    begun = time.time()
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    try:
        word, _, at = process.stdout.readline().partition(" ")
        assert word == "usable", word
        return float(at) - begun
    finally:
        process.kill()
        process.wait()


def main() -> int:
    """Measure both by turns and print the ratio."""
    empty, ours = [], []
    with tempfile.TemporaryDirectory() as home:
        for turn in range(ROUNDS + 1):
            pair = start_s(EMPTY, home), start_s(OURS, home)
            if turn:  # the first fills the page cache
                empty.append(pair[0])
                ours.append(pair[1])
        subprocess.run(
            [str(Path(sys.executable).with_name("tiepoint-agent")), "stop"],
            env={**os.environ, "TIEPOINT_HOME": home},
            capture_output=True,
            check=False,
        )
    ratio = statistics.median(mine / theirs for mine, theirs in zip(ours, empty, strict=True))
    for name, times in (("empty PySide6 window", empty), ("Tiepoint", ours)):
        print(f"{name:22} min {min(times):.3f} s  median {statistics.median(times):.3f} s  max {max(times):.3f} s")
    print(f"ratio (median of {ROUNDS} pairs) {ratio:.2f}, target at most 1.5")
    return 0


if __name__ == "__main__":
    sys.exit(main())
