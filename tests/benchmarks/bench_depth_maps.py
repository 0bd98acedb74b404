"""CPU seconds per depth map at 640 px, beside the prototype on the same photos and sparse model.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_depth_maps.py [PHOTOS SPARSE]

Without arguments the generated scene is used, with its true cameras and no prototype row. With a folder of photos and
a sparse model of them (COLMAP binary) the prototype in ../shared runs on the same, one thread, interleaved.
Target: at most 5 CPU s per photo at 640 px. Both engines are measured after their kernels are compiled.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from dense_job import job_from_model, job_from_truth, run_stage

from synthetic_scene import SMALL_ARC, make_scene
from tiepoint.engine.dense.warm import warm
from tiepoint.engine.job_folder import JobFolder, read_json
from tiepoint.engine.stages import depth_maps, point_cloud, undistortion

PROTOTYPE = Path(__file__).resolve().parents[2].parent / "shared/reference/engine-prototype"
SIZE_PX = 640


def ours(job: JobFolder) -> None:
    """Run the three dense stages and print what each photo took."""
    run_stage(job, undistortion)
    seconds = run_stage(job, depth_maps)
    fusion = run_stage(job, point_cloud)
    shares = [read_json(path)["valid_share"] for path in sorted((job.work / "depth_maps").rglob("*.json"))]
    cloud = read_json(job.work / "point_cloud.json")
    confirmed = statistics.mean(cloud["confirmed_share"].values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"tiepoint   {len(seconds)} photos, CPU s per photo: median {statistics.median(seconds):.2f}, "
          f"most {max(seconds):.2f}; fusion {fusion[0]:.2f}; peak {memory:.0f} MiB")  # fmt: skip
    print(f"           valid {statistics.mean(shares):.1%}, confirmed {confirmed:.1%}, {cloud['points']} points")


def prototype(photos: Path, sparse: Path, scratch: Path) -> None:
    """Run the prototype's PatchMatch; its first photo also compiles, so two runs and the second counts."""
    shutil.copytree(PROTOTYPE, scratch / "code", dirs_exist_ok=True)
    command = [sys.executable, str(scratch / "code/dense.py"), str(sparse), str(photos), str(scratch / "ws")]
    command += ["--size", str(SIZE_PX), "--iters", "3,1"]
    environment = {**os.environ, "NUMBA_NUM_THREADS": "1", "NUMBA_CACHE_DIR": str(scratch / "cache")}
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=scratch)
    figures = json.loads(done.stdout.splitlines()[-1])
    print(f"prototype  {figures['n']} photos, CPU s per photo: mean {figures['cpu_per_img']}")


def main() -> None:
    """Measure the captures given, or the generated scene."""
    if os.environ.get("OMP_NUM_THREADS") != "1":
        # As the workers have it: idle BLAS threads spin and would count.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "OMP_NUM_THREADS": "1"})
    warm()
    with tempfile.TemporaryDirectory(prefix="tp-") as folder:
        scratch = Path(folder)
        if len(sys.argv) == 3:
            photos, sparse = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
            ours(job_from_model(scratch / "job", photos, sparse, preset="draft"))
            if PROTOTYPE.is_dir():
                prototype(photos, sparse, scratch)
        else:
            scene = make_scene(scratch / "photos", rings=SMALL_ARC)
            ours(job_from_truth(scratch / "job", scratch / "photos", scene, preset="draft"))


if __name__ == "__main__":
    main()
