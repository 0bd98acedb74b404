"""The mesh stage on a generated sphere's cap: files in, files out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.meshing import ply
from tiepoint.engine.stages import mesh
from tiepoint.engine.task import run_task


def job_with_dome(root: Path) -> JobFolder:
    job = JobFolder.create(root, capture_folder=root, name="dome", preset="draft", changes={"faces": 1000})
    random = np.random.default_rng(0)
    up = random.normal(size=(8000, 3))
    up[:, 2] = np.abs(up[:, 2]) + 0.2
    up /= np.linalg.norm(up, axis=1)[:, None]
    far = np.array([[40.0, 40.0, 40.0]])
    points, normals = np.concatenate([up, far]).astype(np.float32), np.concatenate([up, far]).astype(np.float32)
    records = np.zeros(len(points), [(name, "<f4") for name in ("x", "y", "z", "nx", "ny", "nz")])
    for column, axis in enumerate("xyz"):
        records[axis], records[f"n{axis}"] = points[:, column], normals[:, column]
    ply.write_records(job.work / "fused.ply", {"vertex": records})
    write_json(
        job.work / "alignment.json",
        {"aligned": [{"image": "a.jpg"}], "scene_box": {"min": [-1.5, -1.5, -1.5], "max": [1.5, 1.5, 1.5]}},
    )
    return job


def test_the_plan_needs_no_numeric_library() -> None:
    code = "import sys, tiepoint.engine.stages.mesh, tiepoint.engine.stages.texture; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_dome_becomes_an_open_mesh_of_the_faces_asked_for(tmp_path: Path) -> None:
    job = job_with_dome(tmp_path / "job")
    tasks = mesh.plan(job)
    assert [task.key for task in tasks] == ["mesh/surface", "mesh/clean"]
    assert all(task.isolated for task in tasks)
    for task in tasks:
        run_task(job.work, task, lambda done, total: None)
    vertices, faces = ply.read_mesh(job.work / "mesh/clean.ply")
    assert 600 < len(faces) <= 1010
    away = np.abs(np.linalg.norm(vertices, axis=1) - 1)
    assert np.median(away) < 0.03
    assert away.max() < 0.12  # Poisson flares a little at the rim
    assert vertices[:, 2].min() > -0.1  # Poisson closes the dome below; nothing was measured there
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert ((normals * corners.mean(axis=1)).sum(axis=1) > 0).mean() > 0.99
    assert json.loads((job.work / "mesh/mesh.json").read_text())["faces"] == len(faces)
    assert sorted(path.name for path in (job.work / "mesh").iterdir()) == ["clean.ply", "mesh.json", "poisson.ply"]
