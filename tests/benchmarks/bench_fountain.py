"""Features, matching and mapping of fountain-P11: camera centres against the truth, CPU seconds beside COLMAP 3.8.

One run per row, ours and the peer's interleaved, two threads, no GPU. The peer is Debian's package `colmap`; its rows
are left out where it is not installed (COLMAP names another program). Preparing photos is not counted: the peer does
none. Run on an idle machine with two cores:

    .venv/bin/python tests/benchmarks/bench_fountain.py [ROUNDS]

Targets: 11 of 11 aligned, mean error at most 6.5 mm (goal 3), CPU seconds at most the peer's on the same settings.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pycolmap

REPOSITORY = Path(__file__).resolve().parents[2]
FOUNTAIN = REPOSITORY.parent / "shared/photos/fountain-P11"
ROW = "{:<26} {:>8} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8}"
HEAD = ("what", "features", "matching", "mapping", "CPU s", "aligned", "mean mm", "max mm")
STAGES = ("features", "matching", "alignment")


@dataclass(frozen=True)
class Case:
    """Settings that both programs understand."""

    name: str
    size_px: int
    features: int
    affine: bool


CASES = (
    Case("1600/4096", 1600, 4096, affine=False),
    Case("1600/4096 affine", 1600, 4096, affine=True),
)


@dataclass(frozen=True)
class Outcome:
    """CPU seconds by stage, and camera centres by photo."""

    cpu_s: tuple[float, ...]
    centers: Mapping[str, Sequence[float]]

    def row(self, name: str) -> str:
        errors_mm = compared(self.centers)
        figures = [*self.cpu_s, sum(self.cpu_s)]
        return ROW.format(
            name,
            *(f"{figure:.1f}" for figure in figures),
            f"{len(self.centers)}/11",
            f"{errors_mm.mean():.2f}",
            f"{errors_mm.max():.2f}",
        )


def compared(centers: Mapping[str, Sequence[float]]) -> Any:
    """Return millimetres between centres and the truth after a similarity fit, (N,) float64."""
    names = sorted(centers)
    truth = np.array([_true_center(name) for name in names])
    found = np.array([centers[name] for name in names])
    fit = pycolmap.estimate_sim3d(found, truth).matrix()
    return 1000 * np.linalg.norm(found @ fit[:, :3].T + fit[:, 3] - truth, axis=1)


def _true_center(name: str) -> list[float]:
    # The file holds K, distortion, R and then the centre, a line each.
    lines = (FOUNTAIN / "gt_dense_cameras" / f"{name}.camera").read_text(encoding="utf-8").splitlines()
    return [float(value) for value in lines[7].split()]


def prepared(scratch: Path) -> Path:
    """Run the check stage once and return its work folder."""
    capture = scratch / "capture"
    shutil.copytree(FOUNTAIN / "images", capture / "photos")
    photos = [{"path": path.name} for path in sorted((capture / "photos").iterdir())]
    (capture / "capture.json").write_text(json.dumps({"photos": photos}), encoding="utf-8")
    _run_ours(scratch / "prepared", capture, "standard", {}, ["check"])
    return scratch / "prepared/work"


def ours(scratch: Path, prepared_work: Path, preset: str, changes: Mapping[str, Any]) -> Outcome:
    """Run our three stages in one process and read their manifests."""
    root = scratch / "job"
    shutil.rmtree(root, ignore_errors=True)
    (root / "work").mkdir(parents=True)
    for name in ("photos", "check.json"):
        (root / "work" / name).symlink_to(prepared_work / name)
    _run_ours(root, scratch / "capture", preset, changes, STAGES)
    alignment = json.loads((root / "work/alignment.json").read_text(encoding="utf-8"))
    cpu_s = tuple(
        sum(
            json.loads(path.read_text(encoding="utf-8"))["cpu_seconds"]
            for path in (root / "work/manifests" / stage).iterdir()
        )
        for stage in STAGES
    )
    return Outcome(cpu_s, {photo["image"]: photo["center"] for photo in alignment["aligned"]})


def _run_ours(root: Path, capture: Path, preset: str, changes: Mapping[str, Any], stages: Sequence[str]) -> None:
    program = (
        "import asyncio, json, sys; from pathlib import Path;"
        "from tiepoint.engine.job_folder import JobFolder;"
        "from tiepoint.engine.pipeline import InlineExecutor, SilentListener, run_pipeline;"
        "root, capture, preset, changes, stages = sys.argv[1:];"
        "job = JobFolder.create(Path(root), capture_folder=Path(capture), name='fountain', preset=preset,"
        " changes=json.loads(changes));"
        "asyncio.run(run_pipeline(job, InlineExecutor(), SilentListener(), stages=stages.split(',')))"
    )
    arguments = [str(root), str(capture), preset, json.dumps(changes), ",".join(stages)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "app")}
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, env=environment)


def peer(program: str, scratch: Path, case: Case) -> Outcome:
    """Run COLMAP's three commands with the same settings."""
    folder = scratch / "peer"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "sparse").mkdir(parents=True)
    database = ["--database_path", str(folder / "database.db")]
    images = ["--image_path", str(FOUNTAIN / "images")]
    extraction = {
        "ImageReader.single_camera": 1,
        "ImageReader.camera_model": "SIMPLE_RADIAL",
        "SiftExtraction.use_gpu": 0,
        "SiftExtraction.num_threads": 2,
        "SiftExtraction.max_image_size": case.size_px,
        "SiftExtraction.max_num_features": case.features,
        "SiftExtraction.first_octave": 0,
        "SiftExtraction.estimate_affine_shape": int(case.affine),
    }
    matching = {"SiftMatching.use_gpu": 0, "SiftMatching.num_threads": 2}
    cpu_s = (
        _peer_cpu_s([program, "feature_extractor", *database, *images, *_flags(extraction)]),
        _peer_cpu_s([program, "exhaustive_matcher", *database, *_flags(matching)]),
        _peer_cpu_s(
            [
                program,
                "mapper",
                *database,
                *images,
                "--output_path",
                str(folder / "sparse"),
                "--Mapper.num_threads",
                "2",
            ]
        ),
    )
    model = pycolmap.Reconstruction(folder / "sparse/0")
    images_found = [model.images[number] for number in model.reg_image_ids()]
    return Outcome(cpu_s, {image.name: image.projection_center().tolist() for image in images_found})


def _flags(options: Mapping[str, Any]) -> list[str]:
    return [text for name, value in options.items() for text in (f"--{name}", str(value))]


def _peer_cpu_s(command: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a row per run."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    program = shutil.which(os.environ.get("COLMAP", "colmap"))
    print(ROW.format(*HEAD))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        work = prepared(scratch)
        for _ in range(rounds):
            for case in CASES:
                changes = {
                    "feature_size_px": case.size_px,
                    "max_features": case.features,
                    "first_octave": 0,
                    "affine_shape": case.affine,
                }
                print(ours(scratch, work, "standard", changes).row(f"ours {case.name}"), flush=True)
                if program:
                    print(peer(program, scratch, case).row(f"colmap {case.name}"), flush=True)
            for preset in ("draft", "standard"):
                print(ours(scratch, work, preset, {}).row(f"ours {preset}"), flush=True)
    if not program:
        print("colmap is not installed: its rows are missing")


if __name__ == "__main__":
    main()
