"""Stage mesh: the dense cloud becomes a clean triangle mesh. The plan is light; the tasks run in a killable child."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.task import Progress, Task

_CLOUD = "fused.ply"
_SURFACE = "mesh/poisson.ply"
_CLEAN = "mesh/clean.ply"
_SUMMARY = "mesh/mesh.json"


def plan(job: JobFolder) -> list[Task]:
    """Return the two tasks: lay a surface through the cloud, then clean and simplify it."""
    alignment = job.read("alignment.json")
    box = alignment.get("scene_box")
    maps = {image["image"]: _depth_map(image["image"]) for image in alignment["aligned"]}
    found = {image: path for image, path in maps.items() if job.has(path)}
    has_maps = bool(found) and job.has("undistorted/sparse")
    surface = Task(
        key="mesh/surface",
        function="mesh:lay_surface",
        options={"scene_box": box, "depth": job.parameters.mesh_depth, "faces": job.parameters.faces},
        inputs=(_CLOUD,),
        outputs=(_SURFACE,),
        isolated=True,
    )
    clean = Task(
        key="mesh/clean",
        function="mesh:clean_surface",
        options={"scene_box": box, "faces": job.parameters.faces, "depth_maps": found if has_maps else {}},
        inputs=(_CLOUD, _SURFACE, *(("undistorted/sparse", *found.values()) if has_maps else ())),
        outputs=(_CLEAN, _SUMMARY),
        isolated=True,
    )
    return [surface, clean]


def lay_surface(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Crop the cloud to the scene and write mesh/poisson.ply.

    Raises:
        EngineFailure: The cloud is too thin for a surface.
    """
    from tiepoint.engine.meshing import reconstruction

    progress(0, None)
    with tempfile.TemporaryDirectory(dir=(work / _SURFACE).parent, prefix=".surface-") as scratch:
        reconstruction.lay_surface(
            work / _CLOUD,
            work / _SURFACE,
            box=options["scene_box"],
            depth=options["depth"],
            faces=options["faces"],
            scratch=Path(scratch),
        )
    progress(1, 1)


def clean_surface(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Drop what no photo supports, mend, simplify, and write mesh/clean.ply and mesh/mesh.json.

    Raises:
        EngineFailure: Nothing is left.
    """
    from tiepoint.engine.job_folder import write_json
    from tiepoint.engine.meshing import reconstruction

    progress(0, None)
    depth_maps = {image: work / path for image, path in options["depth_maps"].items()}
    with tempfile.TemporaryDirectory(dir=(work / _CLEAN).parent, prefix=".clean-") as scratch:
        summary = reconstruction.clean_surface(
            work / _CLOUD,
            work / _SURFACE,
            work / _CLEAN,
            box=options["scene_box"],
            evidence=reconstruction.Evidence(work / "undistorted/sparse", depth_maps),
            faces=options["faces"],
            scratch=Path(scratch),
        )
    write_json(work / _SUMMARY, summary)
    progress(1, 1)


def _depth_map(image: str) -> str:
    return f"undistorted/stereo/depth_maps/{image}.geometric.bin"
