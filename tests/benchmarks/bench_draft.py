"""Whole job at the draft preset, measured from outside, beside the prototype on the same capture.

Rows are interleaved (ours, prototype) so that a busy machine hurts both. Run on an idle machine with two cores:

    .venv/bin/python tests/benchmarks/bench_draft.py [CAPTURE...]

The prototype's programs are taken from ../shared/reference/engine-prototype; it also needs pyvista for none of these.
Targets: at most 70 s a capture, all photos of fountain-P11 and brighton and at least 14 of banana, under 2.5 GB.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from measure import Measurement, measure

from tiepoint.runtime import folders

REPOSITORY = Path(__file__).resolve().parents[2]
SHARED = REPOSITORY.parent / "shared"
PROTOTYPE = SHARED / "reference/engine-prototype"
CAPTURES = {"fountain-P11": "fountain-P11/images", "brighton": "brighton", "banana": "banana"}
ROW = "{:<14} {:<10} {:>8} {:>8} {:>10} {:>9} {:>8}"


def ours(photos: Path, scratch: Path) -> tuple[Measurement, dict[str, object]]:
    """Run `tiepoint run` with folders of its own, so that nothing is reused; the agent ends with it."""
    env = {"TIEPOINT_HOME": str(scratch / "h"), "NUMBA_CACHE_DIR": str(folders.cache_folder() / "numba")}
    program = str(REPOSITORY / ".venv/bin/tiepoint")
    out = scratch / "out"
    done = measure([program, "run", str(photos), "-o", str(out), "--preset", "draft", "--json"], env=env)
    measure([str(REPOSITORY / ".venv/bin/tiepoint-agent"), "stop"], env=env)
    result = out / "result.json"
    return done, json.loads(result.read_text(encoding="utf-8")) if result.exists() else {}


def prototype(photos: Path, scratch: Path) -> Measurement:
    """Run the prototype's four programs at its draft settings, as its README gives them."""
    python, model = sys.executable, "ws/inc_best"
    steps = [
        f"{python} {PROTOTYPE}/sfm.py '{photos}' ws --size 1200 --nf 2048 --octave 0 --mapper inc",
        f"PYTHONPATH={PROTOTYPE} {python} {PROTOTYPE}/dense.py {model} '{photos}' dn --size 640 --iters 3,1",
        f"{python} {PROTOTYPE}/mesh.py dn --minpix 3 --depth 9 --faces 100000",
        f"{python} {PROTOTYPE}/tex.py dn/simple.ply {model} '{photos}' tx --size 1600",
    ]
    return measure(["sh", "-ec", "\n".join(steps)], cwd=scratch, env={"PYTHONDONTWRITEBYTECODE": "1"})


def show(capture: str, who: str, done: Measurement, aligned: object, faces: object) -> None:
    """Print one row."""
    memory = f"{done.peak_bytes / 1e9:.2f} GB"
    print(
        ROW.format(capture, who, f"{done.wall_s:.1f}", f"{done.cpu_s:.1f}", memory, str(aligned), str(faces)),
        flush=True,
    )
    if done.status:
        print(done.output[-2000:])


def main() -> None:
    """Measure the captures named on the command line, or all."""
    print(ROW.format("capture", "engine", "wall s", "CPU s", "memory", "aligned", "faces"))
    for capture in sys.argv[1:] or CAPTURES:
        photos = SHARED / "photos" / CAPTURES[capture]
        with tempfile.TemporaryDirectory(prefix="tp-") as folder:
            done, result = ours(photos, Path(folder))
            aligned = f"{result.get('photos_aligned')}/{result.get('photos_total')}"
            show(capture, "tiepoint", done, aligned, result.get("faces"))
        if PROTOTYPE.is_dir():
            with tempfile.TemporaryDirectory(prefix="tp-") as folder:
                show(capture, "prototype", prototype(photos, Path(folder)), "", "")


if __name__ == "__main__":
    main()
