"""Stage texture: the clean mesh gets UVs and an atlas from the photos. The plan is light; the task runs in a child."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.task import Progress, Task

_MESH = "mesh/clean.ply"
_FOLDER = "texture"


def plan(job: JobFolder) -> list[Task]:
    """Return the one task: texture the mesh."""
    photos = [image["image"] for image in job.read("alignment.json")["aligned"]]
    return [
        Task(
            key="texture/bake",
            function="texture:bake_texture",
            options={
                "longest_side_px": job.parameters.texture_size_px,
                "atlas_px": job.parameters.atlas_px,
            },
            inputs=(_MESH, "sparse", *(f"photos/{name}" for name in photos)),
            outputs=(f"{_FOLDER}/mesh.npz", f"{_FOLDER}/atlas.jpg", f"{_FOLDER}/texture.json"),
            isolated=True,
        )
    ]


def bake_texture(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write texture/mesh.npz, texture/atlas.jpg and texture/texture.json.

    Raises:
        EngineFailure: No photo sees the mesh, or a file is broken.
    """
    from tiepoint.engine.job_folder import write_json
    from tiepoint.engine.texturing import baking

    sources = baking.Sources(
        mesh=work / _MESH,
        sparse=work / "sparse",
        photos=work / "photos",
        longest_side_px=options["longest_side_px"],
        atlas_px=options["atlas_px"],
    )
    write_json(work / _FOLDER / "texture.json", baking.bake(sources, work / _FOLDER, progress))
