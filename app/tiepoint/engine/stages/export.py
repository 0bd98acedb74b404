"""The export stage: from the textured mesh, the cloud and the cameras to the files people use.

Each product is a task of its own, so that they are made side by side. Planning needs the standard library only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.engine.job_folder import JobFolder, read_json
from tiepoint.engine.task import Progress, Task

PRODUCTS: Final = "../products"
OBJ_FILES: Final = ("model.obj", "model.mtl", "model_texture.jpg")
CUT_OUT: Final = "export/preview.webp"
_MESH: Final = ("texture/mesh.npz", "texture/atlas.jpg")


def plan(job: JobFolder) -> list[Task]:
    """Return one task for each product."""
    named = {"name": job.name}
    return [
        _task("preview", (*_MESH, "sparse"), f"{PRODUCTS}/preview.png", CUT_OUT, threads=2),
        _task("glb", (*_MESH, "alignment.json"), f"{PRODUCTS}/model.glb", options=named),
        _task("obj", (*_MESH, "alignment.json"), *(f"{PRODUCTS}/{name}" for name in OBJ_FILES)),
        _task("cloud", ("fused.ply", "alignment.json"), f"{PRODUCTS}/cloud.ply"),
        _task("cameras", ("sparse", "alignment.json", "check.json"), f"{PRODUCTS}/cameras.json", f"{PRODUCTS}/colmap"),
    ]


def preview(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Draw preview.png and the report's picture."""
    from tiepoint.engine.products.model import read_model
    from tiepoint.engine.products.preview import cameras_of, write_preview

    pictures = work / PRODUCTS / "preview.png", work / CUT_OUT
    write_preview(read_model(work), cameras_of(work / "sparse"), *pictures)
    progress(1, 1)


def glb(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write model.glb."""
    from tiepoint.engine.products.glb import write_glb
    from tiepoint.engine.products.model import read_model

    alignment = read_json(work / "alignment.json")
    frame = {key: alignment.get(key) for key in ("crs", "scale")}
    write_glb(read_model(work), work / PRODUCTS / "model.glb", name=str(options["name"]), frame=frame)
    progress(1, 1)


def obj(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write model.obj, model.mtl and model_texture.jpg."""
    from tiepoint.engine.products.cameras import unit_of
    from tiepoint.engine.products.model import read_model
    from tiepoint.engine.products.obj import write_obj

    write_obj(read_model(work), work / PRODUCTS, unit=unit_of(read_json(work / "alignment.json")))
    progress(1, 1)


def cloud(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write cloud.ply."""
    from tiepoint.engine.products.cameras import unit_of
    from tiepoint.engine.products.cloud import write_cloud

    unit = unit_of(read_json(work / "alignment.json"))
    write_cloud(work / "fused.ply", work / PRODUCTS / "cloud.ply", unit=unit)
    progress(1, 1)


def cameras(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write cameras.json and colmap/."""
    from tiepoint.engine.products.cameras import original_model, write_cameras, write_colmap

    check, alignment = read_json(work / "check.json"), read_json(work / "alignment.json")
    model = original_model(work / "sparse", check)
    write_colmap(model, work / PRODUCTS / "colmap")
    progress(1, 2)
    write_cameras(model, check, alignment, work / PRODUCTS / "cameras.json")
    progress(2, 2)


def _task(
    name: str, inputs: tuple[str, ...], *outputs: str, options: Mapping[str, Any] | None = None, threads: int = 1
) -> Task:
    return Task(
        key=f"export/{name}",
        function=f"export:{name}",
        options=json.loads(json.dumps(options or {})),
        inputs=inputs,
        outputs=outputs,
        threads=threads,
    )
