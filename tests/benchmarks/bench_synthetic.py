"""The generated scene with exact truth: accuracy and completeness of the mesh, preset standard.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_synthetic.py [--preset NAME] [--true-cameras]

The whole pipeline runs in this process, one task after the other. With --true-cameras it starts at undistortion.
Targets at standard: 95 % of the mesh within 1 % of the object's radius, completeness of the object 92 % at that bound.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np
import trimesh
from dense_job import job_from_truth, run_stage
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthetic_scene import GROUND, RADIUS, Scene, make_scene, similarity
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.pipeline import InlineExecutor, SilentListener, run_pipeline
from tiepoint.engine.stages import depth_maps, mesh, point_cloud, undistortion

BOUNDS = (0.005, 0.01, 0.02)
SAMPLES = 1_500_000
STAGES = ("check", "features", "matching", "alignment", "undistortion", "depth_maps", "point_cloud", "mesh")


def whole_job(root: Path, photos: Path, preset: str) -> JobFolder:
    """Run a job from its photos to the mesh."""
    capture = root / "capture"
    shutil.copytree(photos, capture / "photos")
    files = [{"path": path.name} for path in sorted(photos.iterdir())]
    (capture / "capture.json").write_text(json.dumps({"schema_version": 1, "photos": files}), encoding="utf-8")
    job = JobFolder.create(root / "job", capture_folder=capture, name="synthetic", preset=preset, changes={})
    asyncio.run(run_pipeline(job, InlineExecutor(), SilentListener(), stages=STAGES))
    return job


def job_with_true_cameras(root: Path, photos: Path, scene: Scene, preset: str) -> JobFolder:
    """Run a job from undistortion to the mesh."""
    job = job_from_truth(root / "job", photos, scene, preset=preset)
    for stage in (undistortion, depth_maps, point_cloud, mesh):
        print(f"{stage.__name__.rsplit('.', 1)[-1]:<14} {sum(run_stage(job, stage)):.1f} CPU s", flush=True)
    return job


def to_truth(job: JobFolder, scene: Scene) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return the similarity from the job's frame to the scene's, and print what is left at the camera centres."""
    true = {pose.name: pose.centre for pose in scene.poses}
    aligned = job.read("alignment.json")["aligned"]
    own = np.array([photo["center"] for photo in aligned])
    there = np.array([true[photo["image"]] for photo in aligned])
    scale, rotation, shift = similarity(own, there)
    error = np.linalg.norm(scale * own @ rotation.T + shift - there, axis=1)
    print(
        f"cameras        {len(aligned)} of {len(scene.poses)}, off by mean {error.mean():.5f}, most {error.max():.5f}"
    )
    return scale, rotation, shift


def judge(name: str, points: NDArray[np.float64], scene: Scene, seen: NDArray[np.float64]) -> None:
    """Print shares of points near the truth, and of the truth near points."""
    distance = scene.distances(points)
    of_blob = (np.linalg.norm(points, axis=1) < 1.35 * RADIUS) & (points[:, 2] > GROUND + 0.03)
    missing = cKDTree(points.astype(np.float32)).query(seen.astype(np.float32))[0]
    for what, values in (("accuracy", distance), ("  of the object", distance[of_blob]), ("completeness", missing)):
        shares = ", ".join(f"{(values < bound * RADIUS).mean():.1%} < {bound}" for bound in BOUNDS)
        print(f"{name:<14} {what:<16} {shares}; median {np.median(values):.5f}", flush=True)


def main() -> None:
    """Make the scene, run the job, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--preset", default="standard")
    parser.add_argument("--true-cameras", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tp-") as folder:
        root = Path(folder)
        scene = make_scene(root / "photos")
        started = time.process_time()
        if options.true_cameras:
            job = job_with_true_cameras(root, root / "photos", scene, options.preset)
        else:
            job = whole_job(root, root / "photos", options.preset)
        print(f"job            {time.process_time() - started:.1f} CPU s")
        scale, rotation, shift = to_truth(job, scene)
        seen = scene.visible_blob_points()
        cloud = trimesh.load(job.work / "fused.ply", process=False)
        judge("cloud", scale * np.asarray(cloud.vertices) @ rotation.T + shift, scene, seen)
        surface = trimesh.load(job.work / "mesh/clean.ply", process=False)
        print(f"mesh           {len(surface.faces)} faces")
        sampled = trimesh.sample.sample_surface(surface, SAMPLES, seed=1)[0]
        judge("mesh", scale * np.asarray(sampled) @ rotation.T + shift, scene, seen)


if __name__ == "__main__":
    main()
