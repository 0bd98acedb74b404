"""How soon the frozen program starts, beside the same program from source, in one run, by turns.

    xvfb-run -a python tests/benchmarks/bench_frozen_start.py [EXECUTABLE]      the target: at most 1.3 times the source

Two starts: `--version`, from the start of the process to its end; and the panel, to the moment its window has been
painted and its event loop has come round once more. Without a frozen program (`make package`) nothing is measured.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FROZEN = ROOT / "build" / "frozen" / "dist" / "tiepoint" / "tiepoint"
PROBE = ROOT / "packaging" / "frozen" / "start_probe.py"
ROUNDS = 11
TARGET = 1.3


def version_s(command: list[str], home: str) -> float:
    """Ask a program for its version and return the seconds until it has ended."""
    begun = time.perf_counter()
    subprocess.run([*command, "--version"], check=True, stdout=subprocess.DEVNULL, env=_environment(home))
    return time.perf_counter() - begun


def panel_s(command: list[str], home: str) -> float:
    """Open a program's panel and return the seconds until its window could be used."""
    begun = time.time()
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=_environment(home))
    word, _, at = ended.stdout.partition(" ")
    assert word == "usable", ended.stdout
    return float(at) - begun


def _environment(home: str) -> dict[str, str]:
    env = {**os.environ, "TIEPOINT_HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/compiled"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program is compiled
    return env


def ratio_of(
    name: str, measure: Callable[[list[str], str], float], source: list[str], frozen: list[str], home: str
) -> float:
    """Measure both by turns, print what came out and return the ratio."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(ROUNDS + 2):
        pair = measure(source, home), measure(frozen, home)
        if turn > 1:  # the first fill the page cache and compile
            for found, seconds in zip(times, pair, strict=True):
                found.append(seconds)
    for kind, found in zip(("from source", "frozen"), times, strict=True):
        middle = statistics.median(found)
        print(f"{name:10} {kind:12} min {min(found):.3f} s  median {middle:.3f} s  max {max(found):.3f} s")
    ratio = statistics.median(mine / theirs for theirs, mine in zip(*times, strict=True))
    print(f"{name:10} ratio (median of {ROUNDS} pairs) {ratio:.2f}, target at most {TARGET}")
    return ratio


def main(args: list[str]) -> int:
    """Measure both starts; 1 when one misses the target."""
    frozen = args[0] if args else str(FROZEN)
    if not Path(frozen).is_file():
        print(f"not measured: there is no frozen program at {frozen} (make package)")
        return 0
    python = sys.executable
    with tempfile.TemporaryDirectory() as home:
        ratios = [
            ratio_of("--version", version_s, [str(Path(python).with_name("tiepoint"))], [frozen], home),
            ratio_of("panel", panel_s, [python, str(PROBE)], [frozen, "--self-check", "start"], home),
        ]
    return int(max(ratios) > TARGET)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
