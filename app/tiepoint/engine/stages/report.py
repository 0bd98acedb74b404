"""The report stage: result.json for machines and report.html for people.

Planning needs the standard library only. The task reads what every other stage left.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.engine.job_folder import JobFolder, read_json
from tiepoint.engine.stages.export import CUT_OUT, PRODUCTS
from tiepoint.engine.task import Progress, Task

_READ: Final = ("check.json", "alignment.json", "fused.ply", "texture/mesh.npz", "texture/atlas.jpg", CUT_OUT)


def plan(job: JobFolder) -> list[Task]:
    """Return the one task; it runs again when any manifest changed, because it tells what the stages cost."""
    manifests = job.work / "manifests"
    others = [path.relative_to(job.work).as_posix() for path in sorted(manifests.rglob("*.json"))]
    options = {
        "name": job.name,
        "capture": job.capture_folder.name,
        "preset": job.preset,
        "parameters": job.parameters.to_dict(),
    }
    return [
        Task(
            key="report/page",
            function="report:page",
            options=options,
            inputs=(
                *_READ,
                f"{PRODUCTS}/cameras.json",
                *(name for name in others if not name.startswith("manifests/report/")),
            ),
            outputs=(f"{PRODUCTS}/result.json", f"{PRODUCTS}/report.html"),
            threads=2,
        )
    ]


def page(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    """Write result.json and report.html."""
    from tiepoint.engine.products import report_page
    from tiepoint.engine.products.camera_map import data_uri, drawn_map
    from tiepoint.engine.products.result import built_result
    from tiepoint.engine.products.whole_file import replacing, write_document

    products = work / PRODUCTS
    result = built_result(work, options)
    write_document(products / "result.json", result)
    progress(1, 2)
    cameras = read_json(products / "cameras.json")
    html = report_page.rendered(
        result,
        cameras,
        picture=data_uri((work / CUT_OUT).read_bytes(), "image/webp"),
        camera_map=drawn_map(work / "fused.ply", cameras),
        thumbnails=report_page.small_pictures(work, read_json(work / "check.json")["photos"]),
        files=_files(products),
    )
    with replacing(products / "report.html") as temporary:
        temporary.write_text(html, encoding="utf-8")
    progress(2, 2)


def _files(products: Path) -> list[tuple[str, int]]:
    """Return name and size of the products in the order people look for them; folders end in a slash."""
    names = ("model.glb", "model.obj", "cloud.ply", "cameras.json", "colmap", "preview.png", "result.json")
    found = []
    for name in names:
        path = products / name
        if path.is_dir():
            found.append((f"{name}/", sum(file.stat().st_size for file in path.iterdir())))
        elif path.is_file():
            found.append((name, path.stat().st_size))
    return found
